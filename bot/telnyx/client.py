"""Asking Telnyx, over one shared session. What an answer means is decided in `protocol`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import aiohttp
import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)
from yarl import URL

from bot.settings import TelnyxSettings
from bot.telnyx.events import PortoutEvent, decode_event, decode_events
from bot.telnyx.orders import Comment, Order, decode_comments, decode_order
from bot.telnyx.protocol import TelnyxError, TooSlowError, UnreadableError, UpstreamError, may_pass, read

LOOK_UP_SECONDS: Final = 5.0
"""A whole call, its retries included."""

LONGEST_LIST: Final = 250
"""How many events of an order are read; Telnyx's largest page."""

_CONNECT_SECONDS = 2.0
_ATTEMPTS = 3
_LARGEST_BODY = 2**20  # bytes; an event is about a thousand
_BACKOFF = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2)

_T = TypeVar("_T")

_log = structlog.get_logger()


class TelnyxClient:
    """Reads port-outs with one account's API key.

    Each call raises a `TelnyxError` within 5 s. Passing failures are tried again inside that time, as late as Telnyx
    asks for. Ids go into paths as they are: they must be UUIDs.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Ask the API at `base_url` (its version path included) over `session`, which carries the key."""
        self._session = session
        self._base_url = URL(base_url)
        self._base_path = self._base_url.raw_path.rstrip("/")

    @classmethod
    @asynccontextmanager
    async def connect(cls, settings: TelnyxSettings) -> AsyncIterator["TelnyxClient"]:
        """Open the session that all calls share, and close it at the end."""
        # The defaults, 15 s and 10 s, leave a bot that is asked twice an hour without a warm connection.
        connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
        async with aiohttp.ClientSession(
            connector=connector,
            headers={"Authorization": f"Bearer {settings.telnyx_api_key}", "Accept": "application/json"},
            # The whole call, its retries included, has a limit of its own: see `_read`.
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=settings.https_proxy or None,
        ) as session:
            yield cls(session, settings.telnyx_base_url)

    async def event(self, event_id: str) -> PortoutEvent:
        """Fetch one event (operation showPortoutEvent)."""
        return await self._read(f"/portouts/events/{event_id}", decode_event)

    async def events_of(self, order_id: str) -> list[PortoutEvent]:
        """Fetch an order's events, up to `LONGEST_LIST`, in no particular order (operation listPortoutEvents)."""
        query = {"filter[portout_id]": order_id, "page[size]": str(LONGEST_LIST)}
        return await self._read("/portouts/events", decode_events, query)

    async def order(self, order_id: str) -> Order:
        """Fetch an order as it stands now (operation FindPortoutRequest)."""
        return await self._read(f"/portouts/{order_id}", decode_order)

    async def comments_on(self, order_id: str) -> list[Comment]:
        """Fetch the comments on an order, in no particular order (operation FindPortoutComments)."""
        return await self._read(f"/portouts/{order_id}/comments", decode_comments)

    async def _read(self, path: str, decode: Callable[[bytes], _T], query: Mapping[str, str] | None = None) -> _T:
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                try:
                    return await self._get(path, decode, query)
                except TelnyxError as error:
                    failure = error
                return await self._again(lambda: self._get(path, decode, query), failure)
        except TimeoutError:
            raise TooSlowError from None

    async def _again(self, get: Callable[[], Awaitable[_T]], failure: TelnyxError) -> _T:
        """Make a call that failed again, while it fails in a way that may pass."""
        failures = [failure]

        async def again() -> _T:
            # tenacity takes as long as the call itself: it gets only what failed, as its first try.
            if failures:
                raise failures.pop()
            return await get()

        return await self._retrying(again)

    @property
    def _retrying(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, TelnyxError) and may_pass(error)),
            wait=_pause,
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(LOOK_UP_SECONDS),
            before_sleep=_log_retry,
            reraise=True,
        )

    async def _get(self, path: str, decode: Callable[[bytes], _T], query: Mapping[str, str] | None) -> _T:
        try:
            # Ids need no quoting, and looking for what does takes longer than the rest of the address.
            url = self._base_url.with_path(self._base_path + path, encoded=True)
            async with self._session.get(url, params=query, allow_redirects=False) as response:
                return read(response.status, response.headers, await _body(response), decode)
        except aiohttp.ClientError:
            # aiohttp's own error names hosts and quotes what it could not parse.
            raise UpstreamError from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _LARGEST_BODY:
            response.close()
            raise UnreadableError(status=response.status)
    return bytes(body)


def _pause(attempt: RetryCallState) -> float:
    """As long as Telnyx asks for; else a growing while, spread so that callers don't come back together."""
    error = attempt.outcome.exception() if attempt.outcome else None
    asked = error.retry_after if isinstance(error, TelnyxError) else None
    return _BACKOFF(attempt) if asked is None else max(asked, 0.05)


def _log_retry(attempt: RetryCallState) -> None:
    error = attempt.outcome.exception() if attempt.outcome else None
    if isinstance(error, TelnyxError):
        _log.info(
            "telnyx.retried",
            outcome=error.outcome,
            status=error.status,
            attempt=attempt.attempt_number,
            pause_seconds=round(attempt.upcoming_sleep, 2),
        )
