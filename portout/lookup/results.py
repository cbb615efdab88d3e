"""The result of looking one id up: an event, an order, or the error that came instead."""

from datetime import datetime
from typing import Final, TypeAlias

from msgspec import Struct, structs

from portout.lookup.texts.identifiers import normalize_uuid
from portout.lookup.texts.references import Reference
from portout.telnyx.errors import FOUND, NotFoundError, TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.orders import Comment, Order
from portout.telnyx.phone_numbers import PhoneNumber

MAX_IDS: Final = 10
"""The number of ids that one request looks up."""


MAX_FOUND_ORDERS: Final = 3
"""The number of orders that one request shows of those that its references find, if they are not more themselves."""


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
    """The result for an id of which nothing could be fetched, and why.

    reference: what orders were searched by, for those that were not asked for by id; then `id` is its name for logs.
    """

    id: str
    error: TelnyxError
    reference: Reference | None = None

    @property
    def outcome(self) -> str:
        """Return the result's name in logs and metrics."""
        return self.error.outcome

    @property
    def order_id(self) -> None:
        """Return None: no order is known."""


def search_failure(reference: Reference, error: TelnyxError) -> LookupFailure:
    """Return the result of a search for orders that failed, or found none."""
    return LookupFailure(reference.log_name, error, reference)


LookupResult: TypeAlias = EventResult | OrderResult | LookupFailure


class MoreOrders(Struct, frozen=True):
    """The orders that a reference finds, of which not all are shown.

    order_id: one of them. position: of the phone number among the order's, for such a reference. total: how many there
    are. hidden: the ids of those that are not shown. has_all: False if there are others that could not be read.
    """

    reference: Reference
    order_id: str
    position: int
    total: int
    hidden: tuple[str, ...] = ()
    has_all: bool = True


class OrderList(Struct, frozen=True):
    """All orders that a reference finds: those that wait first, the least time first, then the newest.

    has_all: False if some could not be read. as_of: when Telnyx answered, in UTC.
    """

    reference: Reference
    orders: tuple[OrderResult, ...]
    has_all: bool
    as_of: datetime


class LookupResults(Struct, frozen=True):
    """What looking up all the ids and references of a request returned, in the order of the look-up.

    omitted: how many more there were. unknown: how many ids were left out of `results` because they belong to nothing
    of Telnyx's, while others do; unknown_references: likewise. malformed: texts that look like an id that lost a part.
    more: for references that find more orders than are shown.
    """

    results: tuple[LookupResult, ...]
    omitted: int = 0
    unknown: int = 0
    malformed: tuple[str, ...] = ()
    more: tuple[MoreOrders, ...] = ()
    unknown_references: tuple[Reference, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids that the results can be looked up by again; an order's where it was found by a reference."""
        return tuple(one.id for one in self.results if not (isinstance(one, LookupFailure) and one.reference))

    @property
    def failed_keys(self) -> tuple[str, ...]:
        """Return the support keys that failed; a phone number or a PON is kept nowhere."""
        references = (one.reference for one in self.results if isinstance(one, LookupFailure))
        return tuple(one.value for one in references if one and one.field == "support_key")

    def without_unknown(self) -> "LookupResults":
        """Return the same without what Telnyx does not know, where it knows others."""
        known = tuple(result for result in self.results if not is_unknown(result))
        if not known or len(known) == len(self.results):
            return self
        unknown = (one for one in self.results if isinstance(one, LookupFailure) and is_unknown(one))
        references = tuple(one.reference for one in unknown if one.reference)
        n_ids = len(self.results) - len(known) - len(references)
        return structs.replace(self, results=known, unknown=n_ids, unknown_references=references)


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
