"""The comments on the sample orders, as `GET /portouts/{id}/comments` returns them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.telnyx.orders import OBJECTED, ODD, OWNER_ID

STAFF_COMMENT_ID: Final = "6c81c107-f9d7-462e-8f9a-7433f3b5aaeb"
"""The comment of Telnyx's staff on our rejection."""

STAFF_COMMENT: Final = (
    "Hello, the reason you gave is not one we may pass on to Quillfeather Mobile.\n"
    "Please send a valid one by tomorrow. Without it, the order is pending again.\n"
    "\n"
    "Telnyx porting team"
)

HOSTILE_COMMENT_ID: Final = "e47a9c30-6d1f-4b82-a5c9-08f7d3b62e15"

HOSTILE_COMMENT: Final = (
    "<!channel> the reason you gave is *not* one we may pass on.\n"
    "Send a valid one _now_ or the number is ported: <http://x.example|here> & <@U1>"
)
"""A comment that would mention everybody, format and link if Slack read it as markup."""


def comments(now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the comments on each order that has some, by its id. Telnyx's staff have no user id."""
    ours = "We have called the customer, who knows nothing of this."
    return {
        OBJECTED: [
            _comment("40cc6573-106d-4111-982f-2d50f46b1c3e", OBJECTED, OWNER_ID, ours, now - timedelta(hours=5)),
            _comment(STAFF_COMMENT_ID, OBJECTED, None, STAFF_COMMENT, now - timedelta(hours=4)),
        ],
        ODD: [_comment(HOSTILE_COMMENT_ID, ODD, None, HOSTILE_COMMENT, now - timedelta(hours=1))],
    }


def _comment(comment_id: str, order_id: str, user_id: str | None, body: str, at: datetime) -> dict[str, Any]:
    return {
        "id": comment_id,
        "portout_id": order_id,
        "user_id": user_id,
        "body": body,
        "created_at": _time(at),
        "record_type": "portout",
    }


def _time(moment: datetime) -> str:
    # Without a fraction, as in orders.
    return moment.astimezone(UTC).isoformat(timespec="seconds")
