"""An order, asked for by its own id: what it is now, and its last events."""

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.card import Card, small_print
from portout.cards.error_card import describe
from portout.cards.fields import fields
from portout.cards.fields.status import read_status
from portout.cards.fields.timeline import event_line
from portout.lookup.results import OrderResult
from portout.telnyx.errors import TelnyxError

_MAX_EVENTS = 5


def order_card(found: OrderResult) -> Card:
    """Draw the card of an order."""
    order = found.order
    reading = read_status(order.status, order, None, found.fetched_at)
    is_known = not isinstance(found.snapshot, TelnyxError)
    status: Line = (
        (Emoji(reading.emoji), text(" "), bold(reading.name))
        if order.status
        else (Emoji("grey_question"), text(" "), bold("Order whose status is not known"))
    )
    return Card(
        id=found.id,
        headline=(*status, *fields.to_carrier(reading.how, order.phone_numbers, order.carrier_name, order.spid))
        if is_known
        else status,
        meaning=reading.meaning if order.status else (),
        facts=(
            fields.numbers(order.phone_numbers),
            fields.subscriber(order.end_user_name),
            fields.reason(order.reason),
            fields.foc(order, order.status, found.fetched_at),
            fields.not_known(found.snapshot),
            *_timeline(found),
        ),
        brief=reading.brief,
        small_print=small_print(found),
    )


def _timeline(found: OrderResult) -> tuple[Line, ...]:
    if isinstance(found.events, TelnyxError):
        return (fields.fact("Events", f"not known: {describe(found.events).brief}"),)
    if not found.events:
        return (fields.fact("Events", "none"),)
    more = len(found.events) - _MAX_EVENTS
    shown = (event_line(event) for event in found.events[:_MAX_EVENTS])
    return ((bold("Last events"),), *shown, *(((text(f"+{more} earlier"),),) if more > 0 else ()))
