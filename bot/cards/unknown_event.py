"""An event of a type that Telnyx added since, or left out: whatever of it can be read."""

from bot.cards import facts
from bot.cards.blocks import Emoji, bold, code, text
from bot.cards.card import Card, small_print
from bot.cards.text import one_line
from bot.cards.times import moment
from bot.finding import Found
from bot.telnyx.events import UnknownEvent
from bot.telnyx.times import parse_time


def unknown_event(event: UnknownEvent, found: Found) -> Card:
    """Draw the card of an event whose type is not known, or odd."""
    payload = event.payload
    kind = one_line(event.event_type, 100).replace("`", "")
    foc = parse_time(payload.foc_date)
    carrier = facts.fact("Carrier", one_line(payload.carrier_name, 120))
    return Card(
        event_id=found.event_id,
        headline=(
            Emoji("grey_question"),
            text(" "),
            bold("A kind of event this bot does not know" if kind else "An event of no kind"),
            *((text("  "), code(kind)) if kind else ()),
        ),
        meaning=(text("What Telnyx says of it is below; Mission Control may show more."),),
        quote=facts.comment(payload.comment),
        facts=(
            facts.beside(
                facts.fact("Status", one_line(payload.status, 60)),
                (bold("FOC date  "), moment(foc)) if foc else facts.fact("FOC date", one_line(payload.foc_date, 60)),
            ),
            facts.numbers(payload.phone_numbers),
            facts.beside(carrier, facts.fact("SPID", one_line(payload.spid, 24))),
            facts.beside(facts.subscriber(payload.subscriber_name), facts.pin(attempted=bool(payload.attempted_pin))),
            facts.reason(payload.rejection_reason),
        ),
        small_print=small_print(found, "Happened"),
    )
