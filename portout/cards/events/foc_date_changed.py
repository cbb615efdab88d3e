"""The card of a new FOC date: from when and until when the gaining carrier may take the numbers."""

from msgspec import structs

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, CardOptions
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.fields.foc_window import differ, foc_date, meaning
from portout.cards.fields.status import LEAVING, call_porting
from portout.cards.fields.timeline import previous_foc_date
from portout.lookup.portout_facts import PortoutFacts, facts_of
from portout.lookup.results import EventResult
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import FocDateChanged


def foc_date_changed(event: FocDateChanged, result: EventResult, options: CardOptions) -> Card:
    """Return the card of a new FOC date."""
    facts = facts_of(result)
    card = portout_card(result, facts, options, "Moved")
    step = card.next_step
    if not (facts.status or facts.needs_decision or facts.past_status in LEAVING):
        step = (*step, text(" "), *call_porting(facts, options, "stop it"))
    dates = _dates(event, facts, options)
    return structs.replace(
        card,
        headline=(*card.headline, text(" · "), *_headline(event, result, facts)),
        meaning=(*dates, text(" "), *card.meaning) if facts.needs_decision else dates or card.meaning,
        next_step=step,
        # What the dates say is not said again.
        facts=tuple(line for line in card.facts if not (dates and line == fields.foc(facts, options))),
    )


def _headline(event: FocDateChanged, result: EventResult, facts: PortoutFacts) -> Line:
    foc, current = foc_date(event.payload.foc_date), foc_date(facts.order.foc_date)
    if foc is None:
        shown = one_line(event.payload.foc_date, 60)
        return (bold(f"FOC date moved to “{shown}”" if shown else "FOC date changed"),)
    before = previous_foc_date(event, () if isinstance(result.others, TelnyxError) else result.others)
    was: Line = (text(" from "), moment(before)) if before else ()
    since: Line = (text(", since moved to "), moment(current)) if current and differ(foc, current) else ()
    return (bold("FOC date moved"), *was, bold(" to "), moment(foc), *since)


def _dates(event: FocDateChanged, facts: PortoutFacts, options: CardOptions) -> Line:
    """Return when the numbers may be taken; empty where the state's meaning or the facts say it, or they stay."""
    current = foc_date(facts.order.foc_date)
    if facts.status not in {None, "pending"} and not (facts.status == "authorized" and current is None):
        return ()
    return meaning(current or foc_date(event.payload.foc_date), facts, options)
