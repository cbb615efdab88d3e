"""The three events that the API page "Show a port-out event" gives as examples, one for each type."""

from typing import Any, Final

SEED_ORDER_ID: Final = "9471c873-e3eb-4ca1-957d-f9a451334d52"
"""The order that all three are about."""

# Values are the page's own, odd as they are: the status event's payload gives one id to the order and its owner, and
# the comment's payload names another order than its envelope. Only `available_notification_methods` has no example.
# All three schemas also show one event id and one type; here two have an id of their own, and each has its type.
_STATUS_CHANGED: Final = "eef3340b-8903-4466-b445-89b697315a3a"
_NEW_COMMENT: Final = "b365ce50-d6ce-432d-887e-8999ec04215f"
_FOC_DATE_CHANGED: Final = "74acd464-0108-4361-9d1a-b9b7b8286d8e"


def seed_events() -> dict[str, dict[str, Any]]:
    """Make the page's examples, by the name that the demo gives them."""
    return {
        "seed: status changed": _event(
            _STATUS_CHANGED,
            "portout.status_changed",
            {
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
        ),
        "seed: new comment": _event(
            _NEW_COMMENT,
            "portout.new_comment",
            {
                "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
                "portout_id": "d26109e5-0605-4671-a235-d3c649cc8406",
                "user_id": "1c45c968-c2e0-4559-b1dd-db073962fc61",
                "comment": "This is a comment.",
            },
        ),
        "seed: FOC date changed": _event(
            _FOC_DATE_CHANGED,
            "portout.foc_date_changed",
            {
                "id": "96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
                "user_id": "0e19c89e-f0ce-458a-a36c-3c60bc2014b1",
                "foc_date": "2021-03-19T10:07:15.527Z",
            },
        ),
    }


def _event(event_id: str, event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event_id,
        "event_type": event_type,
        "portout_id": SEED_ORDER_ID,
        "available_notification_methods": ["email", "webhook"],
        "payload_status": "created",
        "payload": payload,
        "record_type": "portout_event",
        "created_at": "2021-03-19T10:07:15.527000Z",
        "updated_at": "2021-03-19T10:07:15.527000Z",
    }
