"""The card of a new comment: its text as a quotation, its author, and the state of the order."""

from msgspec import structs

from portout.cards.blockkit.blocks import bold, text
from portout.cards.card import Card, CardOptions
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.fields.timeline import by_author
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import EventResult
from portout.telnyx.events import NewComment


def new_comment(event: NewComment, result: EventResult, options: CardOptions) -> Card:
    """Return the card of a comment."""
    facts = facts_of(result)
    card = portout_card(result, facts, options, "Written")
    comment = fields.comment(event.payload.comment)
    empty = () if comment else (text(", but Telnyx sent no text with it"),)
    reply = "If the comment asks for something, reply to it in Mission Control"
    reply += "; a reply does not answer the port-out." if facts.needs_decision else "."
    return structs.replace(
        card,
        headline=(*card.headline, text(" · "), bold("new comment"), *by_author(event.payload.user_id), *empty),
        next_step=(*card.next_step, text(f" {reply}")),
        quote=comment,
    )
