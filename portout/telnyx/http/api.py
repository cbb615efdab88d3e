"""Telnyx's API over HTTP: single resources and whole lists, with retries, deadlines and limits on what is read."""

import asyncio
import itertools
import random
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import aiohttp
import structlog
from msgspec import Struct
from yarl import URL

from portout.http_session import keep_warm, reason_of
from portout.telnyx.errors import (
    DeadlineExceededError,
    IntermediaryError,
    InvalidResponseError,
    NotFoundError,
    TelnyxError,
    UpstreamError,
)
from portout.telnyx.http.responses import RateLimit, decode_response, is_temporary, rate_limit_of
from portout.telnyx.lists import Listing, ListReader

LOOK_UP_SECONDS: Final = 5.0
"""The deadline of a call, its retries included."""

_MAX_ATTEMPTS = 3
_MAX_BODY = 2**20  # bytes; an event has about a thousand
_MIN_PAUSE = 0.05
_MAX_PAUSE = 2.0
_VERSION = re.compile(r"/v\d+(/|$)")

_T = TypeVar("_T")

_log = structlog.get_logger()


class ListLimits(Struct, frozen=True):
    """How much of a list is read: pages and bytes of all of them together, and the seconds for it.

    The limit on bytes is for all pages, because the rows of all are in memory at the same time.
    """

    pages: int = 20
    n_bytes: int = 8 * 2**20  # each event of a bulk port-out has thousands of numbers
    seconds: float = LOOK_UP_SECONDS


class TelnyxApi:
    """Fetches over a shared session. rate_limit: what the last answer that named it said of it.

    A call that fails raises a `TelnyxError` within its deadline. Temporary failures are retried within that time, not
    sooner than Telnyx asks for. Paths are sent as they are, unquoted; the values of queries are quoted.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Call the API at `base_url` (its version path included) over `session`, which carries the key."""
        self._session = session
        self._base_url = URL(base_url)
        self._base_path = self._base_url.raw_path.rstrip("/")
        # Telnyx answers with its 404 where the version is missing, too, until a success shows that this is no mistake.
        self._is_base_url_known = has_version(base_url)
        self.rate_limit: RateLimit | None = None

    async def keep_warm(self, connections: int) -> None:
        """Fetch small answers now and then, so that so many connections stay open, until cancelled."""
        await keep_warm(self._session, str(self._base_url), connections)

    async def fetch_list(
        self, path: str, query: Mapping[str, str], reader: ListReader[_T], limits: ListLimits
    ) -> Listing[_T]:
        """Fetch the pages of a list within the limits; only the first ones if a later one fails."""
        deadline = asyncio.get_running_loop().time() + limits.seconds
        try:
            while reader.has_more and reader.pages < limits.pages:
                page = {"page[number]": str(reader.pages + 1)} if reader.pages else {}
                await self.fetch(path, reader.add, {**query, **page}, deadline, limits.n_bytes - reader.n_bytes)
        except TelnyxError as error:
            if not reader.pages:
                if isinstance(error, NotFoundError) and error.status != 404:
                    # Telnyx refuses the query, which says nothing about what is on the list.
                    raise UpstreamError(status=error.status, code=error.code) from None
                raise
            return reader.listing(error)
        return reader.listing()

    async def fetch(
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
                    if self._session.closed:
                        # The process stops; what is still called then is for later requests only.
                        raise UpstreamError(reason="stopped")
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
                now = asyncio.get_running_loop().time()
                self.rate_limit = rate_limit_of(response.headers, now) or self.rate_limit
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


async def _body(response: aiohttp.ClientResponse, max_length: int) -> bytes:
    body = bytearray()
    while chunk := await response.content.readany():
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
