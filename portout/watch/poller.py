"""Telnyx's lists, read to their end, and the news of orders in them: what to tell, in which order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, TypeVar

from msgspec import Struct, structs

from portout.lookup.cache import Fetched, ResourceCalls
from portout.lookup.results import OrderSnapshot
from portout.lookup.service import Lookup
from portout.lookup.texts.identifiers import normalize_uuid
from portout.telnyx.client import WATCH_LIMITS, TelnyxClient
from portout.telnyx.dates import parse_time
from portout.telnyx.errors import InvalidResponseError, TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.lists import Listing
from portout.telnyx.orders import Order
from portout.watch.channel.board import Watched
from portout.watch.channel.record import OrderRecord

OVERLAP_SECONDS: Final = 600.0
"""How far before the newest event told the list is read again: it has no order, and events are listed late."""

PAYLOAD_SECONDS: Final = 600.0
"""How long an event waits for its payload, which Telnyx may generate later, before it is told without."""

_RESERVE: Final = 20  # calls of Telnyx's rate limit that are left to people
_MAX_PAUSE_SECONDS: Final = 60.0
_END_OF_TIME: Final = datetime(2200, 1, 1, tzinfo=UTC)  # also the time of an event that has no readable one

_T = TypeVar("_T")


class News(Struct, frozen=True):
    """Something to tell about an order.

    at: when it happened, in Unix seconds, in 2200 where no time can be read. key: the event's id, as records have it.
    event: None where the order is known only from the list of those that wait; then `order` is its row there. is_last:
    no more news of the order follows in this cycle.
    """

    order_id: str
    at: float
    key: str = ""
    event: PortoutEvent | None = None
    order: Order | None = None
    is_last: bool = True


class Poller:
    """Asks Telnyx in the alerts' lane, and leaves some of its rate limit to people."""

    def __init__(self, telnyx: TelnyxClient, lookup: Lookup) -> None:
        self._telnyx = telnyx
        self._lookup = lookup
        self._events, self._pending = ResourceCalls("news"), ResourceCalls("pending")

    async def order(self, order_id: str) -> OrderSnapshot | TelnyxError:
        """Fetch the state of an order."""
        await self._respect_rate_limit()
        return await self._lookup.current_order(order_id)

    async def pending(self) -> Listing[Order]:
        """Fetch the orders that wait for an answer; raise a `TelnyxError` unless all pages are read."""
        return await self._read(
            self._pending, "pending", lambda: self._telnyx.orders("status", "pending", WATCH_LIMITS)
        )

    async def events(self, start: float, end: float | None) -> tuple[PortoutEvent, ...]:
        """Fetch the events from `start` to `end`, in Unix seconds; to the end of time for None.

        Raises a `TelnyxError` unless all pages are read.
        """
        ends = datetime.fromtimestamp(start, UTC), _END_OF_TIME if end is None else datetime.fromtimestamp(end, UTC)
        return (await self._read(self._events, "news", lambda: self._telnyx.events_between(*ends))).rows

    async def _read(self, calls: ResourceCalls, name: str, fetch: Callable[[], Awaitable[Listing[_T]]]) -> Listing[_T]:
        async def fetch_all() -> Listing[_T]:
            listing = await fetch()
            if listing.failure is not None:
                raise listing.failure
            if not listing.has_all_pages:
                raise InvalidResponseError(reason="list too long")
            return listing

        await self._respect_rate_limit()
        result = await self._lookup.limiter.run(lambda: calls.run(name, fetch_all), interactive=False)
        if isinstance(result, Fetched):
            return result.value
        raise result

    async def _respect_rate_limit(self) -> None:
        limit = self._telnyx.rate_limit
        if limit is not None and limit.remaining < _RESERVE:
            pause = limit.resets_at - asyncio.get_running_loop().time()
            await asyncio.sleep(min(max(pause, 0.0), _MAX_PAUSE_SECONDS))


