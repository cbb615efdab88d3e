"""The client of Telnyx's API, over one shared session. `responses` decides what an answer means."""

import asyncio
import itertools
import random
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Final, TypeVar

import aiohttp
import structlog
from yarl import URL

from portout.http_session import Proxy, open_session, reason_of
from portout.telnyx.decoding import UndecodableError, may_be_same_id
from portout.telnyx.errors import (
    DeadlineExceededError,
    IntermediaryError,
    InvalidResponseError,
    NotFoundError,
    TelnyxError,
    UpstreamError,
)
from portout.telnyx.events import PortoutEvent, decode_event, decode_events, order_named_by
from portout.telnyx.lists import Listing, ListReader
from portout.telnyx.orders import Comment, Order, decode_comments, decode_order
from portout.telnyx.responses import decode_response, is_temporary

LOOK_UP_SECONDS: Final = 5.0
"""The deadline of a call, its retries included."""

_CONNECT_SECONDS = 2.0
_MAX_ATTEMPTS = 3
_MAX_BODY = 2**20  # bytes; an event has about a thousand
_MAX_LIST_BODY = 8 * 2**20  # bytes; each event of a bulk port-out has thousands of numbers
_PAGE_SIZE = 250  # rows; the largest that Telnyx allows
_MAX_PAGES = 20
_MIN_PAUSE = 0.05
_MAX_PAUSE = 2.0
_VERSION = re.compile(r"/v\d+(/|$)")

_T = TypeVar("_T")
_ResourceT = TypeVar("_ResourceT", PortoutEvent, Order)

_log = structlog.get_logger()


class TelnyxClient:
    """Fetches port-outs with the API key of one account.

    A call that fails raises a `TelnyxError` within 5 s. Temporary failures are retried within that time, not sooner
    than Telnyx asks for. Ids go into paths unquoted: they must be UUIDs.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Call the API at `base_url` (its version path included) over `session`, which carries the key."""
        self._session = session
        self._base_url = URL(base_url)
        self._base_path = self._base_url.raw_path.rstrip("/")
        # Telnyx answers with its 404 where the version is missing, too, until a success shows that this is no mistake.
        self._is_base_url_known = has_version(base_url)

    @classmethod
    @asynccontextmanager
    async def connect(cls, api_key: str, base_url: str, proxy: Proxy | None = None) -> AsyncIterator["TelnyxClient"]:
        """Yield a client whose calls share one session, closed at the end."""
        async with open_session(
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            # The whole call, its retries included, has a deadline of its own: see `_read`.
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            proxy=proxy or Proxy(),
        ) as session:
            yield cls(session, base_url)

    async def event(self, event_id: str) -> PortoutEvent:
        """Fetch one event (operation showPortoutEvent)."""
        return await self._read(f"/portouts/events/{event_id}", _about(event_id, decode_event))

    async def events_of(self, order_id: str) -> Listing[PortoutEvent]:
        """Fetch an order's events (operation listPortoutEvents)."""
        query = {"filter[portout_id]": order_id, "page[size]": str(_PAGE_SIZE)}
        events = ListReader(decode_events, order_named_by, order_id)
        return await self._read_list("/portouts/events", query, events)

    async def order(self, order_id: str) -> Order:
        """Fetch the current state of an order (operation FindPortoutRequest)."""
        return await self._read(f"/portouts/{order_id}", _about(order_id, decode_order))

    async def comments_on(self, order_id: str) -> Listing[Comment]:
        """Fetch the comments on an order (operation FindPortoutComments)."""
        comments = ListReader(decode_comments, attrgetter("portout_id"), order_id)
        # Telnyx documents no parameters here, although its answer has `meta`: none unless there is a second page.
        return await self._read_list(f"/portouts/{order_id}/comments", {}, comments)

    async def _read_list(self, path: str, query: dict[str, str], reader: ListReader[_T]) -> Listing[_T]:
        """Fetch the pages of a list, up to 20 and 8 MiB, within the deadline; only the first ones if a later one fails.

        The limit is for all of them together, because all are in memory at the same time.
        """
        deadline = asyncio.get_running_loop().time() + LOOK_UP_SECONDS
        try:
            while reader.has_more and reader.pages < _MAX_PAGES:
                page = {"page[number]": str(reader.pages + 1)} if reader.pages else {}
                await self._read(path, reader.add, query | page, deadline, _MAX_LIST_BODY - reader.n_bytes)
        except TelnyxError as error:
            if not reader.pages:
                if isinstance(error, NotFoundError) and error.status != 404:
                    # Telnyx refuses the query, which says nothing about what is on the list.
                    raise UpstreamError(status=error.status, code=error.code) from None
                raise
        return reader.listing()

    async def _read(
        self,
        path: str,
        decode: Callable[[bytes], _T],
        query: Mapping[str, str] | None = None,
        deadline: float | None = None,
        max_body: int = _MAX_BODY,
    ) -> _T:
        """Fetch and decode; retry temporary failures within the deadline, 5 s from now by default."""
        if deadline is None:
            deadline = asyncio.get_running_loop().time() + LOOK_UP_SECONDS
        reason = None
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in itertools.count(1):
                    try:
                        return await self._get(path, decode, query, max_body)
                    except TelnyxError as error:
                        reason = error.reason
                        pause = _pause_before_retry(error, attempt, deadline)
                        if pause is None:
                            raise
                    await asyncio.sleep(pause)
        except TimeoutError:
            raise DeadlineExceededError(reason=reason) from None
        raise AssertionError("the loop has no end of its own")

    async def _get(
        self, path: str, decode: Callable[[bytes], _T], query: Mapping[str, str] | None, max_body: int
    ) -> _T:
        try:
            # UUIDs need no quoting, and the search for characters that do takes longer than the rest of the URL.
            url = self._base_url.with_path(self._base_path + path, encoded=True)
            async with self._session.get(url, params=query, allow_redirects=False) as response:
                body = await _body(response, max_body)
                value = decode_response(response.status, response.headers, body, decode)
        except aiohttp.ClientError as error:
            # aiohttp's own error names hosts and quotes what it could not parse.
            raise UpstreamError(reason=reason_of(error)) from None
        except NotFoundError as error:
            if not self._is_base_url_known:
                raise IntermediaryError(status=error.status, code=error.code) from None
            raise
        self._is_base_url_known = True
        return value


