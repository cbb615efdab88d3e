"""The card of a port-out: the parts that all have, whatever happened and whichever id was asked for."""

from portout.cards.blockkit.blocks import text
from portout.cards.card import Card, CardOptions
from portout.cards.fields import facts as fields
from portout.cards.fields.carrier import amount, carrier
from portout.cards.fields.context import context_of
from portout.cards.fields.status import describe_state, next_step, state_line
from portout.cards.fields.whose import whose
from portout.lookup.portout_facts import PortoutFacts
from portout.lookup.results import EventResult, OrderResult


def portout_card(result: EventResult | OrderResult, facts: PortoutFacts, options: CardOptions, verb: str = "") -> Card:
    """Return the card of a result, with the state of its port-out first: it decides what to do.

    verb: what happened at the time of the event, such as "Moved"; empty for an order.
    """
    state = describe_state(facts, options)
    unknown = fields.not_known(facts)
    return Card(
        id=result.id,
        headline=state_line(facts, state),
        amount=amount(facts, state.carrier_link),
        carrier=carrier(facts),
        # What a state that is over meant must not be taken for what holds now.
        meaning=state.meaning if facts.status or facts.needs_decision else (),
        warning=fields.pin_warning(facts),
        next_step=next_step(facts, state),
        facts=(
            fields.fact("Numbers", fields.numbers(facts.numbers, options.max_numbers)),
            *whose(facts, options),
            fields.inline(fields.subscriber(facts.subscriber), fields.pin(facts)),
            fields.reason(facts),
            fields.foc(facts, options),
            fields.fact("Order now", f"not known: {unknown}" if unknown else ""),
            fields.others_not_known(facts),
        ),
        numbers=(text(shown),) if (shown := fields.numbers(facts.numbers, 1)) else (),
        number_count=len(fields.readable(facts.numbers)),
        deadline=state.deadline,
        context=context_of(result, verb),
    )