def seconds_of(spelling: str | None) -> float | None:
    """Return a date of Telnyx in Unix seconds; None for a day, and for what cannot be read."""
    moment = parse_time(spelling)
    return moment.timestamp() if isinstance(moment, datetime) else None


def opened_at(order: Order) -> float | None:
    """Return when an order was opened, in Unix seconds; None where that is not known."""
    created_at = seconds_of(order.created_at)
    return seconds_of(order.inserted_at) if created_at is None else created_at


def news_start(newest_told: float, since: float, now: float) -> float:
    """Return from when on events are listed: an event of the future that was told must not hide others."""
    return max(min(newest_told, now), since) - OVERLAP_SECONDS


def news_of(
    events: Iterable[PortoutEvent],
    pending: Iterable[Order],
    orders: Mapping[str, Watched],
    since: float,
    now: float,
) -> list[News]:
    """Return what is to be told, the oldest first over all orders.

    events, pending: Telnyx's lists. orders: those that have a message. since: what happened before is history.
    """
    untold = sorted(_untold(events, orders, since), key=_order_of_time)
    told_by_events = {news.order_id for news in untold}
    blocked: set[str] = set()
    ready = []
    for news in untold:
        # Later events of an order wait with one that waits for its payload.
        if news.order_id in blocked or _waits_for_payload(news, now):
            blocked.add(news.order_id)
        else:
            ready.append(news)
    for order in pending:
        order_id = normalize_uuid(order.id)
        if order_id and order_id not in orders and order_id not in told_by_events:
            opened = opened_at(order)
            ready.append(News(order_id, now if opened is None else min(opened, now), order=order))
    return _mark_last(sorted(ready, key=_order_of_time))


def outdated_messages(pending: Iterable[Order], orders: Mapping[str, Watched]) -> list[Watched]:
    """Return the orders whose messages contradict the list of those that wait: on whether, or on since when.

    Reminders count from when an order was opened, which its message may have from elsewhere, such as an event.
    """
    opened = {normalize_uuid(order.id): opened_at(order) for order in pending}

    def is_shown(order_id: str, record: OrderRecord) -> bool:
        if not record.waits or order_id not in opened:
            return record.waits == (order_id in opened)
        since = opened[order_id]
        return since is None or abs(since - record.opened) < 1

    return [one for order_id, one in orders.items() if not one.is_gone and not is_shown(order_id, one.record)]


def _untold(events: Iterable[PortoutEvent], orders: Mapping[str, Watched], since: float) -> Iterator[News]:
    for event in events:
        order_id, key = normalize_uuid(event.order_id), _key(event.id)
        if order_id is None or not key:
            continue
        happened = seconds_of(event.created_at)
        at = _END_OF_TIME.timestamp() if happened is None else happened
        watched = orders.get(order_id)
        if at >= since and not (watched and (watched.is_gone or watched.record.is_told(key, at))):
            yield News(order_id, at, key, event)


def _key(event_id: str | None) -> str:
    """Return an event's id as records have it: one that is no UUID, as Telnyx's are, by a digest; empty for none."""
    if not event_id:
        return ""
    return normalize_uuid(event_id) or sha256(event_id.encode(errors="surrogatepass")).hexdigest()[:32]


def _waits_for_payload(news: News, now: float) -> bool:
    event = news.event
    # What is dated far in the future would wait for ever.
    is_recent = abs(now - news.at) < PAYLOAD_SECONDS
    return event is not None and event.payload == type(event.payload)() and is_recent


def _order_of_time(news: News) -> tuple[float, str]:
    # At one time any order, but always the same.
    return news.at, news.key or news.order_id


def _mark_last(news: list[News]) -> list[News]:
    last = {one.order_id: number for number, one in enumerate(news)}
    return [
        one if last[one.order_id] == number else structs.replace(one, is_last=False) for number, one in enumerate(news)
    ]
