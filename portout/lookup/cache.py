"""Cached calls to Telnyx: single-flight per id, bounded, and with people before alerts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Final, Generic, TypeAlias, TypeVar

import structlog
from cachetools import TLRUCache
from msgspec import Struct

from portout.telemetry.metrics import CACHE_HITS, COALESCED_CALLS, TELNYX_SECONDS
from portout.telnyx.errors import FOUND, OUTCOMES, DeadlineExceededError, NotFoundError, TelnyxError

_MAX_CALLS: Final = 10
_MAX_ALERT_CALLS: Final = 6  # of those; a flood of alerts leaves the others to people
_MAX_CACHED: Final = 2_000  # results per resource, about 2 kB each
_FOUND_SECONDS: Final = 30
_UNKNOWN_SECONDS: Final = 60

_T = TypeVar("_T")

_log = structlog.get_logger()


class Fetched(Struct, Generic[_T], frozen=True):
    """An answer of Telnyx. at: when it came, in UTC."""

    value: _T
    at: datetime


FetchResult: TypeAlias = Fetched[_T] | TelnyxError
"""An answer, or the error that came instead."""


class PriorityLimiter:
    """Runs at most ten calls at a time, at most six of them for alerts, so that people never wait for alerts."""

    def __init__(self) -> None:
        self._calls = asyncio.Semaphore(_MAX_CALLS)
        self._alerts = asyncio.Semaphore(_MAX_ALERT_CALLS)

    async def run(self, call: Callable[[], Awaitable[FetchResult[_T]]], *, interactive: bool) -> FetchResult[_T]:
        """Run a call when there is room, and return its result. interactive: a person waits for it."""
        if interactive:
            async with self._calls:
                return await call()
        async with self._alerts, self._calls:
            return await call()


class ResourceCalls:
    """The calls for one resource of Telnyx: measured and logged, and their failures returned as values."""

    def __init__(self, resource: str) -> None:
        """Count under `resource`, its name in logs and metrics."""
        self._resource = resource
        # Every outcome from the start: Prometheus's `rate` does not see a series that begins with its first failure.
        self._seconds = {outcome: TELNYX_SECONDS.labels(resource, outcome) for outcome in OUTCOMES}

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
        self._seconds[outcome].observe(time.perf_counter() - started)
        if isinstance(result, TelnyxError):
            log = _log.info if isinstance(result, NotFoundError) else _log.warning
            fields = {"resource": self._resource, "id": key, "outcome": outcome}
            log("lookup.failed", **fields, status=result.status, code=result.code, reason=result.reason)
        return result


class CoalescingCache(Generic[_T]):
    """A cache of one resource of Telnyx, by id; concurrent requests for one id share one call.

    An answer is cached for 30 s, an unknown id for 60 s, other failures not at all.
    """

    def __init__(self, resource: str, limiter: PriorityLimiter, fetch: Callable[[str], Awaitable[_T]]) -> None:
        """Fetch with `fetch`, which raises a `TelnyxError`. resource: its name in logs and metrics."""
        self._calls = ResourceCalls(resource)
        self._limiter = limiter
        self._fetch = fetch
        self._hits, self._joined = CACHE_HITS.labels(resource), COALESCED_CALLS.labels(resource)
        self._cached: TLRUCache[str, FetchResult[_T]] = TLRUCache(_MAX_CACHED, ttu=_expiry)
        self._in_flight: dict[tuple[str, bool], asyncio.Future[FetchResult[_T]]] = {}

    async def get(
        self, key: str, *, interactive: bool, bypass_cache: bool = False, max_wait: float | None = None
    ) -> FetchResult[_T]:
        """Return the resource with an id: from the cache, from a call in flight, or from a new call.

        interactive: a person waits for it. bypass_cache: ignore a cached result. max_wait: seconds after which a person
        gets a `DeadlineExceededError`, while the call goes on for others; for an alert, the time-out of the call, which
        begins when the call has left the queue.
        """
        limit = None if interactive else max_wait
        while True:
            cached = self._cached.get(key)
            if cached is not None and not bypass_cache:
                self._hits.inc()
                return cached
            # A person does not join an alert's call, which may still be in the alerts' queue.
            call = self._in_flight.get((key, True)) or (None if interactive else self._in_flight.get((key, False)))
            if call is not None:
                self._joined.inc()
            elif not interactive or max_wait is None:
                return await self._call_here(key, limit, interactive=interactive, bypass_cache=bypass_cache)
            else:
                call = self._call_beside(key, bypass_cache=bypass_cache)
            done, _ = await asyncio.wait({call}, timeout=max_wait if interactive else None)
            if not done:
                return DeadlineExceededError()
            if not call.cancelled():
                return call.result()
            # Whoever made the call was cancelled, and one of the others makes it again.

    async def _call_here(
        self, key: str, limit: float | None, *, interactive: bool, bypass_cache: bool
    ) -> FetchResult[_T]:
        """Make a call that others may join, without a task of its own."""
        call = self._in_flight[key, interactive] = asyncio.get_running_loop().create_future()
        try:
            result = await self._call(key, limit, interactive=interactive, bypass_cache=bypass_cache)
            call.set_result(result)
        finally:
            del self._in_flight[key, interactive]
            call.cancel()  # without effect where there is a result
        return result

    def _call_beside(self, key: str, *, bypass_cache: bool) -> asyncio.Future[FetchResult[_T]]:
        """Start a call that goes on when the person who asked gives up."""
        task = asyncio.create_task(self._call(key, None, interactive=True, bypass_cache=bypass_cache))
        self._in_flight[key, True] = task
        task.add_done_callback(lambda _: self._in_flight.pop((key, True)))
        return task

    async def _call(self, key: str, limit: float | None, *, interactive: bool, bypass_cache: bool) -> FetchResult[_T]:
        async def call() -> FetchResult[_T]:
            # Another call may have filled the cache while this one was in the queue.
            cached = self._cached.get(key)
            if cached is not None and not bypass_cache:
                return cached
            return await self._calls.run(key, partial(self._fetch, key), limit)

        result = await self._limiter.run(call, interactive=interactive)
        if isinstance(result, Fetched | NotFoundError):
            self._cached[key] = result
        return result


def _expiry(_key: str, result: FetchResult[_T], now: float) -> float:
    return now + (_FOUND_SECONDS if isinstance(result, Fetched) else _UNKNOWN_SECONDS)
