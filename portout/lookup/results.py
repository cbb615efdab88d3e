"""What a look-up of one id came to: an event, an order, or the reason why there is neither."""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from portout.lookup.identifiers import normal
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import PortoutEvent
from portout.telnyx.orders import Comment, Order


class Now(Struct, frozen=True):
    """An order as it stood a moment ago. at: when Telnyx said so, in UTC."""

    order: Order
    at: datetime


class Found(Struct, frozen=True):
    """The id is an event's.

    fetched_at: when Telnyx said so, in UTC. now: its order, or why it isn't known; None where the event names none.
    """

    id: str
    event: PortoutEvent
    fetched_at: datetime
    now: Now | TelnyxError | None = None

    @property
    def outcome(self) -> str:
        """The finding's name in logs."""
        return "found"

    @property
    def order_id(self) -> str | None:
        """The order that it is about, where Telnyx names one."""
        return normal(self.event.order_id)

    @property
    def order(self) -> Order:
        """What is known of the order now."""
        return self.now.order if isinstance(self.now, Now) else Order()


class FoundOrder(Struct, frozen=True):
    """The id is an order's. now, events: of one of them it may only be known why it could not be had.

    events: newest first. fetched_at: in UTC.
    """

    id: str
    now: Now | TelnyxError
    events: tuple[PortoutEvent, ...] | TelnyxError
    fetched_at: datetime

    @property
    def outcome(self) -> str:
        """The finding's name in logs."""
        return "order"

    @property
    def order_id(self) -> str:
        """The order that it is about: itself."""
        return self.id

    @property
    def order(self) -> Order:
        """What is known of it now."""
        return self.now.order if isinstance(self.now, Now) else Order()


class Failed(Struct, frozen=True):
    """Nothing was had for the id, and why."""

    id: str
    error: TelnyxError

    @property
    def outcome(self) -> str:
        """The finding's name in logs."""
        return self.error.outcome

    @property
    def order_id(self) -> None:
        """No order is known."""


Finding: TypeAlias = Found | FoundOrder | Failed


class History(Struct, frozen=True):
    """What happened to an order, oldest first; a comment that is also an event is there once.

    missing: what could not be had, and why. is_cut: there are more events than were read.
    """

    order_id: str
    entries: tuple[PortoutEvent | Comment, ...]
    missing: dict[str, TelnyxError]
    is_cut: bool = False
