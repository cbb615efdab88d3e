"""The three events that the API page "Show a port-out event" gives as examples, one for each type.

Values are the page's own, odd as they are: the status event gives one id to the order and its owner, and the comment
names another order than its envelope. The page has no example of `available_notification_methods`, and shows one id
and one type for all three: here two have an id of their own, and each has its type.
"""

from typing import Any, Final

DOCUMENTED_ORDER_ID: Final = "9471c873-e3eb-4ca1-957d-f9a451334d52"
"""The order that all three are about."""


def documented_events() -> dict[str, dict[str, Any]]:
    """Return the page's examples, each under the name that the demo shows."""
    return {
        "seed: status changed": _status_changed(),
        "seed: new comment": _new_comment(),
        "seed: FOC date changed": _foc_date_changed(),
    }


def _status_changed() -> dict[str, Any]:
    payload = {
        "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
        "status": "authorized",
        "phone_numbers": ["+35312345678"],
        "carrier_name": "Testing Carrier",
        "spid": "987H",
        "user_id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
        "subscriber_name": "John Doe",
        "rejection_reason": None,
        "attempted_pin": "1234",
    }
    return _event("eef3340b-8903-4466-b445-89b697315a3a", "portout.status_changed", payload)


def _new_comment() -> dict[str, Any]:
    payload = {
        "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
        "portout_id": "d26109e5-0605-4671-a235-d3c649cc8406",
        "user_id": "1c45c968-c2e0-4559-b1dd-db073962fc61",
        "comment": "This is a comment.",
    }
    return _event("b365ce50-d6ce-432d-887e-8999ec04215f", "portout.new_comment", payload)


def _foc_date_changed() -> dict[str, Any]:
    payload = {
        "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
        "user_id": "0e19c89e-f0ce-458a-a36c-3c60bc2014b1",
        "foc_date": "2021-03-19T10:07:15.527Z",
    }
    return _event("74acd464-0108-4361-9d1a-b9b7b8286d8e", "portout.foc_date_changed", payload)


def _event(event_id: str, event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event_id,
        "event_type": event_type,
        "portout_id": DOCUMENTED_ORDER_ID,
        "available_notification_methods": ["email", "webhook"],
        "payload_status": "created",
        "payload": payload,
        "record_type": "portout_event",
        "created_at": "2021-03-19T10:07:15.527000Z",
        "updated_at": "2021-03-19T10:07:15.527000Z",
    }
