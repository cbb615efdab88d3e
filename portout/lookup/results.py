"""What a look-up of one id came to: an event, an order, or the reason why there is neither."""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from portout.lookup.identifiers import normalize_uuid
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.orders import Comment, Order


class OrderSnapshot(Struct, frozen=True):
    """An order as it stood a moment ago. as_of: when Telnyx said so, in UTC."""

    order: Order
    as_of: datetime


class EventResult(Struct, frozen=True):
    """The id is an event's.

    fetched_at: when Telnyx said so, in UTC. snapshot: its order now, or why that isn't known; None where the event
    names no order.
    """

    id: str
    event: PortoutEvent
    fetched_at: datetime
    snapshot: OrderSnapshot | TelnyxError | None = None

    @property
    def outcome(self) -> str:
        """The result's name in logs and metrics."""
        return "found"

    @property
    def order_id(self) -> str | None:
        """The id of its order, where Telnyx names one."""
        return normalize_uuid(self.event.order_id)

    @property
    def order(self) -> Order:
        """The order now; an empty one where it is not known."""
        return self.snapshot.order if isinstance(self.snapshot, OrderSnapshot) else Order()


class OrderResult(Struct, frozen=True):
    """The id is an order's. snapshot, events: one of them may be the reason why it could not be had.

    events: newest first. fetched_at: in UTC.
    """

    id: str
    snapshot: OrderSnapshot | TelnyxError
    events: tuple[PortoutEvent, ...] | TelnyxError
    fetched_at: datetime

    @property
    def outcome(self) -> str:
        """The result's name in logs and metrics."""
        return "order"

    @property
    def order_id(self) -> str:
        """The id of the order: its own."""
        return self.id

    @property
    def order(self) -> Order:
        """The order now; an empty one where it is not known."""
        return self.snapshot.order if isinstance(self.snapshot, OrderSnapshot) else Order()


class LookupFailure(Struct, frozen=True):
    """Nothing was had for the id, and why."""

    id: str
    error: TelnyxError

    @property
    def outcome(self) -> str:
        """The result's name in logs and metrics."""
        return self.error.outcome

    @property
    def order_id(self) -> None:
        """No order is known."""


LookupResult: TypeAlias = EventResult | OrderResult | LookupFailure


class History(Struct, frozen=True):
    """What happened to an order, oldest first; a comment that is also an event is there once.

    missing: what could not be had, and why. is_cut: there are more events than were read.
    """

    order_id: str
    entries: tuple[PortoutEvent | Comment, ...]
    missing: dict[str, TelnyxError]
    is_cut: bool = False
