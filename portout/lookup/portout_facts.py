"""What Telnyx's answers together say about a port-out, whichever of its ids was asked for.

A fact belongs to the port-out, not to the kind of card: every card is drawn from these.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from msgspec import Struct

from portout.lookup.results import EventResult, LookupFailure, LookupResult, OrderResult, OrderSnapshot
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import PortoutEvent, StatusPayload, UnknownPayload
from portout.telnyx.orders import Order

INVALID_PIN: Final = 1002
"""Telnyx's code of a rejection for a wrong or missing PIN, with which it sends no text."""

_PIN = re.compile(r"\bpin\b|\bpass ?code\b", re.IGNORECASE)

_Value = TypeVar("_Value")


class PortoutFacts(Struct, frozen=True, kw_only=True):
    """The facts about one port-out.

    order: its current state, empty where that is not known. order_id: None where no event names one. snapshot: the
    state with its time, or why it is not known; None without an order's id. past_status: at the time of the event that
    was asked for; where that has none, only if the status now is not known: by the newest event, and is_last says so.
    created_at: when the port-out was requested. numbers, carrier_name, spid, subscriber, reason: of the event that was
    asked for, else of the order, else of its other events. pin_attempted: in any of its events. rejected_for_pin: the
    PIN was wrong or missing. now: when Telnyx answered, in UTC.
    """

    order: Order
    order_id: str | None
    snapshot: OrderSnapshot | TelnyxError | None
    past_status: str | None
    is_last: bool
    created_at: str | None
    numbers: Sequence[str]
    carrier_name: str | None
    spid: str | None
    subscriber: str | None
    reason: str | None
    pin_attempted: bool
    rejected_for_pin: bool
    now: datetime

    @property
    def status(self) -> str | None:
        """Return the status now; None where it is not known."""
        return self.order.status

    @property
    def needs_decision(self) -> bool:
        """Return whether it waits for an answer, as far as is known."""
        return (self.status or self.past_status) == "pending"


class _Source(Struct, frozen=True):
    """What one answer of Telnyx says about a port-out."""

    numbers: Sequence[str] | None
    carrier_name: str | None
    spid: str | None
    subscriber: str | None
    reason: str | None


def facts_of(result: EventResult | OrderResult) -> PortoutFacts:
    """Return the facts about the port-out of a result."""
    order, payloads, pending = result.order, [], []
    for event in _events_of(result):
        payload = event.payload
        if isinstance(payload, StatusPayload | UnknownPayload):
            payloads.append(payload)
            if payload.status == "pending":
                pending.append(event.created_at)
    own_status = getattr(result.event.payload, "status", None) if isinstance(result, EventResult) else None
    sources = _sources(payloads, order)
    reason = _first(source.reason for source in sources)
    attempted = any(payload.attempted_pin for payload in payloads)
    is_rejected = "rejected" in (order.status, *(payload.status for payload in payloads))
    return PortoutFacts(
        order=order,
        order_id=result.order_id,
        snapshot=result.snapshot,
        past_status=own_status or (None if order.status else _first(payload.status for payload in payloads)),
        is_last=not own_status,
        created_at=_first((order.created_at, order.inserted_at, *reversed(pending))),
        numbers=_first(source.numbers for source in sources) or (),
        carrier_name=_first(source.carrier_name for source in sources),
        spid=_first(source.spid for source in sources),
        subscriber=_first(source.subscriber for source in sources),
        reason=reason,
        pin_attempted=attempted,
        rejected_for_pin=is_rejected
        and (attempted or order.rejection_code == INVALID_PIN or bool(_PIN.search(reason or ""))),
        now=result.fetched_at,
    )


def _events_of(result: EventResult | OrderResult) -> Sequence[PortoutEvent]:
    """Return the events of a port-out: the one that was asked for, then from the newest on."""
    if isinstance(result, EventResult):
        return (result.event, *result.others)
    return () if isinstance(result.events, TelnyxError) else result.events


def _sources(payloads: Sequence[StatusPayload | UnknownPayload], order: Order) -> list[_Source]:
    sources = [
        _Source(one.phone_numbers, one.carrier_name, one.spid, one.subscriber_name, one.rejection_reason)
        for one in payloads
    ]
    # Before the order, whose numbers may have changed since, but after it where only other events say it.
    sources.insert(1, _Source(order.phone_numbers, order.carrier_name, order.spid, order.end_user_name, order.reason))
    return sources


def needs_decision(result: LookupResult) -> bool:
    """Return whether a port-out waits for an answer, as far as is known."""
    return not isinstance(result, LookupFailure) and facts_of(result).needs_decision


def _first(values: Iterable[_Value | None]) -> _Value | None:
    """Return the first value that is there and not empty."""
    return next((value for value in values if value), None)
