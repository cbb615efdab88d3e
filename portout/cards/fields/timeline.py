"""The lines that list what happened to an order, one for each event."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import assert_never

from msgspec import UNSET, UnsetType

from portout.cards.blockkit.blocks import Line, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.cards.fields import facts
from portout.cards.fields.foc_window import differ, foc_date
from portout.telnyx.dates import parse_time
from portout.telnyx.events import FocDateChanged, NewComment, PortoutEvent, StatusChanged, UnknownEvent

_MAX_COMMENT = 120


def event_line(event: PortoutEvent, others: Iterable[PortoutEvent] = ()) -> Line:
    """Return the time of an event and what happened. others: the order's other events, of which some are earlier."""
    return (*when(event.created_at), *_description(event, others))


def previous_foc_date(event: FocDateChanged, others: Iterable[PortoutEvent]) -> datetime | date | None:
    """Return the FOC date before an event moved it to another, as far as the order's other events know it."""
    moved_at, moved_to = parse_time(event.created_at), foc_date(event.payload.foc_date)
    if not isinstance(moved_at, datetime) or moved_to is None:
        return None
    earlier = [
        (created_at, foc)
        for other in others
        if isinstance(other, FocDateChanged)
        and isinstance(created_at := parse_time(other.created_at), datetime)
        and created_at < moved_at
        and (foc := foc_date(other.payload.foc_date))
    ]
    before = max(earlier, key=lambda pair: pair[0])[1] if earlier else None
    return before if before and differ(before, moved_to) else None


def when(spelling: str | None) -> Line:
    """Return the start of a line: when something happened."""
    time = parse_time(spelling)
    return (moment(time), text("  ")) if time else (text("At an unknown time  "),)


def by_author(user_id: str | UnsetType | None) -> Line:
    """Return " by " and the author of a comment: null means Telnyx's staff; empty when Telnyx sent no `user_id`."""
    if user_id is UNSET:
        return ()
    name = facts.user(user_id) if isinstance(user_id, str) else (text("Telnyx staff"),)
    return (text(" by "), *name) if name else ()


def _description(event: PortoutEvent, others: Iterable[PortoutEvent]) -> Line:
    match event:
        case StatusChanged(payload=payload):
            pin = (text(", a PIN was attempted"),) if payload.attempted_pin else ()
            return (text("status "), bold(one_line(payload.status, 60) or "not said"), *pin)
        case NewComment(payload=payload):
            comment = one_line(facts.comment(payload.comment), _MAX_COMMENT)
            return (
                text("comment"),
                *by_author(payload.user_id),
                text(f": “{comment}”" if comment else ", without text"),
            )
        case FocDateChanged(payload=payload):
            foc = foc_date(payload.foc_date)
            spelling = one_line(payload.foc_date, 60) or "not said"
            before = previous_foc_date(event, others)
            since: Line = (text(" from "), moment(before)) if before else ()
            return (text("FOC date moved"), *since, text(" to "), moment(foc) if foc else text(spelling))
        case UnknownEvent(event_type=event_type):
            kind = code_safe(event_type, 100)
            return (code(kind),) if kind else (text("an event without a type"),)
        case _:
            assert_never(event)
