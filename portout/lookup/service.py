"""Ids in, findings out. Failures come back as values.

An id is tried as an event's, then as an order's. Beside an event stands its order: the event is a snapshot, and the
decision is about what is now.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any, Final, TypeVar

from msgspec import Struct

from portout.lookup.cache import Answer, Asking, Lanes, Outcome
from portout.lookup.identifiers import Identifiers, normal
from portout.lookup.results import Failed, Finding, Found, FoundOrder, History, Now
from portout.telnyx.client import LONGEST_LIST, LOOK_UP_SECONDS, TelnyxClient
from portout.telnyx.dates import parse_time
from portout.telnyx.errors import NotFoundError, TelnyxError
from portout.telnyx.events import NewComment, PortoutEvent
from portout.telnyx.orders import Comment, Order

_IN_TIME_SECONDS: Final = 1.8  # what is there by then can be in a command's acknowledgement
_LATE_SECONDS: Final = 2.0

_T = TypeVar("_T")
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


class _Manner(Struct, frozen=True):
    """How to ask. since: when the request came, in the loop's time."""

    since: float
    waiting: bool
    fresh: bool

    def left(self, seconds: float) -> float:
        """Say what is left of the request's time, or how long it may take once it is late anyway."""
        left = self.since + seconds - asyncio.get_running_loop().time()
        return left if self.waiting and left > 0 else _LATE_SECONDS


class Lookup:
    """Looks port-outs up at Telnyx.

    Look-ups of one id at one time share their calls. What was found is kept for 30 s, an unknown id for 60 s.
    """

    def __init__(self, telnyx: TelnyxClient) -> None:
        """Ask `telnyx`, keeping its answers in this process."""
        lanes = Lanes()

        async def events_of(order_id: str) -> list[PortoutEvent]:
            listed = await telnyx.events_of(order_id)
            if not listed:
                # An unknown order has an empty list, which is to be kept as long as an unknown id.
                raise NotFoundError
            return listed

        self._events = Asking("event", lanes, telnyx.event)
        self._orders = Asking("order", lanes, telnyx.order)
        self._lists = Asking("events", lanes, events_of)
        self._comments = Asking("comments", lanes, telnyx.comments_on)

    async def findings(self, asked: Identifiers, *, waiting: bool = True, fresh: bool = False) -> list[Finding]:
        """Look all the ids up side by side; the findings come in the ids' order.

        What is said to be an order's id is left out where an event of that order is found beside it. waiting: a person
        is; look-ups for alerts stand back. fresh: not what was kept.
        """
        asking = _Manner(asyncio.get_running_loop().time(), waiting, fresh)
        findings = await self._each((one for one in asked.ids if one not in asked.orders), asking)
        covered = {finding.order_id for finding in findings}
        return findings + await self._each((one for one in asked.orders if one not in covered), asking)

    async def history(self, order_id: str) -> History:
        """Give an order's events and comments, for a person who waits."""
        listed, written = await asyncio.gather(
            self._lists.answer(order_id, waiting=True), self._comments.answer(order_id, waiting=True)
        )
        events, comments = _known(listed), _known(written)
        seen = {comment.id for comment in comments}
        new = [event for event in events if not (isinstance(event, NewComment) and event.payload.id in seen)]
        failed: dict[str, Outcome[Any]] = {"events": listed, "comments": written}
        return History(
            order_id,
            tuple(sorted([*new, *comments], key=_time)),
            {what: error for what, outcome in failed.items() if (error := _failure(outcome))},
            is_cut=len(events) >= LONGEST_LIST,
        )

    async def _each(self, ids: Iterable[str], asking: _Manner) -> list[Finding]:
        looking = [self._finding(one, asking) for one in ids]
        # Most ask for one, which needs no task of its own.
        return await asyncio.gather(*looking) if len(looking) > 1 else [await one for one in looking]

    async def _finding(self, asked_id: str, asking: _Manner) -> Finding:
        outcome = await self._events.answer(asked_id, waiting=asking.waiting, fresh=asking.fresh)
        match outcome:
            case Answer(value=event, at=at):
                order_id = normal(event.order_id)
                return Found(asked_id, event, at, await self._now(order_id, asking) if order_id else None)
            case NotFoundError():
                return await self._order(asked_id, asking)
            case TelnyxError():
                return Failed(asked_id, outcome)

    async def _now(self, order_id: str, asking: _Manner) -> Now | TelnyxError:
        within = asking.left(_IN_TIME_SECONDS)
        return _now(await self._orders.answer(order_id, waiting=asking.waiting, fresh=asking.fresh, within=within))

    async def _order(self, order_id: str, asking: _Manner) -> Finding:
        """Read an id that is no event's as an order's."""
        within = asking.left(LOOK_UP_SECONDS)
        order, listed = await asyncio.gather(
            self._orders.answer(order_id, waiting=asking.waiting, fresh=asking.fresh, within=within),
            self._lists.answer(order_id, waiting=asking.waiting, fresh=asking.fresh, within=within),
        )
        if isinstance(order, TelnyxError) and isinstance(listed, TelnyxError):
            return Failed(order_id, order)
        newest_first = tuple(sorted(_known(listed), key=_time, reverse=True))
        return FoundOrder(order_id, _now(order), _failure(listed) or newest_first, datetime.now(UTC))


def _now(outcome: Outcome[Order]) -> Now | TelnyxError:
    return Now(outcome.value, outcome.at) if isinstance(outcome, Answer) else outcome


def _known(outcome: Outcome[list[_T]]) -> list[_T]:
    return outcome.value if isinstance(outcome, Answer) else []


def _failure(listed: Outcome[Any]) -> TelnyxError | None:
    """Say why a list could not be had. Nothing listed is no failure: an order may be older than its first event."""
    return listed if isinstance(listed, TelnyxError) and not isinstance(listed, NotFoundError) else None


def _time(listed: PortoutEvent | Comment) -> datetime:
    """Give when something happened, for Telnyx lists in no particular order; what has no time comes first."""
    when = parse_time(listed.created_at)
    if isinstance(when, datetime):
        return when
    return datetime.combine(when, time.min, UTC) if when else _BEFORE_ALL
