"""Until when a pending port-out can be answered, before Telnyx authorizes it on its own."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.dates import ANSWER_WINDOW, about, moment
from portout.cards.card import CardOptions

_WAITING, _URGENT = "hourglass_flowing_sand", "rotating_light"
_ANSWER_NOW: Final = bold("Answer now: ")
_BRIEFLY_NOW: Final = bold("answer now")
_ANSWER_BY: Final = bold("Answer by ")
_BRIEFLY_BY: Final = text("answer by ")
_WITHOUT: Final = text("without an answer, Telnyx lets the numbers go.")


class Deadline(Struct, frozen=True, kw_only=True):
    """The texts for a deadline.

    meaning: what happens without an answer, and when. brief: until when to answer, in a few words. is_over: Telnyx has
    authorized the port-out by now unless somebody answered.
    """

    emoji: str
    meaning: Line
    brief: Line = ()
    is_over: bool = False


def deadline_of(since: datetime | None, now: datetime, options: CardOptions) -> Deadline:
    """Return the deadline of a port-out. since: when it was requested. now: in UTC."""
    if since is None:
        unknown = text("Without an answer, Telnyx lets the numbers go 24 to 48 h after the request (estimate).")
        return Deadline(emoji=_WAITING, meaning=(unknown,), brief=(text("answer within 24 h of the request"),))
    opens, closes = (since + delay for delay in ANSWER_WINDOW)
    if now < opens:
        first = moment(opens)
        left = "" if options.is_posted else f", in {about(opens - now)}"
        return Deadline(
            emoji=_WAITING,
            meaning=(_ANSWER_BY, first, text(f"{left} (estimate): "), _WITHOUT),
            brief=(_BRIEFLY_BY, first),
        )
    if now < closes:
        last = moment(closes)
        may = text("Telnyx may let the numbers go at any moment, and by ")
        return Deadline(
            emoji=_URGENT,
            meaning=(_ANSWER_NOW, may, last, text(" at the latest (estimate).")),
            brief=(_BRIEFLY_NOW, text(", at the latest by "), last),
        )
    over = text("Telnyx's 48 h are over (estimate), and it may let the numbers go at any moment.")
    return Deadline(emoji=_URGENT, meaning=(_ANSWER_NOW, over), brief=(_BRIEFLY_NOW,), is_over=True)
