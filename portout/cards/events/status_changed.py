"""The card of a status change: the current status, and the status at the time of the event where it differs."""

from typing import Final

from portout.cards.blockkit.blocks import Emoji, Line, bold, text
from portout.cards.blockkit.text import one_line
from portout.cards.card import Card, context_of, join
from portout.cards.fields import facts
from portout.cards.fields.status import LEAVING, StatusText, describe_status
from portout.lookup.results import EventResult, OrderSnapshot
from portout.telnyx.events import StatusChanged

_PIN_WARNING: Final = (
    Emoji("rotating_light"),
    text(" A PIN was attempted: if your customer did not ask to leave, treat it as attempted theft."),
)


def status_changed(event: StatusChanged, result: EventResult) -> Card:
    """Return the card of a status change."""
    payload, order = event.payload, result.order
    status = order.status or payload.status
    texts = describe_status(status, order, event.created_at, result.fetched_at)
    if isinstance(result.snapshot, OrderSnapshot) and not order.status:
        texts = _status_unreadable(payload.status)
    # Telnyx rejects an order with a wrong PIN on its own: then the PIN may be a sign of theft.
    warned = "rejected" in (payload.status, status) and bool(payload.attempted_pin)
    numbers = payload.phone_numbers or order.phone_numbers
    return Card(
        id=result.id,
        headline=(
            *_headline(payload.status, order.status, texts),
            *facts.numbers_to_carrier(
                texts.carrier_link, numbers, payload.carrier_name or order.carrier_name, payload.spid or order.spid
            ),
        ),
        meaning=join(texts.meaning, _PIN_WARNING if warned else ()),
        facts=(
            facts.numbers(numbers),
            facts.inline(
                facts.subscriber(payload.subscriber_name or order.end_user_name),
                facts.pin(attempted=bool(payload.attempted_pin) and not warned),
            ),
            facts.reason(payload.rejection_reason or order.reason, order.rejection_code),
            facts.foc(order, status, result.fetched_at),
            facts.order_not_known(result.snapshot),
        ),
        brief=texts.brief,
        context=context_of(result, "Event of"),
    )


def _status_unreadable(at_event: str | None) -> StatusText:
    """Return the texts where Telnyx sent the order without a status that can be read: the event's is an old one."""
    was = one_line(at_event, 60)
    name = f"Was {was} at the event, is now not known" if was else "Status not known"
    meaning = (text("Telnyx did not say the order's status now: look in Mission Control."),)
    return StatusText("grey_question", name, "asked for by", meaning, "status now not known")


def _headline(at_event: str | None, current: str | None, texts: StatusText) -> Line:
    was, is_now = one_line(at_event, 60), one_line(current, 60)
    if not was or not is_now or was == is_now:
        return (Emoji(texts.emoji), text(" "), bold(texts.name))
    # The numbers leave although the event said otherwise: whoever reads it late must not miss that.
    emoji = "warning" if current in LEAVING else texts.emoji
    return (Emoji(emoji), text(" Was "), bold(was), text(" at the event, is now "), bold(is_now))
