"""The card of an event whose type is missing or not known, because Telnyx may add types: whatever can be read of it."""

from portout.cards.blockkit.blocks import Emoji, Line, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.cards.card import Card, context_of
from portout.cards.fields import facts
from portout.cards.fields.foc_window import foc_date
from portout.lookup.results import EventResult
from portout.telnyx.events import UnknownEvent, UnknownPayload
from portout.telnyx.orders import Order


def unknown_event(event: UnknownEvent, result: EventResult) -> Card:
    """Return the card of an event whose type is missing or not known."""
    event_type = code_safe(event.event_type, 100)
    comment = facts.comment(event.payload.comment)
    payload_facts = _facts(event.payload, result.order)
    is_readable = bool(comment) or any(payload_facts)
    return Card(
        id=result.id,
        headline=(
            Emoji("grey_question"),
            text(" "),
            bold("A type of event this bot does not know" if event_type else "An event without a type"),
            *((text("  "), code(event_type)) if event_type else ()),
        ),
        meaning=(
            text(
                "What can be read of it:" if is_readable else "Nothing of it can be read here; look in Mission Control."
            ),
        ),
        quote=comment,
        facts=(
            *payload_facts,
            facts.fact("Order now", one_line(result.order.status, 60)),
            facts.order_not_known(result.snapshot),
        ),
        context=context_of(result, "Happened"),
    )


def _facts(payload: UnknownPayload, order: Order) -> tuple[Line, ...]:
    foc = foc_date(payload.foc_date)
    return (
        facts.inline(
            facts.fact("Status", one_line(payload.status, 60)),
            (bold("FOC date  "), moment(foc)) if foc else facts.fact("FOC date", one_line(payload.foc_date, 60)),
        ),
        facts.numbers(payload.phone_numbers or order.phone_numbers),
        facts.inline(
            facts.fact("Carrier", facts.carrier_name(payload.carrier_name or order.carrier_name)),
            facts.fact("SPID", facts.spid_code(payload.spid or order.spid)),
        ),
        facts.inline(
            facts.subscriber(payload.subscriber_name or order.end_user_name),
            facts.pin(attempted=bool(payload.attempted_pin)),
        ),
        facts.reason(payload.rejection_reason),
    )
