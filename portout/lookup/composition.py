"""Results composed of Telnyx's answers, or of the errors that came instead."""

from datetime import UTC, datetime, time
from typing import Any, Final, TypeVar

from portout.lookup.cache import Fetched, FetchResult
from portout.lookup.results import OrderResult, OrderSnapshot
from portout.telnyx.dates import parse_time
from portout.telnyx.errors import NotFoundError, TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.lists import Listing
from portout.telnyx.orders import Comment, Order

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)

_T = TypeVar("_T")


def snapshot_of(result: FetchResult[Order]) -> OrderSnapshot | TelnyxError:
    """Return the state of an order, or why it is not known."""
    return OrderSnapshot(result.value, result.at) if isinstance(result, Fetched) else result


def rows_of(result: FetchResult[Listing[_T]]) -> tuple[_T, ...]:
    """Return the rows of a list; none if it could not be fetched."""
    return result.value.rows if isinstance(result, Fetched) else ()


def order_result(order_id: str, order: FetchResult[Order], events: FetchResult[Listing[PortoutEvent]]) -> OrderResult:
    """Return the result of an order with its events."""
    shown = failure_of(events) or newest_first(events)
    return OrderResult(order_id, snapshot_of(order), shown, datetime.now(UTC), has_all_events=is_whole(events))


def newest_first(events: FetchResult[Listing[PortoutEvent]]) -> tuple[PortoutEvent, ...]:
    """Return the events of a list, the newest first."""
    return tuple(sorted(rows_of(events), key=time_of, reverse=True))


def is_whole(result: FetchResult[Listing[Any]]) -> bool:
    """Return False for a list that was read in part."""
    return not isinstance(result, Fetched) or result.value.is_whole


def failure_of(result: FetchResult[Any]) -> TelnyxError | None:
    """Return why a list could not be fetched. An empty one is no failure: an order may have no event yet."""
    return result if isinstance(result, TelnyxError) and not isinstance(result, NotFoundError) else None


def time_of(entry: PortoutEvent | Comment) -> datetime:
    """Return when an entry was created, to sort by: Telnyx lists in no particular order. No time sorts first."""
    created = parse_time(entry.created_at)
    if isinstance(created, datetime):
        return created
    return datetime.combine(created, time.min, UTC) if created else _BEFORE_ALL
