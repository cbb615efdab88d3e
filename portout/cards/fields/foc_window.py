"""The FOC date (firm order commitment) and its window, in which the gaining carrier may take the numbers."""

from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.dates import FOC_WINDOW, about, day, moment, utc
from portout.cards.card import CardOptions
from portout.cards.fields.carrier import carrier_name
from portout.lookup.portout_facts import PortoutFacts
from portout.telnyx.dates import parse_time

_TO: Final = text(" to ")
_DOT: Final = text(" · ")


def foc_date(spelling: str | None) -> datetime | date | None:
    """Return a FOC date from Telnyx's text: a point in time in UTC, a date, or None.

    Midnight UTC means the date: as a point in time, readers west of UTC would see the day before.
    """
    foc = parse_time(spelling)
    return foc.date() if isinstance(foc, datetime) and foc.time() == time.min else foc


def differ(foc: datetime | date, other: datetime | date) -> bool:
    """Return whether two FOC dates differ, of which one may be a date without a time."""
    if isinstance(foc, datetime) and isinstance(other, datetime):
        return utc(foc) != utc(other)  # compared as shown: events have microseconds, orders don't
    return f"{foc:%Y-%m-%d}" != f"{other:%Y-%m-%d}"


class Window(Struct, frozen=True):
    """The time in which the numbers may leave.

    until_open, until_close: how long until the window opens and closes; 0 or negative once it has.
    """

    opens: datetime | date
    closes: datetime | date
    until_open: timedelta
    until_close: timedelta

    @property
    def is_ahead(self) -> bool:
        """Return whether the window has not opened yet."""
        return self.until_open > timedelta(0)

    @property
    def is_over(self) -> bool:
        """Return whether the window has closed."""
        return self.until_close <= timedelta(0)


def window(foc: datetime | date, now: datetime) -> Window:
    """Return the window from the FOC date to ten days after. now: in UTC."""
    closes = foc + FOC_WINDOW
    if isinstance(foc, datetime):
        return Window(foc, closes, foc - now, closes - now)
    # A date names no time of day: the window is open until the end of its last day, in UTC.
    return Window(foc, closes, foc - now.date(), closes + timedelta(days=1) - now.date())


def line(foc: datetime | date, now: datetime, options: CardOptions) -> Line:
    """Return the first and the last day of the window, and whether it is ahead, open or over."""
    span = window(foc, now)
    dates = (moment(span.opens), _TO, day(span.closes))
    if span.is_over:
        return (*dates, _DOT, bold("over"))
    if options.is_posted:
        return dates
    state = f"opens in {about(span.until_open)}" if span.is_ahead else f"open, {about(span.until_close)} left"
    return (*dates, _DOT, bold(state))


def meaning(foc: datetime | date | None, facts: PortoutFacts, options: CardOptions) -> Line:
    """Return when the gaining carrier may take the numbers, as a sentence."""
    name = carrier_name(facts.carrier_name)
    who = bold(name) if name else text("The gaining carrier")
    if foc is None:
        return (who, text(" may take the numbers from the FOC date until 10 days after."))
    span = window(foc, facts.now)
    if span.is_over:
        over = text(": most likely it is over.")
        return (who, text(" could take the numbers until "), day(span.closes), over)
    if span.is_ahead:
        until = " until " if options.is_posted else f" (in {about(span.until_open)}) until "
        return (who, text(" may take the numbers from "), moment(span.opens), text(until), day(span.closes), text("."))
    left = "." if options.is_posted else f" ({about(span.until_close)} left)."
    return (who, text(" may take the numbers now, and until "), day(span.closes), text(left))
