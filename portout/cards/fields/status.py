"""How an order's status reads: the six that Telnyx documents, and any it may add.

Source of the meanings: Telnyx's port-out guide ("Port-out orders"); the wording is for the porting desk.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, bold, code, text
from portout.cards.blockkit.dates import ANSWER_WINDOW, about, moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.telnyx.dates import parse_time
from portout.telnyx.orders import Order

LEAVING: Final = frozenset({"authorized", "ported"})
"""The statuses in which numbers are lost."""


class StatusText(Struct, frozen=True):
    """How a status reads.

    how: what joins the numbers and the carrier. meaning: what it means and what to do. brief: the least of it.
    """

    emoji: str
    name: str
    how: str
    meaning: Line
    brief: str = ""


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


def read_status(status: str | None, order: Order, asked: str | None, now: datetime) -> StatusText:
    """Put a status into words. order: what else is known. asked: when the port-out was, if the order doesn't say."""
    key = code_safe(order.support_key, 40)
    match status:
        case "pending":
            return _read_pending(order.created_at or order.inserted_at or asked, now, is_sure=order.status is not None)
        case "authorized":
            stop = "If nobody here agreed to it, call Telnyx porting to stop it"
            leaves = (text("Leaves on the FOC date or up to 10 days after. "), *_quoting(stop, key))
            return StatusText("white_check_mark", "Authorized", "to", leaves)
        case "ported":
            dispute = "If nobody here agreed to it, dispute it with Telnyx porting now"
            return StatusText("outbox_tray", "Ported", "to", (text("Gone from our account. "), *_quoting(dispute, key)))
        case "rejected-pending" | "rejected" | "canceled":
            return _STAYING[status]
    name = one_line(status, 60)
    unknown = "This bot does not know the status." if name else "Telnyx did not say to which."
    return StatusText(
        "grey_question", f"Status “{name}”" if name else "Status changed", "asked for by", (text(unknown),)
    )


def _quoting(move: str, support_key: str) -> Line:
    return (text(f"{move}, and quote "), code(support_key), text(".")) if support_key else (text(f"{move}."),)


def _read_pending(asked: str | None, now: datetime, *, is_sure: bool) -> StatusText:
    """Say how long is left. is_sure: it is pending now, not only when the event happened."""
    waiting = "Waiting for your answer"
    since = parse_time(asked)
    if not isinstance(since, datetime):
        meaning: Line = (text("Telnyx authorizes it on its own 24 to 48 h after the request (estimate)."),)
        return StatusText("hourglass_flowing_sand", waiting, "to", meaning)
    opens, closes = (since + delay for delay in ANSWER_WINDOW)
    if now < opens:
        left = f"{about(opens - now)} left"
        meaning = (
            text("Telnyx authorizes it on its own from "),
            moment(opens),
            text(" (estimate). "),
            bold(f"{left[0].upper()}{left[1:]}."),
        )
        return StatusText("hourglass_flowing_sand", waiting, "to", meaning, left)
    if now < closes:
        meaning = (
            text("Telnyx may authorize it on its own at any moment, and by "),
            moment(closes),
            text(" at the latest (estimate). "),
            bold("Answer now."),
        )
        return StatusText("rotating_light", waiting, "to", meaning, "may be authorized at any moment")
    if is_sure:
        still = (
            text("Telnyx's 48 h are over (estimate), and it may authorize it at any moment. "),
            bold("Answer now."),
        )
        return StatusText("rotating_light", waiting, "to", still, "may be authorized at any moment")
    passed = "Unless somebody answered, Telnyx has authorized it since (estimate): look in Mission Control."
    return StatusText(
        "warning", "Was waiting for an answer", "to", (text(passed),), "authorized since, unless answered"
    )
