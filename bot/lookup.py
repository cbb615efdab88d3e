"""Ids in, findings out. Failures come back as values; equal questions are asked once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from cachetools import TLRUCache

from bot.finding import Failed, Finding, Found
from bot.telnyx.client import TelnyxClient
from bot.telnyx.protocol import NotFoundError, TelnyxError

_REMEMBERED: Final = 2_000  # findings, about 2 kB each
_FOUND_SECONDS: Final = 30
_UNKNOWN_SECONDS: Final = 60

_log = structlog.get_logger()


class Lookup:
    """Looks port-out events up at Telnyx.

    Look-ups of one id at one time share one call. A found event is remembered for 30 s and an unknown id for 60 s;
    other failures are not remembered.
    """

    def __init__(self, telnyx: TelnyxClient) -> None:
        """Ask `telnyx`, remembering its answers in this process."""
        self._telnyx = telnyx
        self._remembered: TLRUCache[str, Finding] = TLRUCache(_REMEMBERED, ttu=_keep_until)
        self._under_way: dict[str, asyncio.Task[Finding]] = {}

    async def findings(self, event_ids: Sequence[str], *, waiting: bool = True) -> list[Finding]:
        """Look all the ids up side by side; the findings come in the ids' order.

        waiting: a person is; look-ups for alerts stand back.
        """
        return list(await asyncio.gather(*(self._finding(event_id, waiting=waiting) for event_id in event_ids)))

    async def _finding(self, event_id: str, *, waiting: bool) -> Finding:
        remembered = self._remembered.get(event_id)
        if remembered is not None:
            return remembered
        task = self._under_way.get(event_id)
        if task is None:
            task = asyncio.create_task(self._ask(event_id, waiting=waiting))
            self._under_way[event_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(event_id))
        # Somebody who gives up doesn't take the answer from those who still wait.
        return await asyncio.shield(task)

    async def _ask(self, event_id: str, *, waiting: bool) -> Finding:
        finding: Finding
        try:
            finding = Found(event_id, await self._telnyx.event(event_id, waiting=waiting), datetime.now(UTC))
        except TelnyxError as error:
            # Its traceback holds on to the answer's body, and a remembered failure would keep both.
            error.__traceback__ = error.__context__ = None
            finding = Failed(event_id, error)
            log = _log.info if isinstance(error, NotFoundError) else _log.warning
            log("lookup.failed", event_id=event_id, outcome=error.outcome, status=error.status, code=error.code)
        if isinstance(finding, Found) or isinstance(finding.error, NotFoundError):
            self._remembered[event_id] = finding
        return finding


def _keep_until(_event_id: str, finding: Finding, now: float) -> float:
    return now + (_FOUND_SECONDS if isinstance(finding, Found) else _UNKNOWN_SECONDS)
