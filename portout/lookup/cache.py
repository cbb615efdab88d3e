"""Cached calls to Telnyx: single-flight per id, bounded, and with people before alerts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

import msgspec
import structlog
from cachetools import TLRUCache
from msgspec import Struct

from portout.telemetry.metrics import CACHE_HITS, COALESCED_CALLS, TELNYX_DURATION, TELNYX_SECONDS
from portout.telnyx.errors import FOUND, OUTCOMES, DeadlineExceededError, NotFoundError, TelnyxError

MAX_CACHED_BYTES: Final = 4 * 2**20
"""The memory that the answers of one resource take, about: 2,400 events, or a few lists of the longest comments.

There are six resources: a cache that is full of everything takes 24 MiB.
"""

_MAX_CALLS: Final = 10
_MAX_ALERT_CALLS: Final = 6  # of those; a flood of alerts leaves the others to people
_ENTRY_BYTES: Final = 600  # of an entry without its answer
_BYTES_PER_JSON_BYTE: Final = 2.5  # of an answer in memory, whose fields are short
_FOUND_SECONDS: Final = 30
_UNKNOWN_SECONDS: Final = 60

_T = TypeVar("_T")
_KeyT = TypeVar("_KeyT", bound=Hashable)

_encoder = msgspec.json.Encoder(enc_hook=lambda _: None)  # a PIN, of which nothing is known but that it was there

_log = structlog.get_logger()


class Fetched(Struct, Generic[_T], frozen=True):
    """An answer of Telnyx. at: when it came, in UTC."""

    value: _T
    at: datetime


FetchResult: TypeAlias = Fetched[_T] | TelnyxError
"""An answer, or the error that came instead."""


async def await_all(calls: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Await calls side by side, and return their results; a single one, as in most requests, without a task."""
    return await asyncio.gather(*calls) if len(calls) > 1 else [await call for call in calls]


class PriorityLimiter:
    """Runs at most ten calls at a time, at most six of them for alerts, so that people never wait for alerts."""

    def __init__(self, within: "PriorityLimiter | None" = None, max_calls: int = _MAX_CALLS) -> None:
        """Limit calls to `max_calls`. within: the limiter of all calls, if these are a part of them."""
        self._within = within
        self._calls = asyncio.Semaphore(max_calls)
        self._alerts = asyncio.Semaphore(_MAX_ALERT_CALLS)

    async def run(self, call: Callable[[], Awaitable[FetchResult[_T]]], *, interactive: bool) -> FetchResult[_T]:
        """Run a call when there is room, and return its result. interactive: a person waits for it."""
        if not interactive:
            async with self._alerts, self._calls:
                return await self._run(call, interactive=interactive)
        async with self._calls:
            return await self._run(call, interactive=interactive)

    def _run(self, call: Callable[[], Awaitable[FetchResult[_T]]], *, interactive: bool) -> Awaitable[FetchResult[_T]]:
        return self._within.run(call, interactive=interactive) if self._within else call()


class ResourceCalls:
    """The calls for one resource of Telnyx: measured and logged, and their failures returned as values."""

    def __init__(self, resource: str) -> None:
        """Count under `resource`, its name in logs and metrics."""
        self._resource = resource
        # Every outcome from the start: Prometheus's `rate` does not see a series that begins with its first failure.
        self._seconds = {outcome: TELNYX_SECONDS.labels(resource, outcome) for outcome in OUTCOMES}
        self._duration = TELNYX_DURATION.labels(resource)

    async def run(self, key: str, fetch: Callable[[], Awaitable[_T]], limit: float | None = None) -> FetchResult[_T]:
        """Fetch with `fetch`, which raises a `TelnyxError`. key: the id in the log. limit: seconds for the call."""
        result: FetchResult[_T]
        started = time.perf_counter()
        try:
            async with asyncio.timeout(limit) if limit else nullcontext():
                result = Fetched(await fetch(), datetime.now(UTC))
        except TimeoutError:
            result = DeadlineExceededError()
        except TelnyxError as error:
            # The traceback refers to the answer's body, and a cached error would keep both in memory.
            error.__traceback__ = error.__context__ = None
            result = error
        outcome = result.outcome if isinstance(result, TelnyxError) else FOUND
        seconds = time.perf_counter() - started
        self._seconds[outcome].observe(seconds)
        self._duration.observe(seconds)
        if isinstance(result, TelnyxError):
            log = _log.info if isinstance(result, NotFoundError) else _log.warning
            fields = {"resource": self._resource, "id": key, "outcome": outcome}
            log("lookup.failed", **fields, status=result.status, code=result.code, reason=result.reason)
        return result


