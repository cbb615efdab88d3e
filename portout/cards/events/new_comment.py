"""The card of a new comment: its text as a quotation, its author, and the state of the order."""

from typing import Final

from msgspec import structs

from portout.cards.blockkit.blocks import Emoji, bold, text
from portout.cards.card import Card, CardOptions
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.fields.status import order_state
from portout.cards.fields.timeline import author
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import EventResult
from portout.telnyx.events import NewComment

_ANSWER: Final = text("If it asks for something, answer it in Mission Control. ")


def new_comment(event: NewComment, result: EventResult, options: CardOptions) -> Card:
    """Return the card of a comment."""
    facts = facts_of(result)
    card = portout_card(result, facts, options, "Written")
    comment = fields.comment(event.payload.comment)
    name = author(event.payload.user_id)
    empty = () if comment else (text(", but Telnyx sent no text with it"),)
    return structs.replace(
        card,
        headline=(Emoji("speech_balloon"), text(" "), bold("New comment"), *empty, *order_state(facts)),
        next_step=(_ANSWER, *card.next_step),
        quote=comment,
        facts=((bold("From  "), *name) if name else (), *card.facts),
    )
