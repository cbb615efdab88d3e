"""Reminders into the threads of orders that wait, each once."""

from collections.abc import Callable

import structlog
from msgspec import structs

from portout.cards.watching.order_messages import Claim, WatchMessages
from portout.lookup.results import OrderSnapshot
from portout.lookup.service import Lookup
from portout.slack.web_api import SlackError
from portout.state.leases import LeaseLostError
from portout.telemetry.metrics import WATCH_REMINDERS
from portout.watch.announcements import Announcements
from portout.watch.channel.board import Board, Watched
from portout.watch.channel.publisher import Publisher
from portout.watch.channel.record import ReminderRecord
from portout.watch.reminders import HOURS, hours_due

_log = structlog.get_logger()


class Reminding:
    """Reminds of orders that wait. Each is asked for right before: somebody may have decided a second ago."""

    def __init__(
        self,
        board: Board,
        publisher: Publisher,
        announcements: Announcements,
        messages: WatchMessages,
        lookup: Lookup,
        clock: Callable[[], float],
    ) -> None:
        self._board = board
        self._publisher = publisher
        self._announcements = announcements
        self._messages = messages
        self._lookup = lookup
        self._clock = clock

    async def remind(self) -> None:
        """Post the reminders that are due; what fails is tried again the next time."""
        now = self._clock()
        due = [one for one in self._board.orders.values() if not one.is_gone and hours_due(one.record, now)]
        for watched in due:
            try:
                await self._remind(watched)
            except (SlackError, LeaseLostError) as error:
                _log.warning("watch.not_reminded", order=watched.record.order, reason=type(error).__name__)

    async def _remind(self, watched: Watched) -> None:
        async with self._board.exclusive(watched.record.order) as lease:
            # In any case: where somebody deleted the message, Slack would post to what is left of its thread.
            await self._board.sync(watched, always=True)
            hours = hours_due(watched.record, self._clock())
            if watched.is_gone or hours is None:
                return
            order_id = watched.record.order
            snapshot = await self._lookup.current_order(order_id)
            if isinstance(snapshot, OrderSnapshot) and snapshot.order.status not in ("pending", None):
                await self._announcements.redraw(lease, watched, snapshot)
                return
            claim = Claim(watched.record.holder, watched.record.held_since)
            await self._publisher.reply(
                watched,
                ReminderRecord(order=order_id, hours=hours),
                self._messages.reminder(self._announcements.result(watched, snapshot), hours, claim),
                lease,
                lambda: watched.record.reminded >= hours,
                is_broadcast=not self._messages.caller(claim),
            )
            if watched.is_gone:
                return
            watched.record = structs.replace(watched.record, reminded=hours)
            WATCH_REMINDERS.labels(hours).inc()
            _log.info("watch.reminded", order=order_id, hours=hours)
            await self._announcements.redraw(lease, watched, snapshot)


# From the start, as `increase` does not see a series that begins with its first reminder.
for _hours in HOURS:
    WATCH_REMINDERS.labels(_hours)