class CoalescingCache(Generic[_KeyT, _T]):
    """A cache of one resource of Telnyx, by a key such as its id; concurrent requests for one key share one call.

    An answer is cached for 30 s, an unknown id for 60 s, other failures not at all.
    """

    def __init__(
        self,
        resource: str,
        limiter: PriorityLimiter,
        fetch: Callable[[_KeyT], Awaitable[_T]],
        *,
        log_name: Callable[[_KeyT], str] = str,
        seconds: float | None = None,
    ) -> None:
        """Fetch with `fetch`, which raises a `TelnyxError`.

        resource: its name in logs and metrics. log_name: returns what the log may say of a key. seconds: how long
        answers and unknown ids are cached instead.
        """
        self._calls = ResourceCalls(resource)
        self._limiter = limiter
        self._fetch = fetch
        self._log_name = log_name
        self._hits, self._joined = CACHE_HITS.labels(resource), COALESCED_CALLS.labels(resource)
        expiry = partial(_expiry, seconds or _FOUND_SECONDS, seconds or _UNKNOWN_SECONDS)
        self._cached: TLRUCache[_KeyT, FetchResult[_T]] = TLRUCache(MAX_CACHED_BYTES, expiry, getsizeof=_size)
        self._in_flight: dict[tuple[_KeyT, bool], asyncio.Future[FetchResult[_T]]] = {}

    async def get(
        self, key: _KeyT, *, interactive: bool, bypass_cache: bool = False, max_wait: float | None = None
    ) -> FetchResult[_T]:
        """Return the resource with a key: from the cache, from a call in flight, or from a new call.

        interactive: a person waits for it. bypass_cache: ignore a cached result. max_wait: seconds after which a person
        gets a `DeadlineExceededError`, while the call goes on for others; for an alert, the time-out of the call, which
        begins when the call has left the queue.
        """
        while True:
            found = self._find(key, interactive=interactive, bypass_cache=bypass_cache)
            if found is None and (max_wait is None or not interactive):
                limit = None if interactive else max_wait
                return await self._call_here(key, limit, interactive=interactive, bypass_cache=bypass_cache)
            if found is None:
                found = self._call_beside(key, bypass_cache=bypass_cache)
            if not isinstance(found, asyncio.Future):
                return found
            done, _ = await asyncio.wait({found}, timeout=max_wait if interactive else None)
            if not done:
                return DeadlineExceededError()
            if not found.cancelled():
                return found.result()
            # Whoever made the call was cancelled, and one of the others makes it again.

    def start(self, key: _KeyT, *, bypass_cache: bool = False) -> FetchResult[_T] | asyncio.Future[FetchResult[_T]]:
        """Return the cached result of a key, else a call: the one in flight, or a new one. For a person who waits."""
        found = self._find(key, interactive=True, bypass_cache=bypass_cache)
        return self._call_beside(key, bypass_cache=bypass_cache) if found is None else found

    def _find(
        self, key: _KeyT, *, interactive: bool, bypass_cache: bool
    ) -> FetchResult[_T] | asyncio.Future[FetchResult[_T]] | None:
        """Return a cached result, or a call in flight that may be joined; None for neither."""
        cached = self._cached.get(key)
        if cached is not None and not bypass_cache:
            self._hits.inc()
            return cached
        # A person does not join an alert's call, which may still be in the alerts' queue.
        call = self._in_flight.get((key, True)) or (None if interactive else self._in_flight.get((key, False)))
        if call is not None:
            self._joined.inc()
            if bypass_cache:
                self._cached.pop(key, None)  # or a call that is still in the queue ends with it
        return call

    async def _call_here(
        self, key: _KeyT, limit: float | None, *, interactive: bool, bypass_cache: bool
    ) -> FetchResult[_T]:
        """Make a call that others may join, without a task of its own."""
        call = self._in_flight[key, interactive] = asyncio.get_running_loop().create_future()
        try:
            result = await self._call(key, limit, interactive=interactive, bypass_cache=bypass_cache)
            call.set_result(result)
        except Exception as error:
            # A bug, which would come again in the calls of all who joined.
            call.set_exception(error)
            call.exception()  # counts as retrieved, also where nobody joined
            raise
        finally:
            del self._in_flight[key, interactive]
            call.cancel()  # without effect where there is a result
        return result

    def _call_beside(self, key: _KeyT, *, bypass_cache: bool) -> asyncio.Future[FetchResult[_T]]:
        """Start a call that goes on when the person who asked gives up."""
        task = asyncio.create_task(self._call(key, None, interactive=True, bypass_cache=bypass_cache))
        self._in_flight[key, True] = task
        task.add_done_callback(lambda _: self._in_flight.pop((key, True)))
        return task

    async def _call(self, key: _KeyT, limit: float | None, *, interactive: bool, bypass_cache: bool) -> FetchResult[_T]:
        async def call() -> FetchResult[_T]:
            # Another call may have filled the cache while this one was in the queue.
            cached = self._cached.get(key)
            if cached is not None and not bypass_cache:
                return cached
            return await self._calls.run(self._log_name(key), partial(self._fetch, key), limit)

        result = await self._limiter.run(call, interactive=interactive)
        if isinstance(result, Fetched | NotFoundError):
            try:
                self._cached[key] = result
            except ValueError:  # larger than the whole cache, or its size not known
                self._cached.pop(key, None)
        return result


def _expiry(found_seconds: float, unknown_seconds: float, _key: Hashable, result: FetchResult[_T], now: float) -> float:
    return now + (found_seconds if isinstance(result, Fetched) else unknown_seconds)


def _size(result: FetchResult[_T]) -> int:
    """Return about how many bytes a cached result takes; raise `ValueError` for a text that is no Unicode."""
    if not isinstance(result, Fetched):
        return _ENTRY_BYTES
    return _ENTRY_BYTES + int(_BYTES_PER_JSON_BYTE * len(_encoder.encode(result.value)))
