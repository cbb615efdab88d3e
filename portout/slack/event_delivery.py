"""Deliveries of events. The bot stores none: Slack delivers an event again until its work is done and acknowledged."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import structlog
from aiojobs import Scheduler
from msgspec import Struct
from slack_bolt.response import BoltResponse

from portout.state.leases import MAX_WAIT_SECONDS, Lease, LeaseLostError, Leases
from portout.state.ledger import Ledger, OutdatedError, Revision
from portout.telemetry.metrics import DUPLICATES, UNFINISHED

ACKNOWLEDGE_SECONDS: Final = 2.5
"""How long a delivery waits for its work, which goes on afterwards; Slack gives up after 3 s."""

LAST_RETRY: Final = 3
"""The retry number of Slack's last delivery of an event."""

MAX_IN_FLIGHT: Final = 3_000
"""How many events a processor works on at the same time; further ones are answered with 503, but no last delivery."""

_LAST_WAIT_SECONDS: Final = 600.0  # how long the last delivery waits for an earlier one that is under way

Work: TypeAlias = Callable[[Lease], Coroutine[Any, Any, bool]]
"""The work of a delivery, under the lease of its message; returns whether no further delivery is needed."""

_log = structlog.get_logger()


class Delivery(Struct, frozen=True):
    """A delivery of an event about a message.

    event_key: the same at every delivery of the event; an edit or a deletion has another than the post. retry: which
    delivery it is, 0 for the first.
    """

    event_key: str
    revision: Revision
    retry: int

    @property
    def is_last(self) -> bool:
        """Return whether this is Slack's last delivery of the event."""
        return self.retry >= LAST_RETRY


class _Attempt(Struct, frozen=True):
    task: asyncio.Task[bool]
    is_last: bool


class EventProcessor:
    """Processes each event once, however often and to whichever process Slack delivers it."""

    def __init__(self, ledger: Ledger, leases: Leases, jobs: Scheduler) -> None:
        """Record in `ledger` what is done. jobs: the work that outlives its request, for which a stop waits."""
        self._ledger = ledger
        self._leases = leases
        self.jobs: Final = jobs
        self._under_way: dict[str, _Attempt] = {}

    async def process_once(self, delivery: Delivery, work: Work) -> BoltResponse:
        """Do the work, or wait for it if it is under way; return 200 once it is done, 503 for another delivery.

        The last delivery does not take the result of an earlier one, which may end without an answer: it waits until
        that one has ended, and does the work if it is not done. It is acknowledged in any case: no more would come.
        """
        key = delivery.event_key
        attempt = self._under_way.get(key)
        is_new = attempt is None or (delivery.is_last and not attempt.is_last)
        if attempt is None and not delivery.is_last and len(self._under_way) >= MAX_IN_FLIGHT:
            _log.warning("delivery.busy")
            return BoltResponse(status=503)
        if is_new or attempt is None:
            attempt = _Attempt(asyncio.create_task(self._work(delivery, work)), delivery.is_last)
            self._under_way[key] = attempt
        task = attempt.task
        await asyncio.wait({task}, timeout=ACKNOWLEDGE_SECONDS)
        if is_new and not task.done():
            await self.jobs.spawn(_finish(task))
        return BoltResponse(status=200 if delivery.is_last or (task.done() and task.result()) else 503)

    async def _work(self, delivery: Delivery, work: Work) -> bool:
        try:
            is_done = await self._once_with_lease(delivery, work)
        except Exception:  # noqa: BLE001  after a bug the work is not done: Slack is to deliver again
            _log.exception("internal_error")
            return False
        except asyncio.CancelledError:
            _report_unfinished()  # the stop could not wait any longer
            raise
        finally:
            attempt = self._under_way.get(delivery.event_key)
            if attempt and attempt.task is asyncio.current_task():
                del self._under_way[delivery.event_key]
        if not is_done:
            _report_unfinished()
        return is_done

    async def _once_with_lease(self, delivery: Delivery, work: Work) -> bool:
        while True:
            try:
                return await self._once(delivery, work)
            except LeaseLostError:
                # The process that has the lease now may work on another event of the message: Slack delivers this one
                # again, or never.
                if not delivery.is_last:
                    return False

    async def _once(self, delivery: Delivery, work: Work) -> bool:
        ledger, message = self._ledger, delivery.revision.message
        is_done = partial(ledger.is_done, delivery.event_key)
        if await is_done():
            DUPLICATES.inc()
            return True
        await ledger.record_event(delivery.revision)
        if delivery.is_last:
            await ledger.mark_last(delivery.event_key)
        max_wait = _LAST_WAIT_SECONDS if delivery.is_last else MAX_WAIT_SECONDS
        async with self._leases.exclusive(f"{message.channel}:{message.ts}", is_done, max_wait) as lease:
            if await is_done():
                return True
            if lease is None or not await self._work_unless_outdated(delivery, lease, work):
                return False
            await ledger.mark_done(delivery.event_key)
        return True

    async def _work_unless_outdated(self, delivery: Delivery, lease: Lease, work: Work) -> bool:
        """Return whether the event needs no more work: a later one about its message was received, or it is done."""
        if await self._ledger.is_outdated(delivery.revision):
            return True
        try:
            return await work(lease)
        except OutdatedError:
            return True


async def _finish(task: asyncio.Task[bool]) -> None:
    await task


def _report_unfinished() -> None:
    _log.warning("delivery.unfinished")
    UNFINISHED.inc()


def retry_number(headers: Mapping[str, Sequence[str]]) -> int:
    """Return which delivery of an event this is, 0 for the first: HTTP leaves the header out, Socket Mode sends 0."""
    (number, *_) = headers.get("x-slack-retry-num") or ["0"]
    return int(number) if number.isdecimal() else 0
