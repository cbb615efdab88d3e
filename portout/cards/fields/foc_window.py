"""The FOC date (firm order commitment) and its window, in which the gaining carrier may take the numbers."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.dates import FOC_WINDOW, about, day, moment
from portout.telnyx.dates import parse_time


def foc_date(spelling: str | None) -> datetime | date | None:
    """Return a FOC date from Telnyx's text: a point in time in UTC, a date, or None.

    Midnight UTC means the date: as a point in time, readers west of UTC would see the day before.
    """
    foc = parse_time(spelling)
    return foc.date() if isinstance(foc, datetime) and foc.time() == time.min else foc


class Window(Struct, frozen=True):
    """The time in which the numbers may leave.

    until_open, until_close: how long until the window opens and closes; 0 or negative once it has.
    """

    opens: datetime | date
    closes: datetime | date
    until_open: timedelta
    until_close: timedelta


def window(foc: datetime | date, now: datetime) -> Window:
    """Return the window from the FOC date to ten days after. now: in UTC."""
    closes = foc + FOC_WINDOW
    if isinstance(foc, datetime):
        return Window(foc, closes, foc - now, foc + FOC_WINDOW - now)
    # A date names no time of day: the window is open until the end of its last day, in UTC.
    return Window(foc, closes, foc - now.date(), closes + timedelta(days=1) - now.date())


def line(foc: datetime | date, now: datetime) -> Line:
    """Return the first and the last day of the window, and whether it is ahead, open or over."""
    span = window(foc, now)
    if span.until_open > timedelta(0):
        state = f"opens in {about(span.until_open)}"
    elif span.until_close > timedelta(0):
        state = f"open, {about(span.until_close)} left"
    else:
        state = "over"
    return (moment(span.opens), text(" to "), day(span.closes), text(" · "), bold(state))
