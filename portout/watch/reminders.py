"""When a reminder is due: pure, from the record of an order's message and the time."""

from typing import Final

from portout.watch.channel.record import OrderRecord

HOURS: Final = (12, 20, 24)
"""After how many hours a port-out that waits is reminded of; after 24, Telnyx may authorize it at any moment."""


def hours_passed(opened: float, now: float) -> int:
    """Return the latest of the reminders' hours that have passed since an order was opened; 0 for none."""
    age = (now - opened) / 3600
    return max([hours for hours in HOURS if hours <= age], default=0) if opened else 0


def hours_due(record: OrderRecord, now: float) -> int | None:
    """Return after how many hours the reminder is that is due now; None if none is. Of several, only the newest is."""
    hours = hours_passed(record.opened, now)
    return hours if record.waits and hours > record.reminded else None
