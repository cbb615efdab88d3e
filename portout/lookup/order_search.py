"""The search for orders by what people have: a support key, a phone number, a PON; or by the status *pending*."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from portout.lookup.cache import CoalescingCache, Fetched, FetchResult, PriorityLimiter, await_all
from portout.lookup.results import (
    MAX_FOUND_ORDERS,
    LookupFailure,
    MoreOrders,
    OrderList,
    OrderResult,
    OrderSnapshot,
    search_failure,
)
from portout.lookup.texts.identifiers import normalize_uuid
from portout.lookup.texts.references import Reference
from portout.telnyx.client import TelnyxClient
from portout.telnyx.dates import parse_time
from portout.telnyx.errors import InvalidResponseError, NotFoundError, TelnyxError
from portout.telnyx.lists import Listing
from portout.telnyx.orders import Order, OrderField, has_value, position_of, value_at

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


class OrderSearch:
    """Searches orders at Telnyx. What it returns is sorted: those that wait, the least time first, then the newest."""

    def __init__(self, telnyx: TelnyxClient, limiter: PriorityLimiter) -> None:
        """Search with `telnyx`, as one of the calls that `limiter` lets through."""
        self._telnyx = telnyx
        self._found = CoalescingCache("orders", limiter, self._fetch, log_name=lambda reference: reference.log_name)

    async def find(
        self, references: Collection[Reference], *, interactive: bool, bypass_cache: bool
    ) -> dict[Reference, FetchResult[Listing[Order]]]:
        """Return the orders that each reference finds, at least one; else the error. interactive: a person waits."""
        calls = [self._found.get(one, interactive=interactive, bypass_cache=bypass_cache) for one in references]
        return dict(zip(references, await await_all(calls), strict=True))

    async def list_orders(self, reference: Reference, *, bypass_cache: bool = False) -> OrderList | LookupFailure:
        """Return all orders that a reference finds, without their events, for a person who waits."""
        result = await self._found.get(reference, interactive=True, bypass_cache=bypass_cache)
        match result:
            case Fetched(value=listing, at=at):
                orders = tuple(order_alone(order, at) for order in listing.rows)
                return OrderList(reference, orders, listing.is_whole, at)
            case error:
                return search_failure(reference, error)

    async def _fetch(self, reference: Reference) -> Listing[Order]:
        listing = await self._telnyx.orders(reference.field, reference.value)
        by_id = {normalize_uuid(one.id): one for one in listing.rows}
        # A row that does not tell whether it belongs there is most likely somebody else's.
        rows = [one for key, one in by_id.items() if key and has_value(one, reference.field, reference.value)]
        is_whole = listing.is_whole and len(rows) == len(by_id)
        # That nothing has a status is an answer; that nothing has a number is none.
        if not rows and not (reference.field == "status" and is_whole):
            raise listing.failure or (NotFoundError() if is_whole else InvalidResponseError())
        return Listing(tuple(sorted(rows, key=_urgency)), is_whole)


def choose_orders(
    found: Mapping[Reference, FetchResult[Listing[Order]]], shown: Collection[str | None]
) -> tuple[list[OrderResult], list[LookupFailure], tuple[MoreOrders, ...]]:
    """Return the orders to show, without events, the references that failed, and those that find more orders.

    The first order of each reference is shown, and as many others as fit. Where one of its orders is shown already, by
    its id or by another reference before, the text is about that one: of its others only those that wait are shown.
    shown: the orders that are shown already.
    """
    rows = {reference: result for reference, result in found.items() if isinstance(result, Fetched)}
    known, firsts, others = set(shown), list[OrderResult](), dict[str, OrderResult]()
    for result in rows.values():
        orders = [order_alone(order, result.at) for order in result.value.rows]
        is_named = any(order.id in known for order in orders)
        new = [one for one in orders if one.id not in known and (one.order.status == "pending" or not is_named)]
        if new and not is_named:
            firsts.append(new.pop(0))
            known.add(firsts[-1].id)
        others.update((order.id, order) for order in new)
    rest = sorted((order for key, order in others.items() if key not in known), key=_urgency_of)
    chosen = sorted((*firsts, *rest[: max(0, MAX_FOUND_ORDERS - len(firsts))]), key=_urgency_of)
    known.update(order.id for order in chosen)
    more = (_more(reference, result.value, known) for reference, result in rows.items())
    failures = [search_failure(one, error) for one, error in found.items() if isinstance(error, TelnyxError)]
    return chosen, failures, tuple(one for one in more if one)


def order_alone(order: Order, at: datetime) -> OrderResult:
    """Return the result for an order of a list, whose events are not known. at: when Telnyx answered."""
    return OrderResult(normalize_uuid(order.id) or "", OrderSnapshot(order, at), (), at)


def reference_in(order: Order, field: OrderField, position: int) -> Reference | None:
    """Return a reference that finds an order, by one of its own fields; None where that is empty."""
    value = value_at(order, field, position)
    return Reference(field, value) if value else None


def _more(reference: Reference, found: Listing[Order], shown: Collection[str | None]) -> MoreOrders | None:
    ids = [normalize_uuid(order.id) or "" for order in found.rows]
    hidden = tuple(order_id for order_id in ids if order_id not in shown)
    position = position_of(found.rows[0], reference.field, reference.value)
    more = MoreOrders(reference, ids[0], position, len(ids), hidden, has_all=found.is_whole)
    return more if hidden or not found.is_whole else None


def _urgency_of(result: OrderResult) -> tuple[bool, float]:
    return _urgency(result.order)


def _urgency(order: Order) -> tuple[bool, float]:
    """Return what sorts orders: those that wait first, the one with the least time first; then the newest first.

    One of which the time is not known may have no time left.
    """
    requested = next(
        (
            time
            for spelling in (order.created_at, order.inserted_at)
            if isinstance(time := parse_time(spelling), datetime)
        ),
        _BEFORE_ALL,
    )
    waits = order.status == "pending"
    seconds = (requested - _BEFORE_ALL).total_seconds()
    return not waits, seconds if waits else -seconds
