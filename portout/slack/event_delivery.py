"""Slack is the queue: an event is acknowledged when it has been dealt with, and comes again until then."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeAlias

import structlog
from aiojobs import Scheduler
from slack_bolt.response import BoltResponse

from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.ledger import Ledger
from portout.telemetry.metrics import DUPLICATES, REDELIVERIES, UNFINISHED

ACKNOWLEDGE_SECONDS: Final = 2.5
"""How long a delivery waits for its work; Slack gives up after 3 s, and the work goes on."""

LAST_RETRY: Final = 3
"""The number of the last delivery."""

MAX_UNDER_WAY: Final = 3_000

Work: TypeAlias = Callable[[Lease], Coroutine[Any, Any, bool]]
"""What a delivery asks for, under the lease of its message; returns whether it needs no other delivery."""

_log = structlog.get_logger()


class EventProcessor:
    """Does the work of each event once, however often and to whichever process Slack delivers it."""

    def __init__(self, ledger: Ledger, leases: Leases, jobs: Scheduler) -> None:
        """Remember in `ledger` what is done; a stop waits for `jobs`, the work that outlives its request."""
        self._ledger = ledger
        self._leases = leases
        self.jobs: Final = jobs
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    async def process_once(self, delivery: str, subject: str, work: Work) -> BoltResponse:
        """Do the work, or wait for it where it is under way: 200 once it is done, 503 to be asked again.

        subject: the message that it is about, on which nobody else works meanwhile.
        """
        task = self._under_way.get(delivery)
        is_first = task is None
        if task is None:
            if len(self._under_way) >= MAX_UNDER_WAY:
                _log.warning("delivery.busy")
                return BoltResponse(status=503)
            task = self._under_way[delivery] = asyncio.create_task(self._work(delivery, subject, work))
        await asyncio.wait({task}, timeout=ACKNOWLEDGE_SECONDS)
        if is_first and not task.done():
            await self.jobs.spawn(_rest(task))
        return BoltResponse(status=200 if task.done() and task.result() else 503)

    async def _work(self, delivery: str, subject: str, work: Work) -> bool:
        try:
            is_done = await self._once(delivery, subject, work)
        except LeaseLostError:
            is_done = False  # whoever has it now does the work
        except Exception:  # noqa: BLE001  a bug here must not be taken for an answer
            _log.exception("internal_error")
            return False
        except asyncio.CancelledError:
            _note_unfinished()  # a stop that could wait no longer
            raise
        finally:
            del self._under_way[delivery]
        if not is_done:
            _note_unfinished()
        return is_done

    async def _once(self, delivery: str, subject: str, work: Work) -> bool:
        is_delivered = partial(self._ledger.is_delivered, delivery)
        if await is_delivered():
            DUPLICATES.inc()
            return True
        async with self._leases.exclusive(subject, is_delivered) as lease:
            if await is_delivered():
                return True
            if lease is None or not await work(lease):
                return False
            await self._ledger.mark_delivered(delivery)
        return True


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
