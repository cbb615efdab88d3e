"""Whose a number is: what the account notes about it. Only on full cards, for one person who may see details."""

from collections.abc import Iterable, Sequence
from typing import Final

from portout.cards.blockkit.blocks import Line
from portout.cards.card import CardOptions
from portout.cards.fields.carrier import quoted
from portout.cards.fields.facts import fact, phone
from portout.lookup.portout_facts import PortoutFacts
from portout.telnyx.phone_numbers import PhoneNumber

_MAX_NAME: Final = 60
_MAX_TAG: Final = 30
_MAX_TAGS: Final = 5
_PINS: Final = {True: "port-out PIN set", False: "port-out PIN not set", None: ""}


def whose(facts: PortoutFacts, options: CardOptions) -> tuple[Line, ...]:
    """Return what the account notes about the numbers: once where it is the same, else a line for each.

    The line names its numbers unless they are all that leave.
    """
    if not options.has_owners:
        return ()
    by_note: dict[str, list[str]] = {}
    for number in facts.own_numbers:
        by_note.setdefault(_note(number), []).append(phone(number.phone_number or ""))
    is_for_all = len(by_note) == 1 and _are_all_known(facts)
    return tuple(
        fact(
            "Whose number" if len(numbers) == 1 else "Whose numbers",
            note if is_for_all else f"{', '.join(numbers)}: {note}",
        )
        for note, numbers in by_note.items()
    )


def customer(facts: PortoutFacts, options: CardOptions) -> str:
    """Return the customer of a port-out, as the company refers to them; empty where that is not one for all numbers."""
    customers = {_customer(number) for number in facts.own_numbers}
    is_one = options.has_owners and len(customers) == 1 and _are_all_known(facts)
    return customers.pop() if is_one else ""


def _are_all_known(facts: PortoutFacts) -> bool:
    return len(facts.own_numbers) == len(set(facts.numbers))


def _note(number: PhoneNumber) -> str:
    reference, connection = _customer(number), quoted(number.connection_name, _MAX_NAME)
    parts = (
        f"{reference} (customer reference)" if reference else "",
        _tags(number.tags or ()),
        f"connection {connection}" if connection else "",
    )
    return " · ".join(filter(None, (*(parts if any(parts) else ("nothing noted",)), _PINS[number.has_pin])))


def _customer(number: PhoneNumber) -> str:
    return quoted(number.customer_reference, _MAX_NAME)


def _tags(tags: Sequence[str]) -> str:
    shown = list(_quoted_tags(tags))
    if not shown:
        return ""
    more = len(shown) - _MAX_TAGS
    label = "tag" if len(shown) == 1 else "tags"
    return f"{label} {', '.join(shown[:_MAX_TAGS])}{f' and {more:,} more' if more > 0 else ''}"


def _quoted_tags(tags: Iterable[str]) -> Iterable[str]:
    return filter(None, (quoted(tag, _MAX_TAG, may_be_small=True) for tag in tags))
