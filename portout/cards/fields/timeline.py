"""The lines that list what happened to an order, one for each event."""

from typing import assert_never

from msgspec import UNSET, UnsetType

from portout.cards.blockkit.blocks import Line, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.cards.fields import facts
from portout.cards.fields.foc_window import foc_date
from portout.telnyx.dates import parse_time
from portout.telnyx.events import FocDateChanged, NewComment, PortoutEvent, StatusChanged, UnknownEvent

_MAX_COMMENT = 120


def event_line(event: PortoutEvent) -> Line:
    """Return the time of an event and what happened."""
    return (*when(event.created_at), *_description(event))


def when(spelling: str | None) -> Line:
    """Return the start of a line: when something happened."""
    time = parse_time(spelling)
    return (moment(time), text("  ")) if time else (text("At an unknown time  "),)


def author(user_id: str | UnsetType | None) -> Line:
    """Return the author of a comment: null means Telnyx's staff; empty when Telnyx sent no `user_id`."""
    if user_id is UNSET:
        return ()
    return facts.user(user_id) if isinstance(user_id, str) else (text("Telnyx staff"),)


def _description(event: PortoutEvent) -> Line:
    match event:
        case StatusChanged(payload=payload):
            return (text("status "), bold(one_line(payload.status, 60) or "not said"))
        case NewComment(payload=payload):
            comment = one_line(facts.comment(payload.comment), _MAX_COMMENT)
            name = author(payload.user_id)
            by_author = (text(" by "), *name) if name else ()
            return (text("comment"), *by_author, text(f": “{comment}”" if comment else ", without text"))
        case FocDateChanged(payload=payload):
            date = foc_date(payload.foc_date)
            spelling = one_line(payload.foc_date, 60) or "not said"
            return (text("FOC date moved to "), moment(date) if date else text(spelling))
        case UnknownEvent(event_type=event_type):
            kind = code_safe(event_type, 100)
            return (code(kind),) if kind else (text("an event without a type"),)
        case _:
            assert_never(event)
