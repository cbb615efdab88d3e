"""The watch's channel, as far as this process has read it: which order has which message, and what that records.

Slack is the record. It has no conditional change: who posts what may be there already looks before.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from msgspec import Struct, structs

from portout.lookup.results import OrderSnapshot
from portout.slack.messages.history import ChannelHistory, OwnMessage
from portout.slack.messages.posts import Posts
from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.ledger import MessageRef
from portout.telnyx.events import PortoutEvent
from portout.watch.channel.record import (
    EventRecord,
    HandoverRecord,
    OrderRecord,
    OutageRecord,
    Record,
    ReminderRecord,
    WatchRecord,
    decode,
)

START_DAYS: Final = 14
"""How far back the channel is read at the start."""

MAX_DAYS: Final = 60
"""How far back it is read at most, for an order that was opened before."""

_DAY: Final = 86_400.0
_OVERLAP_SECONDS: Final = 60.0

_log = structlog.get_logger()


class Watched(Struct):
    """An order and its message.

    ts: the message's. is_gone: somebody deleted it. is_certain: the record has all that the thread has. needs_redraw:
    the message does not show what holds now. snapshot, event: the latest that are known, for a new drawing.
    """

    ts: str
    record: OrderRecord
    is_gone: bool = False
    is_certain: bool = False
    needs_redraw: bool = False
    snapshot: OrderSnapshot | None = None
    event: PortoutEvent | None = None


class Board:
    """The messages of the watch.

    orders: by their ids. since: when the watch began, in Unix seconds; None if it never did. newest_told: when the
    newest of all events happened that were told, but for those of the future. outage: the message of an outage that
    goes on, and its record.
    """

    def __init__(
        self,
        history: ChannelHistory,
        posts: Posts,
        leases: Leases,
        channel: str,
        clock: Callable[[], float],
        *,
        is_shared: bool,
    ) -> None:
        """Read the channel with `history`. is_shared: other processes may post there, too."""
        self._history = history
        self._posts = posts
        self._leases = leases
        self._clock = clock
        self._is_shared = is_shared
        self._read_from = 0.0
        self._read_to: float | None = None
        self.channel: Final = channel
        self.orders: Final[dict[str, Watched]] = {}
        self.since: float | None = None
        self.newest_told = 0.0
        self.outage: tuple[str, OutageRecord] | None = None

    @asynccontextmanager
    async def exclusive(self, order_id: str) -> AsyncIterator[Lease]:
        """Yield the lease of an order; raise `LeaseLostError` if another has it for long."""
        async with self._leases.exclusive(f"watch:{order_id}") as lease:
            if lease is None:
                raise LeaseLostError
            yield lease

    async def refresh(self) -> None:
        """Read what was posted since the last time; the first time, what was posted in the last 14 days."""
        if self._read_to is not None:
            # From the message of an outage on, which another process may have changed since.
            start = min(self._read_to, float(self.outage[0])) if self.outage else self._read_to
            stretch = await self._history.stretch(self.channel, start - _OVERLAP_SECONDS)
            await self._add(stretch.messages)
            self._read_to = max(self._read_to, float(stretch.newest_ts or 0))
            return
        oldest = self._clock() - START_DAYS * _DAY
        stretch = await self._history.stretch(self.channel, oldest)
        await self._add(stretch.messages)
        self._read_from, self._read_to = oldest, float(stretch.newest_ts or oldest)
        if self.since is None:
            await self.read_back(0.0)

    async def read_back(self, moment: float) -> None:
        """Read what was posted from a point in time on, 60 days ago at the earliest, if it was not read yet."""
        oldest = max(moment, self._clock() - MAX_DAYS * _DAY)
        if oldest < self._read_from:
            stretch = await self._history.stretch(self.channel, oldest, self._read_from)
            await self._add(stretch.messages)
            self._read_from = oldest

    async def sync(self, watched: Watched, *, always: bool = False) -> None:
        """Read the message and the thread of an order, unless this process knows what they have.

        always: read them in any case. A line without its change in the message marks the message for redrawing.
        """
        if watched.is_certain and not self._is_shared and not always:
            return
        thread = await self._history.thread(self.channel, watched.ts)
        record = decode(thread.root.kind, thread.root.payload) if thread.root else None
        if not isinstance(record, OrderRecord):
            watched.is_gone = True
            _log.info("watch.gone", order=watched.record.order)
            return
        watched.record = await self._with_replies(record, thread.replies)
        watched.needs_redraw = watched.needs_redraw or watched.record != record
        watched.is_certain = True

    async def read_order(self, order_id: str, ts: str) -> Watched:
        """Read the message and the thread of an order. ts: its message's, in case this process does not know it."""
        watched = self.orders.get(order_id) or Watched(ts, OrderRecord(order=order_id, since=self.since or 0.0))
        await self.sync(watched, always=True)
        return watched if watched.is_gone else self.orders.setdefault(order_id, watched)

    def note_told(self, *times: float) -> None:
        """Record when events happened that were told: one of the future must not hide others."""
        now = self._clock()
        self.newest_told = max([self.newest_told, *(at for at in times if at <= now)])

    def forget_old(self) -> None:
        """Forget the orders that no longer wait and whose messages a start would not read.

        An order whose message somebody deleted is remembered: else it would get another one.
        """
        oldest = self._clock() - START_DAYS * _DAY
        ended = [one for one in self.orders.values() if not one.record.waits and not one.is_gone]
        old = [one.record.order for one in ended if float(one.ts) < oldest]
        for key in old:
            del self.orders[key]
        if old:
            self._read_from = max(self._read_from, oldest)  # their messages are looked for again when need be

    async def _add(self, messages: list[OwnMessage]) -> None:
        for message in messages:
            match decode(message.kind, message.payload):
                case OrderRecord() as record:
                    self.since = min(self.since or record.since, record.since)
                    await self._add_order(message.ts, record)
                case WatchRecord(since=since):
                    self.since = min(self.since or since, since)
                case OutageRecord(is_over=is_over) as outage:
                    if not is_over:
                        self.outage = message.ts, outage
                    elif self.outage and self.outage[0] == message.ts:
                        self.outage = None

    async def _add_order(self, ts: str, record: OrderRecord) -> None:
        known = self.orders.get(record.order)
        self.note_told(*record.told.values())
        if known is None:
            self.orders[record.order] = Watched(ts, record, needs_redraw=record.is_partial)
        elif known.ts == ts:
            # Not what is being changed here just now: the message may lack what its thread has.
            if self._is_shared:
                known.record = record
        elif float(known.ts) < float(ts):
            await self._remove(ts, record.order)
        else:
            await self._remove(known.ts, record.order)
            self.orders[record.order] = Watched(ts, record, needs_redraw=True)

    async def _remove(self, ts: str, order_id: str) -> None:
        """Delete a second message of an order, its thread first: what that told is told in the other one."""
        _log.warning("watch.twice", order=order_id)
        thread = await self._history.thread(self.channel, ts)
        for reply in thread.replies:
            await self._posts.delete(MessageRef(self.channel, reply.ts, ts))
        await self._posts.delete(MessageRef(self.channel, ts, ts))

    async def _with_replies(self, record: OrderRecord, replies: list[OwnMessage]) -> OrderRecord:
        """Return the record with what the thread has; of two replies with the same record, delete the later."""
        seen: set[Record] = set()
        for reply in replies:
            found = decode(reply.kind, reply.payload)
            if not isinstance(found, EventRecord | ReminderRecord | HandoverRecord):
                continue
            if found in seen:
                _log.warning("watch.twice", order=record.order)
                await self._posts.delete(MessageRef(self.channel, reply.ts, reply.ts))
                continue
            seen.add(found)
            match found:
                case EventRecord(event=event_id, at=at) if not record.is_told(event_id, at):
                    record = record.with_told(event_id, at)
                    self.note_told(at)
                case ReminderRecord(hours=hours) if hours > record.reminded:
                    record = structs.replace(record, reminded=hours)
                case HandoverRecord(holder=holder, since=since) if since > record.held_since:
                    record = structs.replace(record, holder=holder, held_since=since)
        return record
