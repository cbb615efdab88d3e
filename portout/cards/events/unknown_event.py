"""The card of an event whose type is missing or not known, because Telnyx may add types: whatever can be read of it."""

from msgspec import structs

from portout.cards.blockkit.blocks import Line, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.cards.card import Card, CardOptions
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.fields.foc_window import foc_date
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import EventResult
from portout.telnyx.events import UnknownEvent, UnknownPayload


def unknown_event(event: UnknownEvent, result: EventResult, options: CardOptions) -> Card:
    """Return the card of an event whose type is missing or not known."""
    facts = facts_of(result)
    card = portout_card(result, facts, options, "Happened")
    event_type = code_safe(event.event_type, 60)
    kind = "event of a type this bot does not know" if event_type else "event without a type"
    name = (text(": "), code(event_type)) if event_type else ()
    return structs.replace(
        card,
        headline=(*card.headline, text(f" · {kind}"), *name),
        quote=fields.comment(event.payload.comment),
        facts=(_in_the_event(event.payload), *card.facts),
    )


def _in_the_event(payload: UnknownPayload) -> Line:
    foc, spelling = foc_date(payload.foc_date), one_line(payload.foc_date, 60)
    return fields.inline(
        fields.fact("Its status", one_line(payload.status, 60)),
        (bold("Its FOC date  "), moment(foc)) if foc else fields.fact("Its FOC date", spelling),
    )
