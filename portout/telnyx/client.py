"""The client of Telnyx's API, over one shared session. `responses` decides what an answer means."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import aiohttp
import structlog
from yarl import URL

from portout.http_session import open_session
from portout.telnyx.errors import DeadlineExceededError, InvalidResponseError, TelnyxError, UpstreamError
from portout.telnyx.events import PortoutEvent, decode_event, decode_events
from portout.telnyx.orders import Comment, Order, decode_comments, decode_order
from portout.telnyx.responses import decode_response, is_temporary

LOOK_UP_SECONDS: Final = 5.0
"""The deadline of a call, its retries included."""

MAX_LIST: Final = 250
"""The number of events of an order that are read: Telnyx's largest page."""

_CONNECT_SECONDS = 2.0
_MAX_ATTEMPTS = 3
_MAX_BODY = 2**20  # bytes; an event has about a thousand
_MIN_PAUSE = 0.05
_MAX_PAUSE = 2.0

_T = TypeVar("_T")

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

    @classmethod
    @asynccontextmanager
    async def connect(cls, api_key: str, base_url: str, proxy: str = "") -> AsyncIterator["TelnyxClient"]:
        """Yield a client whose calls share one session, closed at the end. proxy: a URL, or empty for none."""
        async with open_session(
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            # The whole call, its retries included, has a deadline of its own: see `_read`.
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            proxy=proxy,
        ) as session:
            yield cls(session, base_url)

    async def event(self, event_id: str) -> PortoutEvent:
        """Fetch one event (operation showPortoutEvent)."""
        return await self._read(f"/portouts/events/{event_id}", decode_event)

    async def events_of(self, order_id: str) -> list[PortoutEvent]:
        """Fetch an order's events, up to `MAX_LIST`, in no particular order (operation listPortoutEvents)."""
        query = {"filter[portout_id]": order_id, "page[size]": str(MAX_LIST)}
        return await self._read("/portouts/events", decode_events, query)

    async def order(self, order_id: str) -> Order:
        """Fetch the current state of an order (operation FindPortoutRequest)."""
        return await self._read(f"/portouts/{order_id}", decode_order)

    async def comments_on(self, order_id: str) -> list[Comment]:
        """Fetch the comments on an order, in no particular order (operation FindPortoutComments)."""
        return await self._read(f"/portouts/{order_id}/comments", decode_comments)

    async def _read(self, path: str, decode: Callable[[bytes], _T], query: Mapping[str, str] | None = None) -> _T:
        """GET and decode; retry temporary failures within the deadline."""
        deadline = asyncio.get_running_loop().time() + LOOK_UP_SECONDS
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in itertools.count(1):
                    try:
                        return await self._get(path, decode, query)
                    except TelnyxError as error:
                        pause = _pause_before_retry(error, attempt, deadline)
                        if pause is None:
                            raise
                    await asyncio.sleep(pause)
        except TimeoutError:
            raise DeadlineExceededError from None
        raise AssertionError("the loop has no end of its own")

    async def _get(self, path: str, decode: Callable[[bytes], _T], query: Mapping[str, str] | None) -> _T:
        try:
            # UUIDs need no quoting, and the search for characters that do takes longer than the rest of the URL.
            url = self._base_url.with_path(self._base_path + path, encoded=True)
            async with self._session.get(url, params=query, allow_redirects=False) as response:
                return decode_response(response.status, response.headers, await _body(response), decode)
        except aiohttp.ClientError:
            # aiohttp's own error names hosts and quotes what it could not parse.
            raise UpstreamError from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MAX_BODY:
            response.close()
            raise InvalidResponseError(status=response.status)
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
    fields = {"outcome": error.outcome, "status": error.status, "attempt": attempt}
    _log.info("telnyx.retried", **fields, pause_seconds=round(pause, 2))
    return pause
