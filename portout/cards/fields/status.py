"""The texts for an order's status: the six statuses that Telnyx documents, and any that it may add.

Source of the meanings: Telnyx's port-out guide ("Port-out orders"); the texts are written for the porting desk.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Inline, Line, bold, code, text
from portout.cards.blockkit.dates import ANSWER_WINDOW, about, moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.telnyx.dates import parse_time
from portout.telnyx.orders import Order

LEAVING: Final = frozenset({"authorized", "ported"})
"""The statuses in which the numbers leave or have left."""


class StatusText(Struct, frozen=True):
    """The texts for a status.

    carrier_link: the words between the numbers and the carrier: "to", or "asked for by" where they may stay.
    meaning: what the status means and what to do. brief: the meaning in a few words, for a condensed card.
    """

    emoji: str
    name: str
    carrier_link: str
    meaning: Line
    brief: str = ""


_PENDING: Final = "Waiting for your answer"
_STAYING: Final = {
    "rejected-pending": StatusText(
        "raised_hand",
        "Rejection under review",
        "asked for by",
        (text("Not final: Telnyx checks our reason, and one that is not valid puts the order back to pending."),),
    ),
    "rejected": StatusText("no_entry", "Rejected", "asked for by", (text("Nothing leaves."),)),
    "canceled": StatusText(
        "leftwards_arrow_with_hook",
        "Canceled",
        "asked for by",
        (text("Withdrawn by the gaining carrier or by Telnyx. Nothing leaves."),),
    ),
}


def describe_status(status: str | None, order: Order, event_time: str | None, now: datetime) -> StatusText:
    """Return the texts for a status.

    order: the current order, empty when it is not known. event_time: the time of the event, from which a pending
    order's deadline is counted when the order has no time of its own; None where the event happened later than the
    request. now: in UTC.
    """
    key = code_safe(order.support_key, 40)
    match status:
        case "pending":
            created = order.created_at or order.inserted_at or event_time
            return _describe_pending(created, now, is_current=order.status is not None)
        case "authorized":
            stop = "If nobody here agreed to it, call Telnyx porting to stop it"
            leaves = (text("Leaves on the FOC date or up to 10 days after. "), *_with_support_key(stop, key))
            return StatusText("white_check_mark", "Authorized", "to", leaves)
        case "ported":
            dispute = "If nobody here agreed to it, dispute it with Telnyx porting now"
            return StatusText(
                "outbox_tray", "Ported", "to", (text("Gone from our account. "), *_with_support_key(dispute, key))
            )
        case "rejected-pending" | "rejected" | "canceled":
            return _STAYING[status]
    name = one_line(status, 60)
    unknown = "This bot does not know the status." if name else "Telnyx did not say to which."
    return StatusText(
        "grey_question", f"Status “{name}”" if name else "Status changed", "asked for by", (text(unknown),)
    )


def _with_support_key(advice: str, support_key: str) -> Line:
    return (text(f"{advice}, and quote "), code(support_key), text(".")) if support_key else (text(f"{advice}."),)


def _describe_pending(created: str | None, now: datetime, *, is_current: bool) -> StatusText:
    """Return the texts for a pending order. is_current: it is pending now, not only at the time of the event."""
    since = parse_time(created)
    if not isinstance(since, datetime):
        return _pending((text("Telnyx authorizes it on its own 24 to 48 h after the request (estimate)."),))
    opens, closes = (since + delay for delay in ANSWER_WINDOW)
    if now < opens:
        left = f"{about(opens - now)} left"
        return _pending(
            (
                text("Telnyx authorizes it on its own from "),
                moment(opens),
                text(" (estimate). "),
                bold(f"{left[0].upper()}{left[1:]}."),
            ),
            left,
        )
    if now < closes:
        return _pending_urgent(
            text("Telnyx may authorize it on its own at any moment, and by "),
            moment(closes),
            text(" at the latest (estimate). "),
        )
    if is_current:
        return _pending_urgent(text("Telnyx's 48 h are over (estimate), and it may authorize it at any moment. "))
    passed = "Unless somebody answered, Telnyx has authorized it since (estimate): look in Mission Control."
    return StatusText(
        "warning", "Was waiting for an answer", "to", (text(passed),), "authorized since, unless answered"
    )


def _pending(meaning: Line, brief: str = "") -> StatusText:
    return StatusText("hourglass_flowing_sand", _PENDING, "to", meaning, brief)


def _pending_urgent(*deadline: Inline) -> StatusText:
    meaning = (*deadline, bold("Answer now."))
    return StatusText("rotating_light", _PENDING, "to", meaning, "may be authorized at any moment")
