"""What Telnyx's answers together say about a port-out, whichever of its ids was asked for.

A fact belongs to the port-out, not to the kind of card: every card is drawn from these.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct, structs

from portout.lookup.results import EventResult, LookupFailure, LookupResult, OrderResult, OrderSnapshot
from portout.telnyx.dates import parse_time
from portout.telnyx.decoding import STATUSES
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import PortoutEvent, StatusPayload, UnknownPayload
from portout.telnyx.orders import Order
from portout.telnyx.phone_numbers import PhoneNumber

INVALID_PIN: Final = 1002
"""Telnyx's code of a rejection for a wrong or missing PIN, with which it sends no text."""

_Payload: TypeAlias = StatusPayload | UnknownPayload
_Value = TypeVar("_Value")


class PortoutFacts(Struct, frozen=True, kw_only=True):
    """The facts about one port-out.

    order: its current state, empty where that is not known. order_id: None where no event names one. snapshot: the
    state with its time, or why it is not known; None without an order's id. past_status: at the time of the event that
    was asked for; where that has none, only if the status now is not known: by the newest event, and is_last says so.
    requested_at: when the port-out was requested. numbers, carrier_name, spid, subscriber: of the event that was asked
    for, else of the order, else of its other events. reason, rejection_code: why it was rejected, from one answer.
    pin_attempted: in any of its events. rejected_for_pin: it was rejected at some time, and a PIN was attempted, or the
    code or the reason speaks of one. others_error: why the order's other events are not known, where they were asked
    for; has_all_others: False if only some are. own_numbers: what the account notes about the first of the
    numbers, as far as that is known. now: when Telnyx answered, in UTC.
    """

    order: Order
    order_id: str | None
    snapshot: OrderSnapshot | TelnyxError | None
    past_status: str | None
    is_last: bool
    requested_at: datetime | None
    numbers: Sequence[str]
    carrier_name: str | None
    spid: str | None
    subscriber: str | None
    reason: str | None
    rejection_code: int | None
    pin_attempted: bool
    rejected_for_pin: bool
    others_error: TelnyxError | None
    has_all_others: bool
    own_numbers: tuple[PhoneNumber, ...]
    now: datetime

    @property
    def status(self) -> str | None:
        """Return the status now; None where it is not known."""
        return self.order.status

    @property
    def needs_decision(self) -> bool:
        """Return whether it waits for an answer, as far as is known."""
        return (self.status or self.past_status) == "pending"


def facts_of(result: EventResult | OrderResult) -> PortoutFacts:
    """Return the facts about the port-out of a result."""
    order, own, sources = result.order, _own_payload(result), tuple(_sources(result))
    payloads = [source for source in sources if not isinstance(source, Order)]
    stating = payloads[1:] if own else payloads
    own_status = own.status if own else None
    attempted = any(payload.attempted_pin for payload in payloads)
    rejections = [source for source in sources if source.status == "rejected"]
    reason, code = _reason(order, own, stating)
    return PortoutFacts(
        order=order,
        order_id=result.order_id,
        snapshot=result.snapshot,
        past_status=own_status or (None if order.status else _first(payload.status for payload in stating)),
        is_last=not own_status,
        requested_at=_requested_at(result),
        numbers=_first(source.phone_numbers for source in sources) or (),
        carrier_name=_first(source.carrier_name for source in sources),
        spid=_first(source.spid for source in sources),
        subscriber=_first(map(_subscriber, sources)),
        reason=reason,
        rejection_code=code,
        pin_attempted=attempted,
        rejected_for_pin=bool(rejections)
        and (attempted or order.rejection_code == INVALID_PIN or any(source.reason_names_pin for source in rejections)),
        others_error=_others_error(result),
        has_all_others=not isinstance(result, EventResult) or result.has_all_others,
        own_numbers=result.own_numbers,
        now=result.fetched_at,
    )


def numbers_of(result: EventResult | OrderResult) -> Sequence[str]:
    """Return the phone numbers of a port-out, as `facts_of` does, but without its other facts."""
    return _first(source.phone_numbers for source in _sources(result)) or ()


def needs_decision(result: LookupResult) -> bool:
    """Return whether a port-out waits for an answer, as far as is known."""
    if isinstance(result, LookupFailure):
        return False
    return (result.order.status or _first(source.status for source in _sources(result))) == "pending"


def _sources(result: EventResult | OrderResult) -> Iterator[_Payload | Order]:
    """Yield what states the facts about a port-out: what comes first counts more.

    First the event that was asked for: it is shown as it was, whatever numbers its order has now.
    """
    if own := _own_payload(result):
        yield own
    yield result.order
    yield from filter(None, map(_stating, _others(result)))


def _others(result: EventResult | OrderResult) -> Sequence[PortoutEvent]:
    """Return the order's events, apart from the one that was asked for, newest first, as far as they are known."""
    events = result.others if isinstance(result, EventResult) else result.events
    return () if isinstance(events, TelnyxError) else events


def _others_error(result: EventResult | OrderResult) -> TelnyxError | None:
    return result.others if isinstance(result, EventResult) and isinstance(result.others, TelnyxError) else None


def _own_payload(result: EventResult | OrderResult) -> _Payload | None:
    return _stating(result.event) if isinstance(result, EventResult) else None


def _stating(event: PortoutEvent) -> _Payload | None:
    """Return the payload of an event that states what an order states, too; None for one of another kind."""
    match event.payload:
        case StatusPayload() as payload:
            return payload
        case UnknownPayload(status=status) as payload:
            # The status of something else is none of the order's.
            return payload if status is None or status in STATUSES else structs.replace(payload, status=None)
    return None


def _subscriber(source: _Payload | Order) -> str | None:
    return source.end_user_name if isinstance(source, Order) else source.subscriber_name


def _reason(order: Order, own: _Payload | None, others: Sequence[_Payload]) -> tuple[str | None, int | None]:
    """Return why the port-out was rejected, and Telnyx's code for it; but not why it was at some time before."""
    if own and own.rejection_reason:
        return own.rejection_reason, order.rejection_code if own.status == order.status else None
    if order.status or order.reason or order.rejection_code:
        return order.reason, order.rejection_code
    return _first(payload.rejection_reason for payload in others), None


def _requested_at(result: EventResult | OrderResult) -> datetime | None:
    """Return when the port-out was requested: by its order, else by the earliest event in which it is pending."""
    order = result.order
    for spelling in (order.created_at, order.inserted_at):
        if isinstance(requested := parse_time(spelling), datetime):
            return requested
    events = (result.event, *_others(result)) if isinstance(result, EventResult) else _others(result)
    pending = (parse_time(event.created_at) for event in events if getattr(event.payload, "status", None) == "pending")
    return min((time for time in pending if isinstance(time, datetime)), default=None)


def _first(values: Iterable[_Value | None]) -> _Value | None:
    """Return the first value that is there and not empty."""
    for value in values:
        if value:
            return value
    return None
