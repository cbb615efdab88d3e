"""The account that the stand-in for Telnyx serves: the documented events, one of every kind, and some odd ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from sandbox.telnyx.comments import HOSTILE_COMMENT, HOSTILE_COMMENT_ID, STAFF_COMMENT, STAFF_COMMENT_ID, comments
from sandbox.telnyx.documented_events import documented_events
from sandbox.telnyx.orders import (
    APPROVED,
    GONE,
    OBJECTED,
    ODD,
    OVER_24_H,
    OVER_48_H,
    OWNER_ID,
    WAITING,
    WITHDRAWN,
    WRONG_PIN,
    orders,
)


class Samples(Struct, frozen=True):
    """The content of the account.

    events: by id, as under `data` in Telnyx's answers. orders: by id. comments: by the order's id. names: event ids by
    a short name, in the order to show them. odd: the names of those that the documentation neither shows nor rules
    out.
    """

    events: dict[str, dict[str, Any]]
    orders: dict[str, dict[str, Any]]
    comments: dict[str, list[dict[str, Any]]]
    names: dict[str, str]
    odd: frozenset[str]


def samples(now: datetime) -> Samples:
    """Return the account as of `now`, a time with its zone."""
    orders_by_id = {order["id"]: order for order in orders(now)}
    odd = _odd_events(now)
    named = {
        **documented_events(),
        **{name: _status_changed(move, orders_by_id[move.order_id], now) for name, move in _MOVES.items()},
        "new comment": _new_comment(
            "662faa7b-42eb-49a9-9c38-c845e7738f8b", OBJECTED, STAFF_COMMENT_ID, STAFF_COMMENT, now - timedelta(hours=4)
        ),
        "FOC date changed": _foc_date_changed(now),
        **odd,
    }
    return Samples(
        events={event["id"]: event for event in named.values()},
        orders=orders_by_id,
        comments=comments(now),
        names={name: event["id"] for name, event in named.items()},
        odd=frozenset(odd),
    )


class _Move(Struct, frozen=True):
    """An order's move to a status. age: hours before now."""

    event_id: str
    order_id: str
    status: str
    age: float
    attempted_pin: str | None = None


_MOVES = {
    "pending": _Move("c12d6ef1-b1c5-4bb0-a350-d38ae043d027", WAITING, "pending", 3, "0193"),
    "pending, over 24 h": _Move("5b0c7d94-e1a8-4f36-b2d7-60c9f4e8a153", OVER_24_H, "pending", 30),
    "pending, over 48 h": _Move("a96e3f18-74c2-4b5d-8e0a-1fd72b94c6e7", OVER_48_H, "pending", 53),
    "pending, authorized since": _Move("69498fe8-44a5-4745-85f9-2c7587190a3b", APPROVED, "pending", 70),
    "authorized": _Move("9fd24167-ad9c-45b4-8544-b121e547dbff", APPROVED, "authorized", 26),
    "rejected-pending": _Move("9f328de6-b150-427d-9097-18543131a5ba", OBJECTED, "rejected-pending", 5),
    "rejected": _Move("97ddeab3-682c-4d4a-b3c1-010f4e79dfa4", WRONG_PIN, "rejected", 1, "4417"),
    "canceled": _Move("6fc90f25-fdd3-4dd3-9d3f-1342a2fab73e", WITHDRAWN, "canceled", 8),
    "ported": _Move("1e0ed2dd-f1d6-4c96-b685-77a763f5aac8", GONE, "ported", 2),
}


def _status_changed(move: _Move, order: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        **_envelope(move.event_id, "portout.status_changed", move.order_id, now - timedelta(hours=move.age)),
        "payload": {
            "id": move.order_id,
            "status": move.status,
            "phone_numbers": list(order["phone_numbers"]),
            "carrier_name": order["carrier_name"],
            "spid": order["spid"],
            "user_id": OWNER_ID,
            "subscriber_name": order["end_user_name"],
            "rejection_reason": order["reason"],
            "attempted_pin": move.attempted_pin,
        },
    }


def _new_comment(event_id: str, order_id: str, comment_id: str, comment: str, at: datetime) -> dict[str, Any]:
    """Return the event of a comment by Telnyx's staff, who have no user id."""
    return {
        **_envelope(event_id, "portout.new_comment", order_id, at),
        "payload": {"id": comment_id, "portout_id": order_id, "user_id": None, "comment": comment},
    }


def _foc_date_changed(now: datetime) -> dict[str, Any]:
    event_id = "c710a319-e08d-414d-aa3f-3318fd486342"
    return {
        **_envelope(event_id, "portout.foc_date_changed", APPROVED, now - timedelta(hours=20)),
        "payload": {"id": APPROVED, "user_id": OWNER_ID, "foc_date": _time(now + timedelta(days=3))},
    }


def _odd_events(now: datetime) -> dict[str, dict[str, Any]]:
    """Return the events of `Samples.odd`."""
    hour_ago = now - timedelta(hours=1)
    document = {"id": "75c317d3-c191-41ab-ac4f-899339777b2d", "portout_id": WAITING, "document_type": "loa"}
    nulls = dict.fromkeys(documented_events()["seed: status changed"]["payload"])
    return {
        "hostile comment": _new_comment(
            "0c84d1f7-39be-4a60-95d3-e7a1b82f6c09", ODD, HOSTILE_COMMENT_ID, HOSTILE_COMMENT, hour_ago
        ),
        "unknown type": {
            **_envelope("1bd4f0c9-0e35-4047-a102-e10c56bf619c", "portout.document_added", WAITING, hour_ago),
            "payload": document,
        },
        "nothing but nulls": {
            **_envelope("4995db21-1c6a-4fd4-a449-d77cefea2bc9", "portout.status_changed", WAITING, hour_ago),
            "payload": nulls,
        },
        "no payload yet": {
            "id": "4ceb9184-d70f-4041-8711-619b898593a2",
            "event_type": "portout.new_comment",
            "payload_status": "created",
            "payload": None,
        },
    }


def _envelope(event_id: str, event_type: str, order_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": event_id,
        "event_type": event_type,
        "portout_id": order_id,
        "available_notification_methods": ["email", "webhook"],
        "payload_status": "completed",
        "record_type": "portout_event",
        "created_at": _time(at),
        "updated_at": _time(at),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
