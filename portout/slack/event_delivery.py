"""Deliveries of events. The bot stores none: Slack delivers an event again until its work is done and acknowledged."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import structlog
from aiojobs import Scheduler
from slack_bolt.response import BoltResponse

from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.ledger import Ledger
from portout.telemetry.metrics import DUPLICATES, UNFINISHED

ACKNOWLEDGE_SECONDS: Final = 2.5
"""How long a delivery waits for its work, which goes on afterwards; Slack gives up after 3 s."""

LAST_RETRY: Final = 3
"""The retry number of Slack's last delivery of an event."""

MAX_IN_FLIGHT: Final = 3_000
"""How many events a process works on at the same time; further ones are answered with 503."""

Work: TypeAlias = Callable[[Lease], Coroutine[Any, Any, bool]]
"""The work of a delivery, under the lease of its message; returns whether no further delivery is needed."""

_log = structlog.get_logger()


class EventProcessor:
    """Processes each event once, however often and to whichever process Slack delivers it."""

    def __init__(self, ledger: Ledger, leases: Leases, jobs: Scheduler) -> None:
        """Record in `ledger` what is done. jobs: the work that outlives its request, for which a stop waits."""
        self._ledger = ledger
        self._leases = leases
        self.jobs: Final = jobs
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    async def process_once(self, event_key: str, subject: str, work: Work) -> BoltResponse:
        """Do the work, or wait for it if it is under way; return 200 once it is done, 503 for another delivery.

        event_key: the event's key in the ledger. subject: the message that it is about, on which nobody else works
        meanwhile.
        """
        task = self._under_way.get(event_key)
        is_first = task is None
        if task is None:
            if len(self._under_way) >= MAX_IN_FLIGHT:
                _log.warning("delivery.busy")
                return BoltResponse(status=503)
            task = self._under_way[event_key] = asyncio.create_task(self._work(event_key, subject, work))
        await asyncio.wait({task}, timeout=ACKNOWLEDGE_SECONDS)
        if is_first and not task.done():
            await self.jobs.spawn(_finish(task))
        return BoltResponse(status=200 if task.done() and task.result() else 503)

    async def _work(self, event_key: str, subject: str, work: Work) -> bool:
        try:
            is_done = await self._once(event_key, subject, work)
        except LeaseLostError:
            is_done = False  # the process that has the lease now does the work
        except Exception:  # noqa: BLE001  after a bug the work is not done: Slack is to deliver again
            _log.exception("internal_error")
            return False
        except asyncio.CancelledError:
            _report_unfinished()  # the stop could not wait any longer
            raise
        finally:
            del self._under_way[event_key]
        if not is_done:
            _report_unfinished()
        return is_done

    async def _once(self, event_key: str, subject: str, work: Work) -> bool:
        is_done = partial(self._ledger.is_done, event_key)
        if await is_done():
            DUPLICATES.inc()
            return True
        async with self._leases.exclusive(subject, is_done) as lease:
            if await is_done():
                return True
            if lease is None or not await work(lease):
                return False
            await self._ledger.mark_done(event_key)
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
