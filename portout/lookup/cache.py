"""Asking no more than needed: equal questions share a call, answers are kept a while, and people go first."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Final, Generic, TypeAlias, TypeVar

import structlog
from cachetools import TLRUCache
from msgspec import Struct

from portout.telemetry.metrics import CACHE_HITS, SHARED_CALLS, TELNYX_SECONDS
from portout.telnyx.errors import FOUND, OUTCOMES, NotFoundError, TelnyxError, TooSlowError

_CALLS_AT_A_TIME: Final = 10
_CALLS_FOR_ALERTS: Final = 6  # of those; a flood of alerts leaves the others to people
_KEPT: Final = 2_000  # answers of a kind, about 2 kB each
_KEPT_SECONDS: Final = 30
_UNKNOWN_SECONDS: Final = 60

_T = TypeVar("_T")

_log = structlog.get_logger()


class Answer(Struct, Generic[_T], frozen=True):
    """What Telnyx said. at: when, in UTC."""

    value: _T
    at: datetime


Outcome: TypeAlias = Answer[_T] | TelnyxError
"""An answer, or why there is none."""


class Lanes:
    """Bounds the calls at one time: people wait for nobody but people."""

    def __init__(self) -> None:
        """Let 10 calls through at a time, 6 of them for alerts."""
        self._calls = asyncio.Semaphore(_CALLS_AT_A_TIME)
        self._alerts = asyncio.Semaphore(_CALLS_FOR_ALERTS)

    async def call(self, work: Callable[[], Awaitable[Outcome[_T]]], *, waiting: bool) -> Outcome[_T]:
        """Do the work when there is room. waiting: a person is."""
        async with nullcontext() if waiting else self._alerts, self._calls:
            return await work()


class Asking(Generic[_T]):
    """One kind of question, by id. An answer is kept for 30 s, an unknown id for 60 s, other failures not at all."""

    def __init__(self, what: str, lanes: Lanes, ask: Callable[[str], Awaitable[_T]]) -> None:
        """Ask by `ask`, which raises a `TelnyxError`, in one of the `lanes`. what: is asked for, in logs."""
        self._what = what
        self._lanes = lanes
        self._ask = ask
        # All from the start: a rate doesn't see a series that begins with its first failure.
        self._seconds = {outcome: TELNYX_SECONDS.labels(what, outcome) for outcome in OUTCOMES}
        self._kept: TLRUCache[str, Outcome[_T]] = TLRUCache(_KEPT, ttu=_keep_until)
        self._under_way: dict[tuple[str, bool], asyncio.Task[Outcome[_T]]] = {}

    async def answer(self, key: str, *, waiting: bool, fresh: bool = False, within: float | None = None) -> Outcome[_T]:
        """Give the answer about an id.

        waiting: a person is. fresh: not one that was kept. within: seconds after which this person gives up, and the
        call goes on for others; or which a call for an alert may take, once it has its turn.
        """
        kept = self._kept.get(key)
        if kept is not None and not fresh:
            CACHE_HITS.labels(self._what).inc()
            return kept
        # A person doesn't wait for a call that stands in the alerts' queue.
        task = self._under_way.get((key, True)) or (None if waiting else self._under_way.get((key, False)))
        if task is None:
            limit = None if waiting else within
            work = self._lanes.call(lambda: self._call(key, limit, fresh=fresh), waiting=waiting)
            task = asyncio.create_task(work)
            self._under_way[key, waiting] = task
            task.add_done_callback(lambda _: self._under_way.pop((key, waiting)))
        else:
            SHARED_CALLS.labels(self._what).inc()
        if within is None or not waiting:
            return await asyncio.shield(task)
        done, _ = await asyncio.wait({task}, timeout=within)
        return task.result() if done else TooSlowError()

    async def _call(self, key: str, limit: float | None, *, fresh: bool) -> Outcome[_T]:
        # Somebody else's call may have been quicker than the queue.
        kept = self._kept.get(key)
        if kept is not None and not fresh:
            return kept
        outcome: Outcome[_T]
        started = time.perf_counter()
        try:
            async with asyncio.timeout(limit) if limit else nullcontext():
                outcome = Answer(await self._ask(key), datetime.now(UTC))
        except TimeoutError:
            outcome = TooSlowError()
        except TelnyxError as error:
            # Its traceback holds on to the answer's body, and a kept failure would keep both.
            error.__traceback__ = error.__context__ = None
            outcome = error
        name = outcome.outcome if isinstance(outcome, TelnyxError) else FOUND
        self._seconds[name].observe(time.perf_counter() - started)
        if isinstance(outcome, TelnyxError):
            log = _log.info if isinstance(outcome, NotFoundError) else _log.warning
            about = {"what": self._what, "id": key, "outcome": outcome.outcome}
            log("lookup.failed", **about, status=outcome.status, code=outcome.code)
        if isinstance(outcome, Answer | NotFoundError):
            self._kept[key] = outcome
        return outcome


def _keep_until(_key: str, outcome: Outcome[_T], now: float) -> float:
    return now + (_KEPT_SECONDS if isinstance(outcome, Answer) else _UNKNOWN_SECONDS)
