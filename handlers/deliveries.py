"""Slack is the queue: an event is acknowledged when it has been dealt with, and comes again until then."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
from aiojobs import Scheduler
from slack_bolt.response import BoltResponse

from bot.ledger import Ledger

ACKNOWLEDGE_SECONDS: Final = 2.5
"""How long a delivery waits for its work; Slack gives up after 3 s, and the work goes on."""

LAST_RETRY: Final = 3
"""The number of the last delivery."""

MOST_UNDER_WAY: Final = 1_000

_log = structlog.get_logger()


class Deliveries:
    """Sees the work of each delivery through once, however often it is delivered."""

    def __init__(self, ledger: Ledger, jobs: Scheduler) -> None:
        """Remember in `ledger` what is done; a stop waits for `jobs`."""
        self._ledger = ledger
        self._jobs = jobs
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    async def see_through(self, delivery: str, work: Callable[[], Coroutine[Any, Any, bool]]) -> BoltResponse:
        """Do the work, or wait for it where it is under way: 200 once it is done, 503 to be asked again.

        work: says whether it needs no other delivery.
        """
        if await self._ledger.is_delivered(delivery):
            return BoltResponse(status=200)
        task = self._under_way.get(delivery)
        if task is None:
            if len(self._under_way) >= MOST_UNDER_WAY:
                _log.warning("delivery.busy")
                return BoltResponse(status=503)
            task = self._under_way[delivery] = asyncio.create_task(self._work(delivery, work))
            self._jobs.shield(task)
        await asyncio.wait({task}, timeout=ACKNOWLEDGE_SECONDS)
        return BoltResponse(status=200 if task.done() and task.result() else 503)

    async def _work(self, delivery: str, work: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        try:
            is_done = await work()
            if is_done:
                await self._ledger.delivered(delivery)
        except Exception:  # noqa: BLE001  a bug here must not be taken for an answer
            _log.exception("bug")
            return False
        finally:
            del self._under_way[delivery]
        if not is_done:
            _log.warning("delivery.unfinished")
        return is_done


def retry_number(headers: dict[str, Any]) -> int:
    """Give the number of a delivery: 0 for the first. Socket Mode counts from 0, HTTP leaves it out."""
    (number, *_) = headers.get("x-slack-retry-num") or ["0"]
    return int(number) if number.isdecimal() else 0
