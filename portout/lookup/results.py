"""The result of looking one id up: an event, an order, or the error that came instead."""

from datetime import datetime
from typing import Final, TypeAlias

from msgspec import Struct, structs

from portout.lookup.identifiers import normalize_uuid
from portout.telnyx.errors import FOUND, NotFoundError, TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.orders import Comment, Order
from portout.telnyx.phone_numbers import PhoneNumber

MAX_IDS: Final = 10
"""The number of ids that one request looks up."""


class OrderSnapshot(Struct, frozen=True):
    """The state of an order at one moment. as_of: when Telnyx answered, in UTC."""

    order: Order
    as_of: datetime


class EventResult(Struct, frozen=True):
    """The result for the id of an event.

    fetched_at: when Telnyx answered, in UTC. snapshot: the current state of its order, or why that is not known; None
    where the event names no order. others: the order's other events, newest first, where they were asked for, or why
    they are not known. has_all_others: False if they are those that could be read. own_numbers: what the account notes
    about the first of its numbers, where that was asked for and came in time.
    """

    id: str
    event: PortoutEvent
    fetched_at: datetime
    snapshot: OrderSnapshot | TelnyxError | None = None
    others: tuple[PortoutEvent, ...] | TelnyxError = ()
    has_all_others: bool = True
    own_numbers: tuple[PhoneNumber, ...] = ()

    @property
    def outcome(self) -> str:
        """Return the result's name in logs and metrics."""
        return FOUND

    @property
    def order_id(self) -> str | None:
        """Return the id of the event's order; None where Telnyx names none."""
        return normalize_uuid(self.event.order_id)

    @property
    def order(self) -> Order:
        """Return the current state of the order; an empty `Order` where it is not known."""
        return self.snapshot.order if isinstance(self.snapshot, OrderSnapshot) else Order()


class OrderResult(Struct, frozen=True):
    """The result for the id of an order.

    snapshot: its current state. events: newest first. Each may be the error that came instead.
    fetched_at: when both were answered, in UTC. has_all_events: False if `events` are those that could be read.
    own_numbers: as for an event.
    """

    id: str
    snapshot: OrderSnapshot | TelnyxError
    events: tuple[PortoutEvent, ...] | TelnyxError
    fetched_at: datetime
    has_all_events: bool = True
    own_numbers: tuple[PhoneNumber, ...] = ()

    @property
    def outcome(self) -> str:
        """Return the result's name in logs and metrics."""
        return "order"

    @property
    def order_id(self) -> str:
        return self.id

    @property
    def order(self) -> Order:
        """Return the current state of the order; an empty `Order` where it is not known."""
        return self.snapshot.order if isinstance(self.snapshot, OrderSnapshot) else Order()


class LookupFailure(Struct, frozen=True):
    """The result for an id of which nothing could be fetched, and why."""

    id: str
    error: TelnyxError

    @property
    def outcome(self) -> str:
        """Return the result's name in logs and metrics."""
        return self.error.outcome

    @property
    def order_id(self) -> None:
        """Return None: no order is known."""


LookupResult: TypeAlias = EventResult | OrderResult | LookupFailure


class LookupResults(Struct, frozen=True):
    """What looking up all the ids of a request returned, in the order of the look-up.

    omitted: how many more ids there were. unknown: how many ids were left out of `results` because they belong to
    nothing of Telnyx's, while others do. malformed: texts that look like an id that lost a part.
    """

    results: tuple[LookupResult, ...]
    omitted: int = 0
    unknown: int = 0
    malformed: tuple[str, ...] = ()

    def without_unknown(self) -> "LookupResults":
        """Return the same without the ids that Telnyx does not know, where it knows others."""
        known = tuple(result for result in self.results if not is_unknown(result))
        if not known or len(known) == len(self.results):
            return self
        return structs.replace(self, results=known, unknown=len(self.results) - len(known))


def is_unknown(result: LookupResult) -> bool:
    """Return whether an id belongs to nothing of Telnyx's."""
    return isinstance(result, LookupFailure) and isinstance(result.error, NotFoundError)


class History(Struct, frozen=True):
    """The state of an order, and its events and comments, oldest first.

    A comment that is also an event is listed once. order: its state now and its events, or why they are not known.
    missing: the resources, `events` or `comments`, that could not be fetched, and why. incomplete: those that could be
    read in part only.
    """

    order: OrderResult
    entries: tuple[PortoutEvent | Comment, ...]
    missing: dict[str, TelnyxError]
    incomplete: tuple[str, ...] = ()

    @property
    def order_id(self) -> str:
        """Return the id of the order."""
        return self.order.id
