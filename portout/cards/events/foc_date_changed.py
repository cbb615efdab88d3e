"""The gaining carrier moved the FOC date: from when, and until when, it may take the numbers."""

from datetime import date, datetime, timedelta

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.dates import about, day, moment, utc
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, order_is, small_print
from portout.cards.fields import fields
from portout.cards.fields.foc_window import foc_date, window
from portout.cards.fields.status import read_status
from portout.lookup.results import EventResult, OrderSnapshot
from portout.telnyx.events import FocDateChanged


def foc_date_changed(event: FocDateChanged, found: EventResult) -> Card:
    """Draw the card of a new FOC date."""
    order = found.order
    then, now = foc_date(event.payload.foc_date), foc_date(order.foc_date)
    known = isinstance(found.snapshot, OrderSnapshot)
    carrier = fields.to_carrier("to", order.phone_numbers, order.carrier_name, order.spid) if known else ()
    return Card(
        id=found.id,
        headline=(Emoji("calendar"), text(" "), *_headline(then, event.payload.foc_date, now), *carrier),
        meaning=_meaning(now or then, found),
        facts=(fields.numbers(order.phone_numbers), fields.not_known(found.snapshot)),
        small_print=small_print(found, "Moved"),
    )


def _headline(foc: datetime | date | None, spelling: str | None, now: datetime | date | None) -> Line:
    if foc is None:
        written = one_line(spelling, 60)
        return (bold(f"FOC date moved to “{written}”" if written else "FOC date changed"),)
    since: Line = (text(", since moved to "), moment(now)) if now and _differ(foc, now) else ()
    return (bold("FOC date moved to "), moment(foc), *since)


def _differ(one: datetime | date, other: datetime | date) -> bool:
    """Compare two FOC dates, of which one may name only the day."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return utc(one) != utc(other)  # as they are shown: Telnyx writes one of them with fewer digits
    return f"{one:%Y-%m-%d}" != f"{other:%Y-%m-%d}"


def _meaning(foc: datetime | date | None, found: EventResult) -> Line:
    order = found.order
    reading = read_status(order.status, order, None, found.fetched_at)
    if order.status and order.status in {"rejected", "canceled", "ported"}:
        # Nothing leaves, or everything has: the dates no longer matter.
        return (*order_is(order.status), text(". "), *reading.meaning)
    dates = _window(foc, found.fetched_at)
    if not order.status:
        return dates
    return (*dates, text(" "), *order_is(order.status), text(f", {reading.brief}." if reading.brief else "."))


def _window(foc: datetime | date | None, now: datetime) -> Line:
    if foc is None:
        return (text("The gaining carrier may take the numbers from the FOC date until 10 days after."),)
    span = window(foc, now)
    if span.left <= timedelta(0):
        over = ": most likely it is over."
        return (text("The gaining carrier could take the numbers until "), day(span.closes), text(over))
    if span.ahead <= timedelta(0):
        left = f" ({about(span.left)} left)."
        return (text("The gaining carrier may take the numbers now, and until "), day(span.closes), text(left))
    opens = f"The gaining carrier may take the numbers in {about(span.ahead)}, and from then until "
    return (text(opens), day(span.closes), text("."))
