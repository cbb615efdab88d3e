"""Ids in, results out. Failures come back as values.

An id is tried as an event's, then as an order's. Beside an event stands its order: the event is a snapshot, and the
decision is about what is now.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any, Final, TypeVar

from msgspec import Struct

from portout.lookup.cache import CoalescingCache, Fetched, FetchResult, PriorityLimiter
from portout.lookup.identifiers import ExtractedIds, normalize_uuid
from portout.lookup.results import EventResult, History, LookupFailure, LookupResult, OrderResult, OrderSnapshot
from portout.telnyx.client import LOOK_UP_SECONDS, MAX_LIST, TelnyxClient
from portout.telnyx.dates import parse_time
from portout.telnyx.errors import NotFoundError, TelnyxError
from portout.telnyx.events import NewComment, PortoutEvent
from portout.telnyx.orders import Comment, Order

_IN_TIME_SECONDS: Final = 1.8  # what is there by then can be in a command's acknowledgement
_LATE_SECONDS: Final = 2.0

_T = TypeVar("_T")
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


class _Request(Struct, frozen=True):
    """How a look-up is to be made. since: when the request came, in the loop's time."""

    since: float
    interactive: bool
    bypass_cache: bool

    def max_wait(self, seconds: float) -> float:
        """Return what is left of the request's time, or the seconds a call may take once the answer is late anyway."""
        left = self.since + seconds - asyncio.get_running_loop().time()
        return left if self.interactive and left > 0 else _LATE_SECONDS


class Lookup:
    """Looks port-outs up at Telnyx.

    Look-ups of one id at one time share their calls. What was found is cached for 30 s, an unknown id for 60 s.
    """

    def __init__(self, telnyx: TelnyxClient) -> None:
        limiter = PriorityLimiter()

        async def events_of(order_id: str) -> list[PortoutEvent]:
            events = await telnyx.events_of(order_id)
            if not events:
                # An unknown order has an empty list, which is to be cached as long as an unknown id.
                raise NotFoundError
            return events

        self._events = CoalescingCache("event", limiter, telnyx.event)
        self._orders = CoalescingCache("order", limiter, telnyx.order)
        self._lists = CoalescingCache("events", limiter, events_of)
        self._comments = CoalescingCache("comments", limiter, telnyx.comments_on)

    async def look_up(
        self, asked: ExtractedIds, *, interactive: bool = True, bypass_cache: bool = False
    ) -> list[LookupResult]:
        """Look all the ids up side by side, and return the results in the order of the ids.

        An id that is labeled as an order's is left out where an event of that order is found beside it. interactive: a
        person waits; calls for alerts come after theirs.
        """
        request = _Request(asyncio.get_running_loop().time(), interactive, bypass_cache)
        results = await self._look_up_each((one for one in asked.ids if one not in asked.order_ids), request)
        covered = {result.order_id for result in results}
        return results + await self._look_up_each((one for one in asked.order_ids if one not in covered), request)

    async def history(self, order_id: str) -> History:
        """Fetch an order's events and comments, for a person who waits."""
        listed, written = await asyncio.gather(
            self._lists.get(order_id, interactive=True), self._comments.get(order_id, interactive=True)
        )
        events, comments = _values(listed), _values(written)
        seen = {comment.id for comment in comments}
        new = [event for event in events if not (isinstance(event, NewComment) and event.payload.id in seen)]
        fetched: dict[str, FetchResult[Any]] = {"events": listed, "comments": written}
        return History(
            order_id,
            tuple(sorted([*new, *comments], key=_time)),
            {resource: error for resource, result in fetched.items() if (error := _failure(result))},
            is_cut=len(events) >= MAX_LIST,
        )

    async def _look_up_each(self, ids: Iterable[str], request: _Request) -> list[LookupResult]:
        calls = [self._look_up_one(one, request) for one in ids]
        # Most ask for one, which needs no task of its own.
        return await asyncio.gather(*calls) if len(calls) > 1 else [await one for one in calls]

    async def _look_up_one(self, asked_id: str, request: _Request) -> LookupResult:
        """Look an id up as an event's, then as an order's."""
        result = await self._events.get(asked_id, interactive=request.interactive, bypass_cache=request.bypass_cache)
        match result:
            case Fetched(value=event, at=at):
                order_id = normalize_uuid(event.order_id)
                return EventResult(asked_id, event, at, await self._snapshot(order_id, request) if order_id else None)
            case NotFoundError():
                return await self._look_up_order(asked_id, request)
            case TelnyxError():
                return LookupFailure(asked_id, result)

    async def _snapshot(self, order_id: str, request: _Request) -> OrderSnapshot | TelnyxError:
        return _snapshot_of(await self._order(order_id, request, request.max_wait(_IN_TIME_SECONDS)))

    async def _order(self, order_id: str, request: _Request, max_wait: float) -> FetchResult[Order]:
        return await self._orders.get(
            order_id, interactive=request.interactive, bypass_cache=request.bypass_cache, max_wait=max_wait
        )

    async def _look_up_order(self, order_id: str, request: _Request) -> LookupResult:
        max_wait = request.max_wait(LOOK_UP_SECONDS)
        order, listed = await asyncio.gather(
            self._order(order_id, request, max_wait),
            self._lists.get(
                order_id, interactive=request.interactive, bypass_cache=request.bypass_cache, max_wait=max_wait
            ),
        )
        if isinstance(order, TelnyxError) and isinstance(listed, TelnyxError):
            return LookupFailure(order_id, order)
        newest_first = tuple(sorted(_values(listed), key=_time, reverse=True))
        return OrderResult(order_id, _snapshot_of(order), _failure(listed) or newest_first, datetime.now(UTC))


def _snapshot_of(result: FetchResult[Order]) -> OrderSnapshot | TelnyxError:
    return OrderSnapshot(result.value, result.at) if isinstance(result, Fetched) else result


def _values(result: FetchResult[list[_T]]) -> list[_T]:
    return result.value if isinstance(result, Fetched) else []


def _failure(listed: FetchResult[Any]) -> TelnyxError | None:
    """Return why a list could not be had. An empty one is no failure: an order may be older than its first event."""
    return listed if isinstance(listed, TelnyxError) and not isinstance(listed, NotFoundError) else None


def _time(listed: PortoutEvent | Comment) -> datetime:
    """Return when something happened, for Telnyx lists in no particular order; what has no time comes first."""
    when = parse_time(listed.created_at)
    if isinstance(when, datetime):
        return when
    return datetime.combine(when, time.min, UTC) if when else _BEFORE_ALL
