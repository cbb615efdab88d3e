"""One cycle of the watch: read the channel and Telnyx's lists to their end, then tell the news, the oldest first."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from portout.cards.watching.notices import watch_begins
from portout.slack.web_api import SlackRejectedError
from portout.state.leases import Lease
from portout.telnyx.lists import Listing
from portout.telnyx.orders import Order
from portout.watch.announcements import Announcements, Snapshots
from portout.watch.channel.board import Board
from portout.watch.channel.publisher import Publisher
from portout.watch.channel.record import WatchRecord
from portout.watch.poller import News, Poller, news_of, news_start, outdated_messages

PENDING_EVERY: Final = 10
"""In which cycles the orders that wait are listed: the first and every tenth; then also events of the future."""

_REFUSALS_OF_ONE: Final = frozenset(
    {
        *("cannot_reply_to_message", "cant_update_message", "edit_window_closed"),
        *("invalid_blocks", "invalid_blocks_format", "invalid_metadata_format"),
        *("metadata_too_large", "msg_blocks_too_long", "msg_too_long"),
        *("restricted_action_non_threadable_channel", "restricted_action_thread_locked"),
    }
)
"""Slack's refusals of one message, which must not keep the news of other orders back."""

_log = structlog.get_logger()


class Cycle:
    """Runs cycles. The cursor never passes what is not told: it follows from what the messages record."""

    def __init__(
        self,
        poller: Poller,
        board: Board,
        publisher: Publisher,
        announcements: Announcements,
        clock: Callable[[], float],
    ) -> None:
        self._poller = poller
        self._board = board
        self._publisher = publisher
        self._announcements = announcements
        self._clock = clock
        self._until_pending = 0
        self._refused_from = float("inf")

    async def run(self, lease: Lease, is_stopping: Callable[[], bool]) -> None:
        """Run one cycle; raise the error of whatever failed, and `LeaseLostError`.

        lease: of the cycle. is_stopping: whether to leave the rest to the next process.
        """
        await self._board.refresh()
        began = self._clock()
        pending = None if self._until_pending else await self._poller.pending()
        # After the list of those that wait: what it has was created before, and so were its events.
        now = self._clock()
        since = began if self._board.since is None else self._board.since
        start = news_start(min(self._board.newest_told, self._refused_from), since, now)
        events = await self._poller.events(start, now if pending is None else None)
        if self._board.since is None:
            await self._begin(lease, since)
        waiting = () if pending is None else pending.rows
        news = news_of(events, waiting, self._board.orders, since, now)
        snapshots = Snapshots(self._poller)
        for one in news:
            # Not those with events, which may be newer than the list.
            if one.order is not None:
                snapshots.add(one.order_id, one.order, began)
        await self._tell(lease, news, snapshots, is_stopping)
        await self._update(pending, snapshots, is_stopping)
        self._until_pending = (PENDING_EVERY if pending is not None else self._until_pending) - 1
        self._board.forget_old()

    async def _begin(self, lease: Lease, since: float) -> None:
        """Post that port-outs announce themselves from now on."""
        record = WatchRecord(since=since)
        board = self._board
        await self._publisher.post_notice(record, watch_begins(), lease, lambda: board.since is not None)
        board.since = min(board.since or since, since)

    async def _tell(
        self, lease: Lease, news: list[News], snapshots: Snapshots, is_stopping: Callable[[], bool]
    ) -> None:
        refused: set[str] = set()
        self._refused_from = float("inf")
        for one in news:
            if is_stopping():
                return
            await lease.confirm()
            if one.order_id in refused:
                continue
            if not await _is_accepted(one.order_id, self._announcements.tell(one, snapshots)):
                refused.add(one.order_id)
                self._refused_from = min(self._refused_from, one.at)

    async def _update(
        self, pending: Listing[Order] | None, snapshots: Snapshots, is_stopping: Callable[[], bool]
    ) -> None:
        """Change the messages that do not show what holds now."""
        outdated = [one for one in self._board.orders.values() if one.needs_redraw and not one.is_gone]
        if pending is not None and pending.is_whole:
            outdated += outdated_messages(pending.rows, self._board.orders)
        for watched in {one.record.order: one for one in outdated}.values():
            if is_stopping():
                return
            if not await _is_accepted(watched.record.order, self._announcements.update(watched, snapshots)):
                watched.needs_redraw = False  # until there is news


async def _is_accepted(order_id: str, work: Awaitable[None]) -> bool:
    """Do work on the message of an order; return False if Slack refuses this message, and not the others."""
    try:
        await work
    except SlackRejectedError as refusal:
        if refusal.reason not in _REFUSALS_OF_ONE:
            raise
        _log.error("watch.not_told", order=order_id, reason=refusal.reason)
        return False
    return True
