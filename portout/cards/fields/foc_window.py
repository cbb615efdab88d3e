"""The FOC date (firm order commitment): from when, and until when, the gaining carrier may take the numbers."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.dates import FOC_WINDOW, about, day, moment
from portout.telnyx.dates import parse_time


def foc_date(spelling: str | None) -> datetime | date | None:
    """Read a FOC date. Midnight UTC means the day: in the reader's zone it would become the day before."""
    foc = parse_time(spelling)
    return foc.date() if isinstance(foc, datetime) and foc.time() == time.min else foc


class Window(Struct, frozen=True):
    """When the numbers may leave. ahead, left: how long until it opens, and until it closes; 0 or less once it has."""

    opens: datetime | date
    closes: datetime | date
    ahead: timedelta
    left: timedelta


def window(foc: datetime | date, now: datetime) -> Window:
    """Say where today is between the FOC date and ten days after."""
    closes = foc + FOC_WINDOW
    if isinstance(foc, datetime):
        return Window(foc, closes, foc - now, foc + FOC_WINDOW - now)
    return Window(foc, closes, foc - now.date(), closes + timedelta(days=1) - now.date())


def line(foc: datetime | date, now: datetime) -> Line:
    """Show the window, and where today is in it."""
    span = window(foc, now)
    if span.ahead > timedelta(0):
        where = f"opens in {about(span.ahead)}"
    elif span.left > timedelta(0):
        where = f"open, {about(span.left)} left"
    else:
        where = "over"
    return (moment(span.opens), text(" to "), day(span.closes), text(" · "), bold(where))
