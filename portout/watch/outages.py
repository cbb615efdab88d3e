"""When a cycle last succeeded, and the messages of outages: silence in the channel means that nothing happened."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from portout.cards.watching.notices import outage, outage_over
from portout.slack.web_api import SlackError
from portout.state.leases import Lease, LeaseLostError
from portout.state.store import Store
from portout.watch.channel.board import Board
from portout.watch.channel.publisher import Publisher
from portout.watch.channel.record import OutageRecord

OUTAGE_CYCLES: Final = 5
"""For how many cycles nothing must have been watched before the channel is told."""

_KEY: Final = "watch:good"
_REMEMBERED_SECONDS: Final = 86_400.0

_log = structlog.get_logger()


class Outages:
    """Records when a cycle last succeeded, in whichever process, and tells the channel of outages, once each."""

    def __init__(
        self, board: Board, publisher: Publisher, store: Store, cycle_seconds: float, clock: Callable[[], float]
    ) -> None:
        """Share in `store` when a cycle succeeded. clock: the time, in Unix seconds."""
        self._board = board
        self._publisher = publisher
        self._store = store
        self._max_age = OUTAGE_CYCLES * cycle_seconds
        self._clock = clock
        self._started_at = clock()
        self._good_at = 0.0
        self._failed_at = 0.0

    @property
    def is_failing(self) -> bool:
        """Return whether no cycle has succeeded since one of this process failed, or none for as long as an outage."""
        return self._failed_at > self._good_at or self._is_outage

    @property
    def age(self) -> float:
        """Return how many seconds ago a cycle succeeded; if none ever did as far as is known, since the start."""
        return max(0.0, self._clock() - self._good_since)

    @property
    def _is_outage(self) -> bool:
        return self.age >= self._max_age

    @property
    def _good_since(self) -> float:
        return self._good_at or self._started_at

    async def read(self) -> None:
        """Read when a cycle last succeeded in another process."""
        with suppress(ValueError):
            self._good_at = max(self._good_at, float(await self._store.get(_KEY) or 0))

    async def succeeded(self) -> None:
        """Record that a cycle succeeded, and change the message of an outage that is thereby over."""
        self._good_at = self._clock()
        await self._store.set(_KEY, str(self._good_at), _REMEMBERED_SECONDS)
        if self._board.outage is not None:
            ts, record = self._board.outage
            over = OutageRecord(since=record.since, is_over=True)
            await self._publisher.change_notice(ts, over, outage_over(record.since, self._good_at))
            self._board.outage = None

    async def failed(self, lease: Lease, reason: str) -> None:
        """Record that a cycle failed, and post the message of an outage once it lasts.

        lease: of the cycle. reason: a few words for people.
        """
        self._failed_at = self._clock()
        await self.read()
        if self._board.outage is not None or not self._is_outage:
            return

        def is_told() -> bool:
            return self._board.outage is not None

        record = OutageRecord(since=self._good_since)
        try:
            await self._board.refresh()  # the cycle may have failed before it read the channel
            if not is_told():
                await self._publisher.post_notice(record, outage(record.since, reason), lease, is_told)
        except (SlackError, LeaseLostError) as failure:
            _log.warning("watch.outage_not_posted", reason=type(failure).__name__)
