"""Asking Telnyx, over one shared session. What an answer means is decided in `protocol`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Final

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

from bot.telnyx.events import PortoutEvent
from bot.telnyx.protocol import TelnyxError, TooSlowError, UnreadableError, UpstreamError, may_pass, read_event

LOOK_UP_SECONDS: Final = 5.0
"""A whole look-up, its retries included, from the moment it has a slot."""

_CONNECT_SECONDS = 2.0
_CALLS_AT_A_TIME = 10
_CALLS_FOR_ALERTS = 6  # of those; a flood of alerts leaves the others to people
_ATTEMPTS = 3
_LARGEST_BODY = 2**20  # bytes; an event is about a thousand
_BACKOFF = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2)

_log = structlog.get_logger()


class TelnyxClient:
    """Reads port-outs with one account's API key."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Ask the API at `base_url` (its version path included) over `session`, which carries the key."""
        self._session = session
        self._base_url = base_url
        self._slots = asyncio.Semaphore(_CALLS_AT_A_TIME)
        self._alert_slots = asyncio.Semaphore(_CALLS_FOR_ALERTS)

    @classmethod
    @asynccontextmanager
    async def connect(cls, base_url: str, api_key: str) -> AsyncIterator["TelnyxClient"]:
        """Open the session that all calls share, and close it at the end."""
        # The defaults, 15 s and 10 s, leave a bot that is asked twice an hour without a warm connection.
        connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
        async with aiohttp.ClientSession(
            connector=connector,
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            timeout=aiohttp.ClientTimeout(total=LOOK_UP_SECONDS, connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            yield cls(session, base_url)

    async def event(self, event_id: str, *, waiting: bool) -> PortoutEvent:
        """Fetch one event (operation showPortoutEvent); raises a `TelnyxError` within 5 s of having a slot.

        Passing failures are tried again inside that time, as late as Telnyx asks for. waiting: a person is.
        """
        async with nullcontext() if waiting else self._alert_slots, self._slots:
            try:
                async with asyncio.timeout(LOOK_UP_SECONDS):
                    return await self._retrying(self._get, f"/portouts/events/{event_id}")
            except TimeoutError:
                raise TooSlowError from None

    @property
    def _retrying(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, TelnyxError) and may_pass(error)),
            wait=_pause,
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(LOOK_UP_SECONDS),
            before_sleep=_log_retry,
            reraise=True,
        )

    async def _get(self, path: str) -> PortoutEvent:
        try:
            async with self._session.get(self._base_url + path, allow_redirects=False) as response:
                return read_event(response.status, response.headers, await _body(response))
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
