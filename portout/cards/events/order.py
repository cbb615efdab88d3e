"""The card of an order that was looked up by its own id: its current state and its last events."""

from msgspec import structs

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.card import Card, CardOptions
from portout.cards.error_card import describe
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.fields.timeline import event_line
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import OrderResult
from portout.telnyx.errors import TelnyxError

_MAX_EVENTS = 5


def order_card(result: OrderResult, options: CardOptions) -> Card:
    """Return the card of an order."""
    card = portout_card(result, facts_of(result), options)
    return structs.replace(card, facts=(*card.facts, *_last_events(result)))


def _last_events(result: OrderResult) -> tuple[Line, ...]:
    if isinstance(result.events, TelnyxError):
        return (fields.fact("Events", f"not known: {describe(result.events).brief}"),)
    if not result.events:
        return (fields.fact("Events", "none"),)
    missing: Line = () if result.has_all_events else (text("Not all events could be read: newer ones may be missing"),)
    more = len(result.events) - _MAX_EVENTS
    shown = (event_line(event, result.events) for event in result.events[:_MAX_EVENTS])
    return ((bold("Last events"),), *shown, *(((text(f"+{more} earlier"),),) if more > 0 else ()), missing)
