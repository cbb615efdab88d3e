"""The card of a new FOC date: from when and until when the gaining carrier may take the numbers."""

from datetime import date, datetime, timedelta

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.dates import about, day, moment, utc
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, context_of, order_is
from portout.cards.fields import facts
from portout.cards.fields.foc_window import foc_date, window
from portout.cards.fields.status import describe_status
from portout.lookup.results import EventResult, OrderSnapshot
from portout.telnyx.events import FocDateChanged


def foc_date_changed(event: FocDateChanged, result: EventResult) -> Card:
    """Return the card of a new FOC date."""
    order = result.order
    event_foc, order_foc = foc_date(event.payload.foc_date), foc_date(order.foc_date)
    is_known = isinstance(result.snapshot, OrderSnapshot)
    carrier = facts.numbers_to_carrier("to", order.phone_numbers, order.carrier_name, order.spid) if is_known else ()
    return Card(
        id=result.id,
        headline=(Emoji("calendar"), text(" "), *_headline(event_foc, event.payload.foc_date, order_foc), *carrier),
        meaning=_meaning(order_foc or event_foc, result),
        facts=(facts.numbers(order.phone_numbers), facts.order_not_known(result.snapshot)),
        context=context_of(result, "Moved"),
    )


def _headline(foc: datetime | date | None, spelling: str | None, current: datetime | date | None) -> Line:
    if foc is None:
        shown = one_line(spelling, 60)
        return (bold(f"FOC date moved to “{shown}”" if shown else "FOC date changed"),)
    since: Line = (text(", since moved to "), moment(current)) if current and _differ(foc, current) else ()
    return (bold("FOC date moved to "), moment(foc), *since)


def _differ(foc: datetime | date, current: datetime | date) -> bool:
    """Return whether two FOC dates differ, of which one may be a date without a time."""
    if isinstance(foc, datetime) and isinstance(current, datetime):
        return utc(foc) != utc(current)  # compared as shown: events have microseconds, orders don't
    return f"{foc:%Y-%m-%d}" != f"{current:%Y-%m-%d}"


def _meaning(foc: datetime | date | None, result: EventResult) -> Line:
    order = result.order
    status = describe_status(order.status, order, None, result.fetched_at)
    if order.status and order.status in {"rejected", "canceled", "ported"}:
        # The numbers don't leave, or have left: the dates no longer matter.
        return (*order_is(order.status), text(". "), *status.meaning)
    dates = _window(foc, result.fetched_at)
    if not order.status:
        return dates
    return (*dates, text(" "), *order_is(order.status), text(f", {status.brief}." if status.brief else "."))


def _window(foc: datetime | date | None, now: datetime) -> Line:
    if foc is None:
        return (text("The gaining carrier may take the numbers from the FOC date until 10 days after."),)
    span = window(foc, now)
    if span.until_close <= timedelta(0):
        over = ": most likely it is over."
        return (text("The gaining carrier could take the numbers until "), day(span.closes), text(over))
    if span.until_open <= timedelta(0):
        left = f" ({about(span.until_close)} left)."
        return (text("The gaining carrier may take the numbers now, and until "), day(span.closes), text(left))
    opens = f"The gaining carrier may take the numbers in {about(span.until_open)}, and from then until "
    return (text(opens), day(span.closes), text("."))
