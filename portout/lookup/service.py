"""The look-up of ids and references at Telnyx. Failures are returned as values.

An id is tried as an event's, then as an order's. With an event its order is fetched, too: the event is a snapshot, but
people decide about the current state. A reference, such as a support key, finds orders.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct

from portout.lookup.cache import CoalescingCache, Fetched, FetchResult, PriorityLimiter, await_all
from portout.lookup.composition import failure_of, is_whole, newest_first, order_result, rows_of, snapshot_of, time_of
from portout.lookup.order_search import OrderSearch, choose_orders
from portout.lookup.own_numbers import MAX_NUMBERS, NumberRequest, OwnNumbers
from portout.lookup.results import (
    MAX_IDS,
    EventResult,
    History,
    LookupFailure,
    LookupResult,
    LookupResults,
    MoreOrders,
    OrderResult,
    OrderSnapshot,
)
from portout.lookup.texts.identifiers import ExtractedIds, normalize_uuid
from portout.lookup.texts.references import Reference
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import InvalidResponseError, NotFoundError, TelnyxError
from portout.telnyx.events import NewComment, PortoutEvent, StatusChanged, UnknownEvent
from portout.telnyx.http.api import LOOK_UP_SECONDS
from portout.telnyx.lists import Listing
from portout.telnyx.orders import Order

CALLS_AT_A_TIME: Final = 1 + MAX_NUMBERS
"""The calls to Telnyx that most port-outs need side by side: for the order, or its events, and for its numbers."""

_ORDER_WAIT_BEFORE_ACK: Final = 1.8  # seconds from the request, to be in time for a command's acknowledgement
_ORDER_WAIT_AFTER_ACK: Final = 2.0  # seconds, once the acknowledgement is missed, or where nobody waits


class _Request(Struct, frozen=True):
    """The options of a look-up.

    since: when the request came, in seconds of the event loop's clock. early_numbers: asks for the numbers of an event
    while its order is fetched; None for nothing. max_with_numbers: with more results, none has them.
    """

    since: float
    interactive: bool
    bypass_cache: bool
    early_numbers: NumberRequest | None
    max_with_numbers: int

    def max_wait(self, seconds: float) -> float:
        """Return what remains of `seconds` since the request came; 2 s if nothing remains, or if nobody waits."""
        remaining = self.since + seconds - asyncio.get_running_loop().time()
        return remaining if self.interactive and remaining > 0 else _ORDER_WAIT_AFTER_ACK


class Lookup:
    """Looks port-outs up at Telnyx.

    Concurrent look-ups of one id share their calls. Answers are cached for 30 s, unknown ids for 60 s. limiter: of all
    calls to Telnyx. search: finds orders by references.
    """

    def __init__(self, telnyx: TelnyxClient) -> None:
        limiter = self.limiter = PriorityLimiter()

        async def events_of(order_id: str) -> Listing[PortoutEvent]:
            events = await telnyx.events_of(order_id)
            if not events.rows:
                # For an unknown order Telnyx sends an empty list; as an error it is cached as long as an unknown id.
                raise NotFoundError if events.is_whole else InvalidResponseError
            return events

        self._events = CoalescingCache("event", limiter, telnyx.event)
        self._orders = CoalescingCache("order", limiter, telnyx.order)
        self._lists = CoalescingCache("events", limiter, events_of)
        self._comments = CoalescingCache("comments", limiter, telnyx.comments_on)
        self._own_numbers = OwnNumbers(telnyx, limiter)
        self.search = OrderSearch(telnyx, limiter)

    async def look_up(
        self,
        extracted: ExtractedIds,
        *,
        interactive: bool = True,
        bypass_cache: bool = False,
        max_with_numbers: int = 0,
    ) -> LookupResults:
        """Look up to ten ids and references up, side by side, and return their results.

        Ids labeled as orders come last: what is the order of an event that was found is not looked up, and an order
        that was is not shown beside its event. interactive: whether a person waits; calls for alerts come after theirs.
        max_with_numbers: with at most so many results, they have what the account notes about their numbers.
        """
        numbers = self._own_numbers.request(_ORDER_WAIT_BEFORE_ACK, bypass_cache=bypass_cache)
        early_numbers = numbers if len(extracted.ids) <= max_with_numbers else None
        request = _Request(
            asyncio.get_running_loop().time(), interactive, bypass_cache, early_numbers, max_with_numbers
        )
        others = [uuid for uuid in extracted.ids if uuid not in extracted.order_ids]
        references = extracted.references[: max(0, MAX_IDS - len(others))]
        results, (found, more) = await self._look_up_both(others[:MAX_IDS], references, request)
        covered = _orders_of_events(results) | {result.order_id for result in found}
        orders = [uuid for uuid in extracted.order_ids if uuid not in covered]
        room = max(0, MAX_IDS - len(others[:MAX_IDS]) - len(references))
        results += found + await self._look_up_each(orders[:room], request)
        covered = _orders_of_events(results)
        omitted = [uuid for uuid in (*others[MAX_IDS:], *orders[room:]) if uuid not in covered]
        n_omitted = len(omitted) + extracted.left_out(len(references))
        shown = (result for result in results if not (isinstance(result, OrderResult) and result.id in covered))
        looked_up = LookupResults(tuple(shown), n_omitted, malformed=extracted.malformed, more=more)
        has_numbers = len(looked_up.without_unknown().results) <= max_with_numbers
        return await numbers.complete(looked_up) if has_numbers else looked_up

    async def history(self, order_id: str) -> History:
        """Fetch the state, the events and the comments of an order, for a person who waits."""
        order, event_list, comment_list = await asyncio.gather(
            self._orders.get(order_id, interactive=True),
            self._lists.get(order_id, interactive=True),
            self._comments.get(order_id, interactive=True),
        )
        events, comments = rows_of(event_list), rows_of(comment_list)
        comment_ids = {comment.id for comment in comments}
        # The comment itself is shown instead of its event.
        others = [event for event in events if not (isinstance(event, NewComment) and event.payload.id in comment_ids)]
        fetched: dict[str, FetchResult[Any]] = {"events": event_list, "comments": comment_list}
        return History(
            order_result(order_id, order, event_list),
            tuple(sorted([*others, *comments], key=time_of)),
            {resource: error for resource, result in fetched.items() if (error := failure_of(result))},
            incomplete=tuple(resource for resource, result in fetched.items() if not is_whole(result)),
        )

    async def current_order(self, order_id: str, *, interactive: bool = False) -> OrderSnapshot | TelnyxError:
        """Fetch the state of an order now, whatever is cached. interactive: a person waits for it."""
        return snapshot_of(await self._orders.get(order_id, interactive=interactive, bypass_cache=True))

    async def _look_up_both(
        self, ids: Sequence[str], references: Sequence[Reference], request: _Request
    ) -> tuple[list[LookupResult], tuple[list[LookupResult], tuple[MoreOrders, ...]]]:
        """Look ids up, and beside them references; return the results of both, and of which there are more orders."""
        if not references:
            return await self._look_up_each(ids, request), ([], ())
        search = self.search.find(references, interactive=request.interactive, bypass_cache=request.bypass_cache)
        # Most requests name one port-out: an id, or a reference.
        found, results = await asyncio.gather(search, self._look_up_each(ids, request)) if ids else (await search, [])
        orders, failures, more = choose_orders(found, {result.order_id for result in results})
        if request.early_numbers and len(results) + len(orders) <= request.max_with_numbers:
            for order in orders:
                request.early_numbers.ask_for(order)
        return results, ([*await await_all([self._with_events(one, request) for one in orders]), *failures], more)

    async def _with_events(self, found: OrderResult, request: _Request) -> OrderResult:
        events = await self._events_of(found.id, request, request.max_wait(_ORDER_WAIT_BEFORE_ACK))
        return order_result(found.id, Fetched(found.order, found.fetched_at), events)

    async def _look_up_each(self, ids: Sequence[str], request: _Request) -> list[LookupResult]:
        return await await_all([self._look_up_one(key, request) for key in ids])

    async def _look_up_one(self, key: str, request: _Request) -> LookupResult:
        """Look an id up as an event's, then as an order's."""
        result = await self._events.get(key, interactive=request.interactive, bypass_cache=request.bypass_cache)
        match result:
            case Fetched(value=event, at=at):
                order_id = normalize_uuid(event.order_id)
                if request.early_numbers:
                    request.early_numbers.ask_for(EventResult(key, event, at))
                if order_id is None:
                    return EventResult(key, event, at)
                snapshot, events = await self._beside(event, order_id, request)
                if isinstance(snapshot, NotFoundError) and isinstance(event, UnknownEvent) and event.guesses_order:
                    return EventResult(key, event.without_guess(), at)
                others = tuple(one for one in newest_first(events) if one.id != event.id) if events else ()
                failure = failure_of(events) if events else None
                return EventResult(key, event, at, snapshot, failure or others, events is None or is_whole(events))
            case NotFoundError():
                return await self._look_up_order(key, request)
            case TelnyxError():
                return LookupFailure(key, result)

    async def _beside(
        self, event: PortoutEvent, order_id: str, request: _Request
    ) -> tuple[OrderSnapshot | TelnyxError, FetchResult[Listing[PortoutEvent]] | None]:
        """Fetch what stands beside an event: its order, and the order's other events where the event needs them.

        A comment and a new FOC date don't say whether a PIN was attempted, who asks for which numbers, and what the FOC
        date was before. A change of the status does, unless the order was rejected since, in another event.
        """
        max_wait = request.max_wait(_ORDER_WAIT_BEFORE_ACK)
        if isinstance(event, StatusChanged):
            snapshot = snapshot_of(await self._order(order_id, request, max_wait))
            status = snapshot.order.status if isinstance(snapshot, OrderSnapshot) else None
            if status != "rejected" or event.payload.status == status:
                return snapshot, None
            events = await self._events_of(order_id, request, request.max_wait(_ORDER_WAIT_BEFORE_ACK))
        else:
            order, events = await asyncio.gather(
                self._order(order_id, request, max_wait), self._events_of(order_id, request, max_wait)
            )
            snapshot = snapshot_of(order)
        return snapshot, events

    async def _events_of(
        self, order_id: str, request: _Request, max_wait: float | None
    ) -> FetchResult[Listing[PortoutEvent]]:
        return await self._lists.get(
            order_id, interactive=request.interactive, bypass_cache=request.bypass_cache, max_wait=max_wait
        )

    async def _order(self, order_id: str, request: _Request, max_wait: float | None) -> FetchResult[Order]:
        return await self._orders.get(
            order_id, interactive=request.interactive, bypass_cache=request.bypass_cache, max_wait=max_wait
        )

    async def _look_up_order(self, order_id: str, request: _Request) -> LookupResult:
        # The order itself was asked for: an alert's call has its whole 5 s, as a person's has.
        max_wait = request.max_wait(LOOK_UP_SECONDS) if request.interactive else None
        order, events = await asyncio.gather(
            self._order(order_id, request, max_wait), self._events_of(order_id, request, max_wait)
        )
        if isinstance(order, TelnyxError) and isinstance(events, TelnyxError):
            return LookupFailure(order_id, order)
        return order_result(order_id, order, events)


def _orders_of_events(results: Iterable[LookupResult]) -> set[str | None]:
    return {result.order_id for result in results if isinstance(result, EventResult)}
