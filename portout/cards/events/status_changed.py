"""The card of a status change: the status now, and the status at the time of the event where it differs."""

from portout.cards.card import Card, CardOptions
from portout.cards.events.portout_card import portout_card
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import EventResult


def status_changed(result: EventResult, options: CardOptions) -> Card:
    """Return the card of a status change."""
    return portout_card(result, facts_of(result), options, "Event of")