def has_version(base_url: str) -> bool:
    """Return whether the address of Telnyx's API has the version in its path, such as `/v2`."""
    return bool(_VERSION.search(URL(base_url).path))


def _about(wanted_id: str, decode: Callable[[bytes], _ResourceT]) -> Callable[[bytes], _ResourceT]:
    """Return a decoder that refuses what has the id of something else: a cache on the way mixed the answers up."""

    def decode_checked(body: bytes) -> _ResourceT:
        resource = decode(body)
        if not may_be_same_id(resource.id, wanted_id):
            raise UndecodableError
        return resource

    return decode_checked


async def _body(response: aiohttp.ClientResponse, max_length: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_length:
            response.close()
            raise InvalidResponseError(status=response.status, reason="body too large")
    return bytes(body)


def _pause_before_retry(error: TelnyxError, attempt: int, deadline: float) -> float | None:
    """Return the seconds before the retry of a failed call, as Telnyx asks or longer each time; None for no retry."""
    pause = error.retry_after
    if pause is None:
        # Random, so that callers do not retry all at the same time.
        pause = min(0.2 * 2 ** (attempt - 1) + random.uniform(0, 0.2), _MAX_PAUSE)  # noqa: S311
    pause = max(pause, _MIN_PAUSE)
    if attempt == _MAX_ATTEMPTS or not is_temporary(error) or asyncio.get_running_loop().time() + pause >= deadline:
        return None
    fields = {"outcome": error.outcome, "status": error.status, "reason": error.reason, "attempt": attempt}
    _log.info("telnyx.retried", **fields, pause_seconds=round(pause, 2))
    return pause
