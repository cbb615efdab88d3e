"""Somebody commented on an order: what they wrote, quoted, who they are, and how the order stands."""

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, order_is, small_print
from portout.cards.fields import fields
from portout.cards.fields.status import read_status
from portout.cards.fields.timeline import author
from portout.lookup.results import EventResult
from portout.telnyx.events import NewComment

_BRIEF = 80


def new_comment(event: NewComment, found: EventResult) -> Card:
    """Draw the card of a comment."""
    order = found.order
    comment = fields.comment(event.payload.comment)
    who = author(event.payload.user_id)
    return Card(
        id=found.id,
        headline=(
            *(Emoji("speech_balloon"), text(" "), bold("New comment"), text(" on a port-out")),
            *fields.gaining(order.carrier_name),
            *_state(found),
        ),
        meaning=() if comment else (text("Telnyx sent no text with it."),),
        quote=comment,
        facts=(
            fields.inline((bold("From  "), *who) if who else (), fields.numbers(order.phone_numbers)),
            fields.not_known(found.snapshot),
        ),
        brief=f"“{one_line(comment, _BRIEF)}”" if comment else "no text",
        small_print=small_print(found, "Written"),
    )


def _state(found: EventResult) -> Line:
    order = found.order
    if not order.status:
        return ()
    left = read_status(order.status, order, None, found.fetched_at).brief
    return (*order_is(order.status, " · order is "), *((text(f", {left}"),) if left else ()))
