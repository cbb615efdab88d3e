"""Who gains the numbers, and how many; names from outside."""

import re
from typing import Final

from portout.cards.blockkit.blocks import Line, bold, text
from portout.cards.blockkit.text import one_line
from portout.lookup.portout_facts import PortoutFacts

MAX_CARRIER: Final = 60

# A name that is not quoted: at most four words of letters, digits and what names of companies have.
_PLAIN_NAME = re.compile(r"(?:[^\W_]|[&.,'()-])+(?: (?:[^\W_]|[&.,'()-])+){0,3}")


def carrier_name(value: str | None) -> str:
    """Return the name of a carrier, in quotation marks where it could be taken for words of the card."""
    return quoted(value, MAX_CARRIER)


def quoted(value: str | None, limit: int, *, may_be_small: bool = False) -> str:
    """Return a name of at most `limit` characters, in quotation marks where it could be taken for words of the card.

    may_be_small: where it stands, a small letter at its beginning makes it no word of the card.
    """
    name = one_line(value, limit)
    is_plain = _PLAIN_NAME.fullmatch(name) and (may_be_small or not name[0].islower())
    return name if not name or is_plain else f"“{name}”"


def spid_code(value: str | None) -> str:
    """Return the SPID, a few letters and digits, and anything else in quotation marks."""
    spid = one_line(value, 24)
    return spid if not spid or spid.isalnum() else f"“{spid}”"


def amount(facts: PortoutFacts, carrier_link: str) -> Line:
    """Return how many numbers somebody gains: " · 2 numbers to ". Empty where nothing of it is known.

    carrier_link: the words between the numbers and the carrier, here "to".
    """
    count = len(facts.numbers)
    if not (count or carrier(facts)):
        return ()
    return (text(f" · {f'{count:,} number' if count else 'a port-out'}{'s' if count > 1 else ''} {carrier_link} "),)


def carrier(facts: PortoutFacts) -> Line:
    """Return who gains the numbers: "**Orchid Wireless** (SPID 4K7T)". Empty where nothing of it is known."""
    name, spid = carrier_name(facts.carrier_name), spid_code(facts.spid)
    if not (facts.numbers or name or spid):
        return ()
    who = bold(name) if name else text("another carrier")
    return (who, text(f" (SPID {spid})")) if spid else (who,)
