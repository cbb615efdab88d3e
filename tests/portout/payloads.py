"""Telnyx's answers about events and orders, the examples of the API page and made-up ones, and results of look-ups."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Raw

from portout.lookup.results import EventResult, History, OrderResult, OrderSnapshot
from portout.telnyx.errors import DeadlineExceededError, TelnyxError
from portout.telnyx.events import PortoutEvent, decode_event
from portout.telnyx.orders import Comment, decode_order
from portout.telnyx.phone_numbers import PhoneNumber, decode_phone_numbers

Json = dict[str, Any]

EVENT_ID: Final = "eef3340b-8903-4466-b445-89b697315a3a"
ORDER_ID: Final = "9471c873-e3eb-4ca1-957d-f9a451334d52"
USER_ID: Final = "1c45c968-c2e0-4559-b1dd-db073962fc61"
PIN: Final = "00739164"
TOO_LATE: Final = DeadlineExceededError()
NOW: Final = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)

_EXAMPLE: Final[Json] = {
    "id": EVENT_ID,
    "portout_id": ORDER_ID,
    "available_notification_methods": ["email", "webhook"],
    "payload_status": "created",
    "record_type": "portout_event",
    "created_at": "2021-03-19T10:07:15.527000Z",
    "updated_at": "2021-03-19T10:07:15.527000Z",
}
EXAMPLES: Final[dict[str, Json]] = {
    "status_changed": _EXAMPLE
    | {
        "event_type": "portout.status_changed",
        "payload": {
            "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            "status": "authorized",
            "phone_numbers": ["+35312345678"],
            "carrier_name": "Testing Carrier",
            "spid": "987H",
            "user_id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            "subscriber_name": "John Doe",
            "rejection_reason": None,
            "attempted_pin": "1234",
        },
    },
    "new_comment": _EXAMPLE
    | {
        "event_type": "portout.new_comment",
        "payload": {
            "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            "portout_id": "d26109e5-0605-4671-a235-d3c649cc8406",
            "user_id": USER_ID,
            "comment": "This is a comment.",
        },
    },
    "foc_date_changed": _EXAMPLE
    | {
        "event_type": "portout.foc_date_changed",
        "payload": {
            "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            "user_id": "0e19c89e-f0ce-458a-a36c-3c60bc2014b1",
            "foc_date": "2021-03-19T10:07:15.527Z",
        },
    },
}
"""The `data` of the examples on the API page "Show a port-out event"; the schema has no example of a whole answer."""


def status_changed(status: str | None, **payload: Any) -> Json:
    """Return a status change that happened 3 h before `NOW`; payload: fields that replace or add to the usual ones."""
    defaults = {
        "id": ORDER_ID,
        "phone_numbers": ["+13125550147", "+13125550148"],
        "carrier_name": "Orchid Wireless",
        "spid": "9Z1Q",
        "subscriber_name": "Wilhelmina Quartz",
        "rejection_reason": None,
    }
    return _event("portout.status_changed", {"status": status, **defaults, **payload})


def new_comment(comment: str | None, **payload: Any) -> Json:
    """Return the event of a comment that was written 3 h before `NOW`."""
    return _event("portout.new_comment", {"portout_id": ORDER_ID, "comment": comment, **payload})


def foc_date_changed(foc_date: str | None) -> Json:
    """Return the event of an FOC date that was moved 3 h before `NOW`."""
    return _event("portout.foc_date_changed", {"id": ORDER_ID, "foc_date": foc_date})


def other(event_type: str | None, **payload: Any) -> Json:
    """Return an event of a type that the bot does not know."""
    return _event(event_type, payload)


def _event(event_type: str | None, payload: Json) -> Json:
    return {
        "id": EVENT_ID,
        "event_type": event_type,
        "portout_id": ORDER_ID,
        "payload": payload,
        "created_at": "2026-11-23T10:05:00.000000Z",
    }


def body(data: Any) -> bytes:
    """Return the body of an answer; lone surrogates are encoded as escapes."""
    return json.dumps({"data": data}).encode()


def order(status: str | None, **fields: Any) -> Json:
    """Return an order that was created 3 h before `NOW`, in its state at `NOW`."""
    defaults = {
        "id": ORDER_ID,
        "support_key": "PO_5a31f0",
        "pon": "ORC-20417",
        "phone_numbers": ["+13125550147", "+13125550148"],
        "carrier_name": "Orchid Wireless",
        "spid": "9Z1Q",
        "end_user_name": "Wilhelmina Quartz",
        "reason": None,
        "foc_date": "2026-11-26T16:30:00+00:00",
        "created_at": "2026-11-23T10:05:00+00:00",
    }
    return {"status": status, **defaults, **fields}


def own_number(number: str, **fields: Any) -> PhoneNumber:
    """Return what the account notes about a number of its own, which has a PIN; fields: those that differ."""
    row = {
        "id": number.removeprefix("+"),
        "phone_number": number,
        "customer_reference": "Acme Ltd",
        "tags": ["retail", "vip"],
        "connection_name": "Main SIP trunk",
        "external_pin": PIN,
    }
    (decoded,) = decode_phone_numbers([Raw(json.dumps(row | fields).encode())])
    return decoded


def event_result(
    data: Any,
    event_id: str = EVENT_ID,
    *others: Json,
    order: Json | TelnyxError = TOO_LATE,
    others_error: TelnyxError | None = None,
) -> EventResult:
    """Return the result of an event fetched at `NOW`.

    order: its order, or why it is not known, if it names one. others: the order's other events, newest first.
    others_error: why they are not known.
    """
    event = decode_event(body(data))
    snapshot = _snapshot(order) if event.order_id else None
    beside = others_error or tuple(decode_event(body(other)) for other in others)
    return EventResult(event_id, event, NOW, snapshot, beside)


def order_result(order: Json | TelnyxError, *events: Any, error: TelnyxError | None = None) -> OrderResult:
    """Return the result of an order fetched at `NOW`; events: newest first. error: why they are not known."""
    snapshot = _snapshot(order)
    assert snapshot is not None
    return OrderResult(ORDER_ID, snapshot, error or tuple(decode_event(body(event)) for event in events), NOW)


def history(
    *entries: PortoutEvent | Comment,
    order: Json | TelnyxError = TOO_LATE,
    missing: dict[str, TelnyxError] | None = None,
    incomplete: tuple[str, ...] = (),
) -> History:
    """Return the history of an order, with the events among its entries."""
    events = tuple(entry for entry in entries if not isinstance(entry, Comment))
    snapshot = _snapshot(order)
    assert snapshot is not None
    return History(OrderResult(ORDER_ID, snapshot, events, NOW), entries, missing or {}, incomplete)


def _snapshot(order: Json | TelnyxError | None) -> OrderSnapshot | TelnyxError | None:
    return OrderSnapshot(decode_order(body(order)), NOW) if isinstance(order, dict) else order
