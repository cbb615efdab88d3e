"""The card of an order that was looked up by its own id: its current state and its last events."""

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.card import Card, context_of
from portout.cards.error_card import describe
from portout.cards.fields import facts
from portout.cards.fields.status import describe_status
from portout.cards.fields.timeline import event_line
from portout.lookup.results import OrderResult
from portout.telnyx.errors import TelnyxError

_MAX_EVENTS = 5


def order_card(result: OrderResult) -> Card:
    """Return the card of an order."""
    order = result.order
    texts = describe_status(order.status, order, None, result.fetched_at)
    is_known = not isinstance(result.snapshot, TelnyxError)
    headline: Line = (
        (Emoji(texts.emoji), text(" "), bold(texts.name))
        if order.status
        else (Emoji("grey_question"), text(" "), bold("Order whose status is not known"))
    )
    carrier: Line = (
        facts.numbers_to_carrier(texts.carrier_link, order.phone_numbers, order.carrier_name, order.spid)
        if is_known
        else ()
    )
    return Card(
        id=result.id,
        headline=(*headline, *carrier),
        meaning=texts.meaning if order.status else (),
        facts=(
            facts.numbers(order.phone_numbers),
            facts.subscriber(order.end_user_name),
            facts.reason(order.reason, order.rejection_code),
            facts.foc(order, order.status, result.fetched_at),
            facts.order_not_known(result.snapshot),
            *_last_events(result),
        ),
        brief=texts.brief,
        context=context_of(result),
    )


def _last_events(result: OrderResult) -> tuple[Line, ...]:
    if isinstance(result.events, TelnyxError):
        return (facts.fact("Events", f"not known: {describe(result.events).brief}"),)
    if not result.events:
        return (facts.fact("Events", "none"),)
    missing: Line = () if result.has_all_events else (text("Not all events could be read: newer ones may be missing"),)
    more = len(result.events) - _MAX_EVENTS
    shown = (event_line(event) for event in result.events[:_MAX_EVENTS])
    return ((bold("Last events"),), *shown, *(((text(f"+{more} earlier"),),) if more > 0 else ()), missing)
