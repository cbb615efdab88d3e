"""An order moved to another status: what it is now, and what it was at the event."""

from typing import Final

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, join, small_print
from portout.cards.fields import fields
from portout.cards.fields.status import LEAVING, StatusText, read_status
from portout.lookup.results import EventResult
from portout.telnyx.events import StatusChanged

_PIN_WARNING: Final = (
    Emoji("rotating_light"),
    text(" A PIN was attempted: if your customer did not ask to leave, treat it as attempted theft."),
)


def status_changed(event: StatusChanged, found: EventResult) -> Card:
    """Draw the card of a status change."""
    payload, order = event.payload, found.order
    status = order.status or payload.status
    reading = read_status(status, order, event.created_at, found.fetched_at)
    warned = "rejected" in (payload.status, status) and bool(payload.attempted_pin)
    numbers = payload.phone_numbers or order.phone_numbers
    return Card(
        id=found.id,
        headline=(
            *_status(payload.status, order.status, reading),
            *fields.to_carrier(
                reading.how, numbers, payload.carrier_name or order.carrier_name, payload.spid or order.spid
            ),
        ),
        meaning=join(reading.meaning, _PIN_WARNING if warned else ()),
        facts=(
            fields.numbers(numbers),
            fields.inline(
                fields.subscriber(payload.subscriber_name or order.end_user_name),
                fields.pin(attempted=bool(payload.attempted_pin) and not warned),
            ),
            fields.reason(payload.rejection_reason or order.reason),
            fields.foc(order, status, found.fetched_at),
            fields.not_known(found.snapshot),
        ),
        brief=reading.brief,
        small_print=small_print(found, "Event of"),
    )


def _status(then: str | None, now: str | None, reading: StatusText) -> Line:
    was, is_now = one_line(then, 60), one_line(now, 60)
    if not was or not is_now or was == is_now:
        return (Emoji(reading.emoji), text(" "), bold(reading.name))
    # What was still to be decided has been: whoever comes late must not miss it.
    emoji = "warning" if now in LEAVING else reading.emoji
    return (Emoji(emoji), text(" Was "), bold(was), text(" at the event, is now "), bold(is_now))
