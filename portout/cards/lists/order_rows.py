"""One line for each order of a list: until when to answer, or its state, which numbers, to whom, with *Details*."""

from collections.abc import Callable, Sequence
from typing import Final

from portout.cards.blockkit.blocks import Button, Emoji, Line, Mrkdwn, Section, bold, code, encoded_length, text
from portout.cards.blockkit.mrkdwn import mrkdwn
from portout.cards.blockkit.text import code_safe
from portout.cards.card import CardOptions
from portout.cards.fields import facts as fields
from portout.cards.fields.carrier import carrier
from portout.cards.fields.status import describe_state
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import OrderResult

_SIZES: Final = (60, 20, 8)  # characters of each name; the first that fits
_MAX_KEY: Final = 16


def order_rows(
    orders: Sequence[OrderResult], options: CardOptions, details: Callable[[OrderResult], Button], room: int
) -> tuple[Section, ...]:
    """Return the rows of orders, as their reader may see them: redacted before where need be.

    details: returns the button of an order. room: characters of all rows together, encoded.
    """
    lines = [order_line(order, options) for order in orders]
    for size in _SIZES:
        rows = tuple(
            Section(Mrkdwn(mrkdwn(line, size)), details(order)) for line, order in zip(lines, orders, strict=True)
        )
        if encoded_length(rows) <= room:
            break
    return rows


def order_line(order: OrderResult, options: CardOptions) -> Line:
    """Return an order in one line: what to do until when, or what became of it; its numbers; to whom; its key."""
    facts = facts_of(order)
    state = describe_state(facts, options)
    what: Line = (bold(state.name), *((text(", "), *state.deadline) if state.deadline else ()))
    if facts.needs_decision and state.deadline:
        what = state.deadline
    parts = [(Emoji(state.emoji), text(" "), *what)]
    if numbers := fields.numbers(facts.numbers, 1):
        parts.append((text(numbers),))
    if gaining := carrier(facts):
        parts.append((text(f"{state.carrier_link} "), *gaining))
    if key := code_safe(facts.order.support_key, _MAX_KEY):
        parts.append((code(key),))
    line: Line = ()
    for part in parts:
        line += (text(" · "), *part) if line else part
    return line
