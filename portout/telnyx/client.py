"""The client of Telnyx's API: one method for each question about port-outs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar

import aiohttp

from portout.http_session import Proxy, open_session
from portout.telnyx.dates import is_between
from portout.telnyx.decoding import UndecodableError, is_same_id
from portout.telnyx.errors import NotFoundError
from portout.telnyx.events import PortoutEvent, decode_event, decode_events, order_named_by
from portout.telnyx.http.api import ListLimits, TelnyxApi
from portout.telnyx.http.responses import RateLimit
from portout.telnyx.lists import Listing, ListReader
from portout.telnyx.orders import Comment, Order, OrderField, decode_comments, decode_order, decode_orders, has_value
from portout.telnyx.phone_numbers import PhoneNumber, decode_phone_numbers

LOOK_UP_LIMITS: Final = ListLimits()
"""For a list that a person waits for."""

WATCH_LIMITS: Final = ListLimits(pages=80, n_bytes=64 * 2**20, seconds=30)
"""For the events of days or weeks: up to 20,000."""

_NUMBER_LIMITS: Final = ListLimits(pages=1)  # hardly any numbers have all digits of another in them
_CONNECT_SECONDS = 2.0
_PAGE_SIZE = {"page[size]": "250"}  # rows; the largest that Telnyx allows

_ResourceT = TypeVar("_ResourceT", PortoutEvent, Order)


class TelnyxClient:
    """Fetches port-outs with the API key of one account.

    A call that fails raises a `TelnyxError` within 5 s, or within the seconds of its limits. Ids go into paths
    unquoted: they must be UUIDs.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Call the API at `base_url` (its version path included) over `session`, which carries the key."""
        self._api = TelnyxApi(session, base_url)

    @classmethod
    @asynccontextmanager
    async def connect(cls, api_key: str, base_url: str, proxy: Proxy | None = None) -> AsyncIterator["TelnyxClient"]:
        """Yield a client whose calls share one session, closed at the end."""
        async with open_session(
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            # The whole call, its retries included, has a deadline of its own: see `TelnyxApi.fetch`.
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            proxy=proxy or Proxy(),
        ) as session:
            yield cls(session, base_url)

    @property
    def rate_limit(self) -> RateLimit | None:
        """Return what the last answer that named the rate limit said of it."""
        return self._api.rate_limit

    async def keep_warm(self, connections: int) -> None:
        """Fetch small answers now and then, so that so many connections stay open, until cancelled."""
        await self._api.keep_warm(connections)

    async def event(self, event_id: str) -> PortoutEvent:
        """Fetch one event (operation showPortoutEvent)."""
        return await self._api.fetch(f"/portouts/events/{event_id}", _about(event_id, decode_event))

    async def events_of(self, order_id: str) -> Listing[PortoutEvent]:
        """Fetch an order's events (operation listPortoutEvents)."""
        events = ListReader(decode_events, lambda event: is_same_id(order_named_by(event), order_id))
        query = {"filter[portout_id]": order_id, **_PAGE_SIZE}
        return await self._api.fetch_list("/portouts/events", query, events, LOOK_UP_LIMITS)

    async def events_between(
        self, start: datetime, end: datetime, limits: ListLimits = WATCH_LIMITS
    ) -> Listing[PortoutEvent]:
        """Fetch the events of all orders that were created from `start` to `end` (operation listPortoutEvents)."""
        events = ListReader(decode_events, lambda event: is_between(event.created_at, start, end))
        query = {"filter[created_at][gte]": _spell(start), "filter[created_at][lte]": _spell(end), **_PAGE_SIZE}
        return await self._api.fetch_list("/portouts/events", query, events, limits)

    async def order(self, order_id: str) -> Order:
        """Fetch the current state of an order (operation FindPortoutRequest)."""
        return await self._api.fetch(f"/portouts/{order_id}", _about(order_id, decode_order))

    async def orders(self, field: OrderField, value: str, limits: ListLimits = LOOK_UP_LIMITS) -> Listing[Order]:
        """Fetch the orders with a value (operation ListPortoutRequest): a phone number in E.164, others as they are."""
        orders = ListReader(decode_orders, lambda order: has_value(order, field, value))
        query = {f"filter[{field}]": value, **_PAGE_SIZE}
        return await self._api.fetch_list("/portouts", query, orders, limits)

    async def comments_on(self, order_id: str) -> Listing[Comment]:
        """Fetch the comments on an order (operation FindPortoutComments)."""
        comments = ListReader(decode_comments, lambda comment: is_same_id(comment.portout_id, order_id))
        # Telnyx documents no parameters here, although its answer has `meta`: none unless there is a second page.
        return await self._api.fetch_list(f"/portouts/{order_id}/comments", {}, comments, LOOK_UP_LIMITS)

    async def phone_number(self, number: str) -> PhoneNumber:
        """Fetch what the account notes about a phone number of its own, in E.164 (operation ListPhoneNumbers)."""
        numbers = ListReader(decode_phone_numbers, lambda row: row.is_number(number))
        # With its + the filter finds nothing; without, every number that has these digits somewhere.
        query = {"filter[phone_number]": number.removeprefix("+"), **_PAGE_SIZE}
        listing = await self._api.fetch_list("/phone_numbers", query, numbers, _NUMBER_LIMITS)
        if len(listing.rows) != 1:  # of several nobody knows which is right
            raise NotFoundError
        return listing.rows[0]


def _about(wanted_id: str, decode: Callable[[bytes], _ResourceT]) -> Callable[[bytes], _ResourceT]:
    """Return a decoder that refuses what has the id of something else: a cache on the way mixed the answers up."""

    def decode_checked(body: bytes) -> _ResourceT:
        resource = decode(body)
        if is_same_id(resource.id, wanted_id) is False:
            raise UndecodableError
        return resource

    return decode_checked


def _spell(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
