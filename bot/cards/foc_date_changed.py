"""The gaining carrier moved the FOC date: from when, and until when, it may take the numbers."""

from datetime import date, datetime, time

from bot.cards.blocks import Emoji, Line, bold, text
from bot.cards.card import Card, small_print
from bot.cards.text import one_line
from bot.cards.times import FOC_WINDOW, day, moment
from bot.finding import Found
from bot.telnyx.events import FocDateChanged
from bot.telnyx.times import parse_time


def foc_date_changed(event: FocDateChanged, found: Found) -> Card:
    """Draw the card of a new FOC date."""
    foc = _date(event.payload.foc_date)
    return Card(
        event_id=found.event_id,
        headline=(Emoji("calendar"), text(" "), *_headline(foc, event.payload.foc_date)),
        meaning=_window(foc, found.fetched_at),
        small_print=small_print(found, "Moved"),
    )


def _date(spelling: str | None) -> datetime | date | None:
    """Read the FOC date. Midnight UTC means the day: in the reader's zone it would become the day before."""
    foc = parse_time(spelling)
    return foc.date() if isinstance(foc, datetime) and foc.time() == time.min else foc


def _headline(foc: datetime | date | None, spelling: str | None) -> Line:
    if foc is not None:
        return (bold("FOC date moved to "), moment(foc))
    written = one_line(spelling, 60)
    return (bold(f"FOC date moved to “{written}”" if written else "FOC date changed"),)


def _window(foc: datetime | date | None, now: datetime) -> Line:
    if foc is None:
        return (text("The gaining carrier may take the numbers from the FOC date until 10 days after."),)
    end = foc + FOC_WINDOW
    today = now if isinstance(foc, datetime) else now.date()
    if today > end:
        return (text("The gaining carrier could take the numbers until "), day(end), text(": most likely it is over."))
    since = "now, and until " if today >= foc else "on any day from then until "
    return (text(f"The gaining carrier may take the numbers {since}"), day(end), text("."))
