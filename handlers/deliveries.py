"""Slack is the queue: an event is acknowledged when it has been dealt with, and comes again until then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from uuid import uuid4

import structlog
from aiojobs import Scheduler
from slack_bolt.response import BoltResponse

from bot.ledger import LEASE_SECONDS, Ledger
from bot.metrics import DUPLICATES, REDELIVERIES, UNFINISHED

ACKNOWLEDGE_SECONDS: Final = 2.5
"""How long a delivery waits for its work; Slack gives up after 3 s, and the work goes on."""

LAST_RETRY: Final = 3
"""The number of the last delivery."""

MOST_UNDER_WAY: Final = 1_000

_PATIENCE_SECONDS: Final = LEASE_SECONDS + 1  # as long as the lease of a process that died may last
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 0.5

_log = structlog.get_logger()


class Deliveries:
    """Sees the work of each delivery through once, however often and to whichever process it is delivered."""

    def __init__(self, ledger: Ledger, jobs: Scheduler) -> None:
        """Remember in `ledger` what is done; a stop waits for `jobs`, the work that outlives its request."""
        self._ledger = ledger
        self.jobs: Final = jobs
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    async def see_through(
        self, delivery: str, subject: str, work: Callable[[], Coroutine[Any, Any, bool]]
    ) -> BoltResponse:
        """Do the work, or wait for it where it is under way: 200 once it is done, 503 to be asked again.

        subject: the message that it is about, on which nobody else works meanwhile. work: says whether it needs no
        other delivery.
        """
        if await self._ledger.is_delivered(delivery):
            DUPLICATES.inc()
            return BoltResponse(status=200)
        task = self._under_way.get(delivery)
        is_first = task is None
        if task is None:
            if len(self._under_way) >= MOST_UNDER_WAY:
                _log.warning("delivery.busy")
                return BoltResponse(status=503)
            task = self._under_way[delivery] = asyncio.create_task(self._work(delivery, subject, work))
        await asyncio.wait({task}, timeout=ACKNOWLEDGE_SECONDS)
        if is_first and not task.done():
            await self.jobs.spawn(_rest(task))
        return BoltResponse(status=200 if task.done() and task.result() else 503)

    @asynccontextmanager
    async def alone_with(self, subjects: Iterable[str]) -> AsyncIterator[None]:
        """Go on when nobody else works on any of the subjects, or has for too long."""
        async with AsyncExitStack() as stack:
            for subject in sorted(subjects):
                await stack.enter_async_context(self._lease("", subject))
            yield

    async def _work(self, delivery: str, subject: str, work: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        try:
            async with self._lease(delivery, subject) as is_ours:
                is_done = await self._ledger.is_delivered(delivery) or (is_ours and await work())
                if is_done:
                    await self._ledger.delivered(delivery)
        except Exception:  # noqa: BLE001  a bug here must not be taken for an answer
            _log.exception("bug")
            return False
        except asyncio.CancelledError:
            _note_unfinished()  # a stop that could wait no longer
            raise
        finally:
            del self._under_way[delivery]
        if not is_done:
            _note_unfinished()
        return is_done

    @asynccontextmanager
    async def _lease(self, delivery: str, subject: str) -> AsyncIterator[bool]:
        """Hold the lease of a subject, renewed; False where another kept it, or has done the delivery meanwhile."""
        owner = uuid4().hex
        if not await self._take(delivery, subject, owner):
            yield False
            return
        renewing = asyncio.create_task(self._renew(subject, owner))
        try:
            yield True
        finally:
            renewing.cancel()
            await self._ledger.release(subject, owner)

    async def _take(self, delivery: str, subject: str, owner: str) -> bool:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + _PATIENCE_SECONDS, _FIRST_PAUSE
        while not await self._ledger.lease(subject, owner):
            if loop.time() > until or await self._ledger.is_delivered(delivery):
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True

    async def _renew(self, subject: str, owner: str) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if not await self._ledger.renew(subject, owner):
                _log.warning("lease.lost")


async def _rest(task: asyncio.Task[bool]) -> None:
    await task


def _note_unfinished() -> None:
    _log.warning("delivery.unfinished")
    UNFINISHED.inc()


def retry_number(headers: dict[str, Any]) -> int:
    """Give the number of a delivery, and count: 0 for the first. Socket Mode counts from 0, HTTP leaves it out."""
    (number, *_) = headers.get("x-slack-retry-num") or ["0"]
    retry = int(number) if number.isdecimal() else 0
    if retry:
        REDELIVERIES.inc()
    return retry
