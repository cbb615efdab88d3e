"""When a reminder is due."""

import pytest
from msgspec import structs

from portout.watch.channel.record import OrderRecord
from portout.watch.reminders import HOURS, hours_due, hours_passed
from tests.portout.watch.channel.test_record import ORDER

OPENED = 1_795_000_000.0
WAITING = OrderRecord(order=ORDER, since=OPENED, opened=OPENED, waits=True)


def after(hours: float) -> float:
    return OPENED + hours * 3600


@pytest.mark.parametrize(
    ("age", "reminded", "due"),
    [
        (11.99, 0, None),
        (12, 0, 12),
        (12, 12, None),
        (19.99, 12, None),
        (20, 12, 20),
        (21, 20, None),
        (24, 20, 24),
        (1000, 24, None),
        (23, 0, 20),  # of several at once the newest only
        (1000, 0, 24),
    ],
)
def test_reminders_are_due_after_12_20_and_24_hours(age: float, reminded: int, due: int | None) -> None:
    """Each once, and of several that are due the newest."""
    assert hours_due(structs.replace(WAITING, reminded=reminded), after(age)) == due


def test_nobody_is_reminded_of_what_does_not_wait() -> None:
    """However old it is; nor of what was opened at a time that is not known."""
    assert hours_due(structs.replace(WAITING, waits=False), after(30)) is None
    assert hours_due(structs.replace(WAITING, opened=0.0), after(30)) is None


def test_two_weeks_make_three_reminders() -> None:
    """Whenever they are checked."""
    record, given = WAITING, []
    for minute in range(0, 60 * 24 * 14, 7):
        hours = hours_due(record, OPENED + minute * 60)
        if hours is not None:
            given.append(hours)
            record = structs.replace(record, reminded=hours)

    assert tuple(given) == HOURS
    assert hours_passed(OPENED, OPENED - 5) == 0
