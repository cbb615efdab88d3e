"""An order moved to another status: the six that Telnyx documents, and any it may add.

Source of the meanings: Telnyx's port-out guide ("Port-out orders"); the wording is for the porting desk.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from bot.cards import facts
from bot.cards.blocks import Emoji, Line, bold, text
from bot.cards.card import Card, join, small_print
from bot.cards.form import Form
from bot.cards.text import one_line
from bot.cards.times import ANSWER_WINDOW, about, moment
from bot.finding import Found
from bot.telnyx.events import StatusChanged
from bot.telnyx.times import parse_time


class Reading(Struct, frozen=True):
    """How a status reads. how: what joins the numbers and the carrier. meaning: what to do. brief: the least of it."""

    emoji: str
    name: str
    how: str
    meaning: Line
    brief: str = ""


_READINGS: Final = {
    "authorized": Reading(
        "white_check_mark",
        "Authorized",
        "to",
        (
            text(
                "May leave on any day from the FOC date to 10 days after. "
                "If nobody here agreed to it, ask Telnyx porting to stop it."
            ),
        ),
    ),
    "rejected-pending": Reading(
        "raised_hand",
        "Rejection under review",
        "asked for by",
        (text("Not final: Telnyx checks our reason, and one that is not valid puts the order back to pending."),),
    ),
    "rejected": Reading("no_entry", "Rejected", "asked for by", (text("Nothing leaves."),)),
    "canceled": Reading(
        "leftwards_arrow_with_hook",
        "Canceled",
        "asked for by",
        (text("Withdrawn by the gaining carrier or by Telnyx. Nothing leaves."),),
    ),
    "ported": Reading(
        "outbox_tray",
        "Ported",
        "to",
        (text("Gone from our account. If nobody here agreed to it, dispute it with Telnyx porting now."),),
    ),
}
_PIN_WARNING: Final = (
    Emoji("rotating_light"),
    text(" A PIN was attempted: if your customer did not ask to leave, treat it as attempted theft."),
)


def status_changed(event: StatusChanged, found: Found, form: Form) -> Card:
    """Draw the card of a status change."""
    payload = event.payload
    created = parse_time(event.created_at)
    reading = read_status(payload.status, created if isinstance(created, datetime) else None, found.fetched_at)
    warned = payload.status == "rejected" and bool(payload.attempted_pin)
    return Card(
        event_id=found.event_id,
        headline=(
            Emoji(reading.emoji),
            text(" "),
            bold(reading.name),
            *facts.to_carrier(reading.how, payload.phone_numbers, payload.carrier_name, payload.spid),
        ),
        meaning=join(reading.meaning, _PIN_WARNING if warned else ()),
        facts=(
            facts.numbers(payload.phone_numbers, form),
            facts.beside(
                facts.subscriber(payload.subscriber_name, form),
                facts.pin(attempted=bool(payload.attempted_pin) and not warned),
            ),
            facts.reason(payload.rejection_reason, form),
        ),
        brief=reading.brief,
        small_print=small_print(found, "Status as of the event,"),
    )


def read_status(status: str | None, asked: datetime | None, now: datetime) -> Reading:
    """Put a status into words. asked: when the order was made, or the earliest that is known of it."""
    if status == "pending":
        return _read_pending(asked, now)
    if known := _READINGS.get(status or ""):
        return known
    name = one_line(status, 60)
    return Reading(
        "grey_question",
        f"Status “{name}”" if name else "Status changed",
        "asked for by",
        (text("This bot does not know the status." if name else "Telnyx did not say to which."),),
    )


def _read_pending(asked: datetime | None, now: datetime) -> Reading:
    waiting = "Waiting for your answer"
    if asked is None:
        meaning: Line = (text("Telnyx authorizes it on its own 24 to 48 h after the request (estimate)."),)
        return Reading("hourglass_flowing_sand", waiting, "to", meaning)
    opens, closes = (asked + delay for delay in ANSWER_WINDOW)
    if now < opens:
        left = f"{about(opens - now)} left"
        meaning = (
            text("Telnyx authorizes it on its own from "),
            moment(opens),
            text(" (estimate). "),
            bold(f"{left[0].upper()}{left[1:]}."),
        )
        return Reading("hourglass_flowing_sand", waiting, "to", meaning, left)
    if now < closes:
        meaning = (
            text("Telnyx may authorize it on its own at any moment, and by "),
            moment(closes),
            text(" at the latest (estimate). "),
            bold("Answer now."),
        )
        return Reading("rotating_light", waiting, "to", meaning, "may be authorized at any moment")
    since = "Unless somebody answered, Telnyx has authorized it since (estimate): look in Mission Control."
    return Reading("warning", "Was waiting for an answer", "to", (text(since),), "authorized since, unless answered")
