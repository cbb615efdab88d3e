"""What people do with an order's message: *I'm on it*, and *Refresh*, which keep its record."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct, structs

from portout.cards.error_card import describe
from portout.cards.watching.notices import handover
from portout.cards.watching.order_messages import Claim
from portout.lookup.results import LookupFailure, OrderResult, OrderSnapshot
from portout.lookup.service import Lookup
from portout.state.leases import Lease
from portout.telnyx.errors import NotFoundError, TelnyxError
from portout.watch.announcements import Announcements
from portout.watch.channel.board import Board, Watched
from portout.watch.channel.publisher import Publisher
from portout.watch.channel.record import HandoverRecord


class Taken(Struct, frozen=True):
    """An order that a person has now. previous: who had it; empty for nobody."""

    previous: str


class HeldByOther(Struct, frozen=True):
    """An order that somebody else took since the button was drawn."""

    claim: Claim


class Over(Struct, frozen=True):
    """An order that no longer waits for an answer."""


class NotKnown(Struct, frozen=True):
    """An order whose state is not known. reason: why, in a few words."""

    reason: str


TakeResult: TypeAlias = Taken | HeldByOther | Over | NotKnown


class Claims:
    """Changes the messages of orders for people. Raises `SlackError`, or `LeaseLostError` where others are at it."""

    def __init__(
        self,
        board: Board,
        publisher: Publisher,
        announcements: Announcements,
        lookup: Lookup,
        clock: Callable[[], float],
    ) -> None:
        self._board = board
        self._publisher = publisher
        self._announcements = announcements
        self._lookup = lookup
        self._clock = clock

    @property
    def channel(self) -> str:
        """Return the id of the channel of the watch."""
        return self._board.channel

    async def take(self, order_id: str, message_ts: str, user: str, seen_holder: str) -> TakeResult:
        """Record that a person is on an order, unless somebody else took it since the person saw `seen_holder` there.

        message_ts: of the message with the button. The next press takes it over.
        """
        async with self._board.exclusive(order_id) as lease:
            watched = await self._board.read_order(order_id, message_ts)
            if watched.is_gone:
                return Over()
            holder = watched.record.holder
            if holder == user:
                return Taken(user)
            if holder != seen_holder:
                return HeldByOther(Claim(holder, watched.record.held_since))
            snapshot = await self._lookup.current_order(order_id, interactive=True)
            # A claim must be possible while Telnyx fails: the message then shows what is known.
            known = watched.snapshot if isinstance(snapshot, TelnyxError) and watched.snapshot else snapshot
            if isinstance(known, TelnyxError):
                return NotKnown(describe(known).brief)
            if isinstance(snapshot, OrderSnapshot) and snapshot.order.status not in ("pending", None):
                await self._announcements.redraw(lease, watched, snapshot)
                return Over()
            await self._hand_over(lease, watched, user)
            await self._announcements.redraw(lease, watched, known)
            return Taken(holder)

    async def refresh(self, order_id: str, message_ts: str) -> OrderResult | LookupFailure:
        """Change the message of an order to its state; return that, or why it is not known."""
        async with self._board.exclusive(order_id) as lease:
            watched = await self._board.read_order(order_id, message_ts)
            snapshot = await self._lookup.current_order(order_id, interactive=True)
            if watched.is_gone:
                snapshot = NotFoundError()
            if isinstance(snapshot, TelnyxError):
                return LookupFailure(order_id, snapshot)
            await self._announcements.redraw(lease, watched, snapshot)
            return self._announcements.result(watched, snapshot)

    async def _hand_over(self, lease: Lease, watched: Watched, user: str) -> None:
        previous, now = watched.record.holder, self._clock()
        if previous:
            record = HandoverRecord(order=watched.record.order, holder=user, since=now)
            await self._publisher.reply(
                watched, record, handover(user, previous), lease, lambda: watched.record.holder == user
            )
        watched.record = structs.replace(watched.record, holder=user, held_since=now)
