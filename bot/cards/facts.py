"""The facts of a port-out as a porting desk reads them. Only what is known is said."""

import re
from collections.abc import Sequence
from typing import Final

from bot.cards.blocks import Line, bold, code, text
from bot.cards.text import bare, clean, cut, one_line

SHOWN_NUMBERS: Final = 3
LONGEST_COMMENT: Final = 2_500

_NANP = re.compile(r"\+1([2-9]\d\d)([2-9]\d\d)(\d{4})")
_GAP = "    "


def fact(label: str, value: str) -> Line:
    """One label and its value; nothing where nothing is known."""
    return (bold(f"{label}  "), text(value)) if value else ()


def beside(*facts: Line) -> Line:
    """Several facts on one line."""
    line: Line = ()
    for one in facts:
        line += (text(_GAP), *one) if line and one else one
    return line


def numbers(values: Sequence[str] | None) -> Line:
    """Show the first three numbers and how many more there are."""
    shown = [phone(value) for value in (values or ())[:SHOWN_NUMBERS]]
    more = len(values or ()) - len(shown)
    return fact("Numbers", ", ".join(shown) + (f", +{more} more" if more else ""))


def phone(number: str) -> str:
    """Write an E.164 number as people read it; anything else as it came."""
    return _NANP.sub(r"+1 \1-\2-\3", number) if _NANP.fullmatch(number) else one_line(number, 24)


def subscriber(name: str | None) -> Line:
    """Show whose number it is."""
    return fact("Subscriber", one_line(name, 120))


def pin(*, attempted: bool) -> Line:
    """Say that a PIN was attempted; never which."""
    return fact("PIN", "one was attempted" if attempted else "")


def reason(value: str | None) -> Line:
    """Show why the order was rejected."""
    return fact("Reason", one_line(value, 500))


def comment(value: str | None) -> str:
    """Keep a comment's lines; cut a very long one. What can't be seen takes no room in it."""
    return cut(clean(value or "").strip(), LONGEST_COMMENT)


def to_carrier(how: str, values: Sequence[str] | None, carrier: str | None, spid: str | None) -> Line:
    """Say how many numbers and which carrier gains them: "2 numbers to **Orchid Wireless** (SPID 073H)"."""
    count = len(values or ())
    what = f"{count} number{'s' if count != 1 else ''}" if count else "a port-out"
    name = one_line(carrier, 120)
    return (
        text(f" · {what} {how} "),
        bold(name) if name else text("another carrier"),
        *((text(f" (SPID {one_line(spid, 24)})"),) if one_line(spid, 24) else ()),
    )


def user(user_id: str) -> Line:
    """Name a Telnyx user, of whom only the id is known."""
    known = bare(user_id, 64)
    return (text("user "), code(known)) if known else ()
