"""The card of a new comment: its text as a quotation, its author, and the status of the order."""

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, context_of, order_is
from portout.cards.fields import facts
from portout.cards.fields.status import describe_status
from portout.cards.fields.timeline import author
from portout.lookup.results import EventResult
from portout.telnyx.events import NewComment

_MAX_BRIEF = 80  # characters of the comment on a condensed card


def new_comment(event: NewComment, result: EventResult) -> Card:
    """Return the card of a comment."""
    order = result.order
    comment = facts.comment(event.payload.comment)
    name = author(event.payload.user_id)
    return Card(
        id=result.id,
        headline=(
            *(Emoji("speech_balloon"), text(" "), bold("New comment"), text(" on a port-out")),
            *facts.gaining_carrier(order.carrier_name),
            *_order_status(result),
        ),
        meaning=() if comment else (text("Telnyx sent no text with it."),),
        quote=comment,
        facts=(
            facts.inline((bold("From  "), *name) if name else (), facts.numbers(order.phone_numbers)),
            facts.order_not_known(result.snapshot),
        ),
        brief=f"“{one_line(comment, _MAX_BRIEF)}”" if comment else "no text",
        context=context_of(result, "Written"),
    )


def _order_status(result: EventResult) -> Line:
    order = result.order
    if not order.status:
        return ()
    brief = describe_status(order.status, order, None, result.fetched_at).brief
    return (*order_is(order.status, " · order is "), *((text(f", {brief}"),) if brief else ()))
