"""Posts of the watch, each once, also where Slack's answer is lost or another process may post the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from portout.cards.blockkit.blocks import Message
from portout.slack.messages.posts import Destination, Metadata, Posts
from portout.slack.web_api import GONE_ERRORS, SlackOutcomeUnknownError, SlackRejectedError
from portout.state.leases import Lease
from portout.state.ledger import MessageRef
from portout.state.store import Store
from portout.telemetry.metrics import WATCH_POSTS
from portout.watch.channel.board import MAX_DAYS, Board, Watched
from portout.watch.channel.record import KINDS, OrderRecord, Record, encode, kind_of

_REMEMBERED_SECONDS: Final = MAX_DAYS * 86_400.0  # which order got a message: as far back as the channel is read
_PAUSES: Final = (0.2, 0.4)  # seconds before a post is tried again that Slack did not take

_Look = Callable[[], Awaitable[bool]]


class _ThereError(Exception):
    """A message that was posted before, here or by another process."""


class Publisher:
    """Posts the watch's messages, and changes them. Callers hold the lease that they pass."""

    def __init__(self, posts: Posts, board: Board, store: Store) -> None:
        """Remember in `store` which orders got a message: one that is not there any more was deleted by somebody."""
        self._posts = posts
        self._board = board
        self._store = store

    async def post_order(self, record: OrderRecord, message: Message, lease: Lease) -> Watched:
        """Post the message of an order, unless it has one, or had one that somebody deleted; return it."""
        orders, key = self._board.orders, f"watch:posted:{self._board.channel}:{record.order}"

        async def look() -> bool:
            await self._board.refresh()
            return record.order in orders

        if earlier := await self._store.get(key):
            if not await look():
                orders[record.order] = Watched(earlier, record, is_gone=True)
            return orders[record.order]
        ts = await self._post(Destination(self._board.channel), message, record, lease, look)
        known = orders.get(record.order)
        if ts is not None and (known is None or known.ts == ts):
            orders[record.order] = Watched(ts, record, is_certain=True)
            await self._store.set(key, ts, _REMEMBERED_SECONDS)
        return orders[record.order]

    async def post_notice(self, record: Record, message: Message, lease: Lease, is_there: Callable[[], bool]) -> None:
        """Post a message that is about no order, unless `is_there` once the channel is read again; then read it."""

        async def look() -> bool:
            await self._board.refresh()
            return is_there()

        await self._post(Destination(self._board.channel), message, record, lease, look)
        await self._board.refresh()

    async def reply(
        self,
        watched: Watched,
        record: Record,
        message: Message,
        lease: Lease,
        is_there: Callable[[], bool],
        *,
        is_broadcast: bool = False,
    ) -> None:
        """Post to the thread of an order's message, unless `is_there` once the thread is read again.

        Where the message is gone, `watched` says so afterwards.
        """

        async def look() -> bool:
            await self._board.sync(watched, always=True)
            return watched.is_gone or is_there()

        watched.is_certain = False
        destination = Destination(self._board.channel, watched.ts, is_broadcast)
        try:
            await self._post(destination, message, record, lease, look)
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise
            watched.is_gone = True
        watched.is_certain = True

    async def change_order(self, watched: Watched, message: Message, lease: Lease) -> None:
        """Change the message of an order, and its record; where it is gone, `watched` says so afterwards."""
        place = MessageRef(self._board.channel, watched.ts, watched.ts)
        watched.needs_redraw = True
        try:
            await self._posts.edit(place, message, _metadata(watched.record), before_attempt=_confirming(lease))
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise
            watched.is_gone = True
        watched.needs_redraw = False

    async def change_notice(self, ts: str, record: Record, message: Message) -> None:
        """Change a message that is about no order; one that is gone is no error."""
        try:
            await self._posts.edit(MessageRef(self._board.channel, ts, ts), message, _metadata(record))
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise

    async def _post(
        self, destination: Destination, message: Message, record: Record, lease: Lease, look: _Look
    ) -> str | None:
        """Post a message, and return its ts; None if `look` finds it instead.

        Looks before each attempt unless nobody else can have posted it, and whenever Slack's answer is lost. If two
        processes post at once, both look afterwards, and the later message is deleted.
        """

        async def check() -> None:
            if not await lease.confirm() and await look():
                raise _ThereError

        pauses = iter(_PAUSES)
        while True:
            try:
                ts = await self._posts.post(destination, message, _metadata(record), before_attempt=check)
                break
            except _ThereError:
                return None
            except SlackOutcomeUnknownError:
                if await look():
                    return None
                pause = next(pauses, None)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        WATCH_POSTS.labels(kind_of(record)).inc()
        if not await lease.confirm():
            await look()
        return ts


def _metadata(record: Record) -> Metadata:
    return Metadata(encode(record), kind_of(record))


def _confirming(lease: Lease) -> Callable[[], Awaitable[None]]:
    async def confirm() -> None:
        await lease.confirm()

    return confirm


# From the start, as `rate` does not see a series that begins with its first post.
for _kind in KINDS:
    WATCH_POSTS.labels(_kind)
