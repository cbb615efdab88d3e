"""What happens in the account: orders are opened and move on, each step with its event, at the time of a clock."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sandbox.telnyx.orders import OWNER_ID
from sandbox.telnyx.phone_numbers import phone_numbers
from sandbox.telnyx.samples import Samples

_DATES: Final = frozenset({"created_at", "inserted_at", "updated_at", "requested_foc_date", "foc_date"})


class Clock:
    """The time in the account. offset: how far it is ahead of this machine's, free to be changed; may be negative."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        """Return the time in the account, in UTC."""
        return datetime.now(UTC) + self.offset


class Account:
    """One account, in which order, comments and events agree.

    samples: what it holds. clock: the time of what happens. phone_numbers: the rows of its numbers, by number.
    """

    def __init__(self, samples: Samples) -> None:
        """Open the account with `samples`, and with the numbers of their orders."""
        self.samples: Final = samples
        self.clock: Final = Clock()
        self.phone_numbers: Final = phone_numbers(
            number for order in samples.orders.values() for number in order["phone_numbers"]
        )

    def open_order(
        self,
        *phone_numbers_leaving: str,
        carrier_name: str = "Orchid Wireless",
        spid: str = "9Z1Q",
        subscriber_name: str = "Wilhelmina Quartz",
        pon: str | None = None,
        attempted_pin: str | None = None,
        has_event: bool = True,
    ) -> str:
        """Open a pending order now, with its event unless `has_event` is False; return its id.

        Without numbers, one leaves that belongs to nobody.
        """
        numbers = phone_numbers_leaving or ("+13125550150",)
        order_id, now = str(uuid4()), _order_time(self.clock())
        order: dict[str, Any] = {
            "id": order_id,
            "record_type": "portout",
            "status": "pending",
            "support_key": f"PO_{order_id[-6:]}",
            "pon": pon or f"ORC-{order_id[:5]}",
            "phone_numbers": list(numbers),
            "carrier_name": carrier_name,
            "spid": spid,
            "end_user_name": subscriber_name,
            "requested_foc_date": _order_time(self.clock() + timedelta(days=4)),
            "created_at": now,
            "inserted_at": now,
            "updated_at": now,
            **_new_order_fields(),
        }
        self.samples.orders[order_id] = order
        for number, row in phone_numbers(numbers).items():
            self.phone_numbers.setdefault(number, row)
        if has_event:
            self._add_status_event(order, attempted_pin)
        return order_id

    def change_status(
        self,
        order_id: str,
        status: str,
        *,
        reason: str | None = None,
        rejection_code: int | None = None,
        attempted_pin: str | None = None,
    ) -> str:
        """Move an order to a status now; return the id of the event."""
        order = self.samples.orders[order_id]
        order |= {
            "status": status,
            "reason": reason,
            "rejection_code": rejection_code,
            "already_ported": status == "ported",
            "updated_at": _order_time(self.clock()),
        }
        return self._add_status_event(order, attempted_pin)

    def add_comment(self, order_id: str, text: str, *, user_id: str | None = None) -> str:
        """Comment on an order now; return the id of the event. user_id: who wrote it, None for Telnyx's staff."""
        comment_id = str(uuid4())
        comment = {
            "id": comment_id,
            "portout_id": order_id,
            "user_id": user_id,
            "body": text,
            "created_at": _order_time(self.clock()),
            "record_type": "portout",
        }
        self.samples.comments.setdefault(order_id, []).append(comment)
        payload = {"id": comment_id, "portout_id": order_id, "user_id": user_id, "comment": text}
        return self.add_event(order_id, "portout.new_comment", payload)

    def move_foc_date(self, order_id: str, foc_date: datetime) -> str:
        """Move the FOC date of an order now; return the id of the event."""
        self.samples.orders[order_id] |= {
            "foc_date": _order_time(foc_date),
            "updated_at": _order_time(self.clock()),
        }
        payload = {"id": order_id, "user_id": OWNER_ID, "foc_date": _event_time(foc_date)}
        return self.add_event(order_id, "portout.foc_date_changed", payload)

    def add_event(self, order_id: str, event_type: str, payload: dict[str, Any] | None) -> str:
        """Add an event about an order now, and change nothing else; return its id.

        payload: None if Telnyx has yet to generate it. `samples.events` has the event, free to be changed.
        """
        event_id, now = str(uuid4()), _event_time(self.clock())
        self.samples.events[event_id] = {
            "id": event_id,
            "event_type": event_type,
            "portout_id": order_id,
            "available_notification_methods": ["email", "webhook"],
            "payload_status": "created" if payload is None else "completed",
            "payload": payload,
            "record_type": "portout_event",
            "created_at": now,
            "updated_at": now,
        }
        return event_id

    def pass_time(self, passed: timedelta) -> None:
        """Move every date in the account into the past, as if that much time had passed since.

        Unlike an offset of the clock, this serves those who have a clock of their own.
        """
        comments = [one for of_order in self.samples.comments.values() for one in of_order]
        for resource in (*self.samples.orders.values(), *self.samples.events.values(), *comments):
            _move_dates(resource, passed)
            _move_dates(resource.get("payload") or {}, passed)

    def _add_status_event(self, order: dict[str, Any], attempted_pin: str | None = None) -> str:
        payload = {
            "id": order["id"],
            "status": order["status"],
            "phone_numbers": list(order["phone_numbers"]),
            "carrier_name": order["carrier_name"],
            "spid": order["spid"],
            "user_id": OWNER_ID,
            "subscriber_name": order["end_user_name"],
            "rejection_reason": order["reason"],
            "attempted_pin": attempted_pin,
        }
        return self.add_event(order["id"], "portout.status_changed", payload)


def _new_order_fields() -> dict[str, Any]:
    """Return the fields in which new orders do not differ."""
    unknown = ("authorized_name", "service_address", "city", "state", "zip", "foc_date", "reason", "rejection_code")
    return {
        "already_ported": False,
        "current_carrier": "Telnyx",
        "user_id": OWNER_ID,
        "vendor": "81c62b6c-3c09-477f-9f04-27825d96534a",
        "host_messaging": False,
        "lsr": [],
        **dict.fromkeys(unknown),
    }


def _move_dates(resource: dict[str, Any], passed: timedelta) -> None:
    """Move the dates of a resource into the past, each in its own spelling; what is no date stays as it is."""
    for field in _DATES & resource.keys():
        with suppress(ValueError, TypeError):
            spelling, moment = resource[field], datetime.fromisoformat(resource[field]) - passed
            resource[field] = _event_time(moment) if "." in spelling else _order_time(moment)


def _order_time(moment: datetime) -> str:
    # Orders spell their dates without a fraction, events with one.
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _event_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
