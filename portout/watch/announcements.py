"""News into Slack, once: a message for each order, a line in its thread for each later event, both kept current."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from msgspec import structs

from portout.cards.blockkit.blocks import Message
from portout.cards.watching.order_messages import Claim, WatchMessages
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import OrderResult, OrderSnapshot
from portout.state.leases import Lease
from portout.telnyx.errors import NotFoundError, TelnyxError
from portout.telnyx.events import PortoutEvent, StatusChanged
from portout.telnyx.orders import Order
from portout.watch.channel.board import Board, Watched
from portout.watch.channel.publisher import Publisher
from portout.watch.channel.record import EventRecord, OrderRecord
from portout.watch.poller import News, Poller
from portout.watch.reminders import hours_passed

_MAX_CLOCK_SKEW: Final = 600.0

_log = structlog.get_logger()


class Snapshots:
    """The states of orders in one cycle: each order is asked for once."""

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._snapshots: dict[str, OrderSnapshot | TelnyxError] = {}

    async def get(self, order_id: str) -> OrderSnapshot | TelnyxError:
        """Return the state of an order, or why it is not known."""
        if order_id not in self._snapshots:
            self._snapshots[order_id] = await self._poller.order(order_id)
        return self._snapshots[order_id]

    def add(self, order_id: str, order: Order, now: float) -> None:
        """Add the state of an order that a list has. now: right before that was fetched, in Unix seconds."""
        self._snapshots[order_id] = OrderSnapshot(order, datetime.fromtimestamp(now, UTC))


class Announcements:
    """Tells the news of orders. Whatever raises an error is told by the next cycle, here or elsewhere."""

    def __init__(self, board: Board, publisher: Publisher, messages: WatchMessages, clock: Callable[[], float]) -> None:
        self._board = board
        self._publisher = publisher
        self._messages = messages
        self._clock = clock

    async def tell(self, news: News, snapshots: Snapshots) -> None:
        """Post the message of an order that has none, else the line of the event, and then change the message."""
        async with self._board.exclusive(news.order_id) as lease:
            watched = self._board.orders.get(news.order_id)
            if watched is None:
                watched, is_posted = await self._announce(lease, news, snapshots)
                if is_posted:
                    return
            await self._board.sync(watched)
            event = news.event
            if event is not None and not watched.is_gone and not watched.record.is_told(news.key, news.at):
                await self._add_line(lease, watched, news, event, snapshots)
            if news.is_last and watched.needs_redraw and not watched.is_gone:
                await self.redraw(lease, watched, await snapshots.get(news.order_id))

    async def update(self, watched: Watched, snapshots: Snapshots) -> None:
        """Change the message of an order to what holds now."""
        async with self._board.exclusive(watched.record.order) as lease:
            await self._board.sync(watched)
            if not watched.is_gone:
                await self.redraw(lease, watched, await snapshots.get(watched.record.order))

    async def redraw(self, lease: Lease, watched: Watched, snapshot: OrderSnapshot | TelnyxError) -> None:
        """Change the message of an order to its state; where that is not known, leave it to a later cycle.

        The caller has read the record afresh.
        """
        if isinstance(snapshot, TelnyxError):
            # What Telnyx has no more will not come back: the message stays as it is.
            watched.needs_redraw = not isinstance(snapshot, NotFoundError)
            return
        result = self.result(watched, snapshot)
        watched.snapshot, watched.record = snapshot, _described(watched.record, result)
        await self._publisher.change_order(watched, self._draw(watched.record, result), lease)

    def result(self, watched: Watched, snapshot: OrderSnapshot | TelnyxError) -> OrderResult:
        """Return what is known of an order, as its message shows it."""
        return self._result(watched.record.order, snapshot, watched.event)

    async def _announce(self, lease: Lease, news: News, snapshots: Snapshots) -> tuple[Watched, bool]:
        """Return the message of an order, and whether it was posted now: there may be one, however old."""
        snapshot = await snapshots.get(news.order_id)
        result = self._result(news.order_id, snapshot, news.event)
        record = _described(OrderRecord(order=news.order_id, since=self._board.since or 0.0), result)
        # An event alone may be far later than the message; and Slack's clock may be behind Telnyx's.
        await self._board.read_back(record.opened - _MAX_CLOCK_SKEW if isinstance(snapshot, OrderSnapshot) else 0.0)
        if watched := self._board.orders.get(news.order_id):
            return watched, False
        if record.waits:
            reminded = hours_passed(record.opened, self._clock())
            record = structs.replace(record, reminded=reminded, has_called=True)
        if news.event is not None:
            record = record.with_told(news.key, news.at)
        elif isinstance(snapshot, OrderSnapshot):
            # What happened before is in the state that the message shows, also where Telnyx lists it later.
            record = structs.replace(record, told_up_to=snapshot.as_of.timestamp())
        watched = await self._publisher.post_order(record, self._draw(record, result), lease)
        if not watched.is_certain:
            return watched, False
        watched.event, watched.needs_redraw = news.event, record.is_partial
        watched.snapshot = snapshot if isinstance(snapshot, OrderSnapshot) else None
        self._board.note_told(*record.told.values())
        _log.info("watch.announced", order=news.order_id)
        return watched, True

    async def _add_line(
        self, lease: Lease, watched: Watched, news: News, event: PortoutEvent, snapshots: Snapshots
    ) -> None:
        snapshot = await snapshots.get(news.order_id)
        result = self._result(news.order_id, snapshot, event)
        status = event.payload.status if isinstance(event, StatusChanged) else None
        calls = status == "pending" and not watched.record.has_called and result.order.status in ("pending", None)
        await self._publisher.reply(
            watched,
            EventRecord(order=news.order_id, event=news.key, at=news.at),
            self._messages.event(result, event, calls=calls),
            lease,
            lambda: watched.record.is_told(news.key, news.at),
        )
        if watched.is_gone:
            return
        self._board.note_told(news.at)
        watched.record = watched.record.with_told(news.key, news.at)
        watched.event, watched.needs_redraw = event, True
        if status is not None:
            waits = status == "pending"
            has_called = waits and (calls or watched.record.has_called)
            watched.record = structs.replace(watched.record, waits=waits, has_called=has_called)
        _log.info("watch.told", order=news.order_id, id=news.key)

    def _result(self, order_id: str, snapshot: OrderSnapshot | TelnyxError, event: PortoutEvent | None) -> OrderResult:
        now = datetime.fromtimestamp(self._clock(), UTC)
        return OrderResult(order_id, snapshot, () if event is None else (event,), now)

    def _draw(self, record: OrderRecord, result: OrderResult) -> Message:
        claim = Claim(record.holder, record.held_since)
        return self._messages.order(result, claim, waits=record.waits, pin_attempted=record.pin_attempted)


def _described(record: OrderRecord, result: OrderResult) -> OrderRecord:
    """Return the record with what a result says of the order."""
    facts = facts_of(result)
    is_known = facts.status is not None or facts.past_status is not None
    waits = facts.needs_decision if is_known else record.waits
    return structs.replace(
        record,
        waits=waits,
        has_called=record.has_called and waits,
        opened=facts.requested_at.timestamp() if facts.requested_at else record.opened,
        pin_attempted=record.pin_attempted or facts.pin_attempted,
        is_partial=isinstance(result.snapshot, TelnyxError) and not isinstance(result.snapshot, NotFoundError),
    )
