"""The facts of a port-out as a porting desk reads them. Only what is known is said."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from portout.cards.blockkit.blocks import Line, Text, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import clean, code_safe, one_line, truncate
from portout.cards.error_card import describe
from portout.cards.fields.foc_window import foc_date
from portout.cards.fields.foc_window import line as foc_line
from portout.lookup.results import OrderSnapshot
from portout.telnyx.errors import TelnyxError
from portout.telnyx.orders import Order

MAX_NUMBERS: Final = 3
MAX_COMMENT: Final = 2_000

_NANP = re.compile(r"\+1([2-9]\d\d)([2-9]\d\d)(\d{4})")
_GAP = "    "


def fact(label: str, value: str) -> Line:
    """One label and its value; nothing where nothing is known."""
    return (_label(label), text(value)) if value else ()


@cache
def _label(name: str) -> Text:
    return bold(f"{name}  ")


def inline(*facts: Line) -> Line:
    """Several facts on one line."""
    line: Line = ()
    for one in facts:
        line += (text(_GAP), *one) if line and one else one
    return line


def numbers(values: Sequence[str] | None) -> Line:
    """Show the first three numbers and how many more there are."""
    shown = [phone(value) for value in (values or ())[:MAX_NUMBERS]]
    more = len(values or ()) - len(shown)
    return fact("Numbers", ", ".join(shown) + (f", +{more} more" if more else ""))


def phone(number: str) -> str:
    """Write an E.164 number as people read it and anything else as it came; in a channel, its last four digits."""
    parts = _NANP.fullmatch(number)
    return "+1 " + "-".join(parts.groups()) if parts else one_line(number, 24)


def subscriber(name: str | None) -> Line:
    """Show whose number it is; in a channel, by initials."""
    shown = one_line(name, 120)
    return fact("Subscriber", shown)


def pin(*, attempted: bool) -> Line:
    """Say that a PIN was attempted; never which."""
    return fact("PIN", "one was attempted" if attempted else "")


def reason(value: str | None) -> Line:
    """Show why the order was rejected."""
    return fact("Reason", one_line(value, 500))


def comment(value: str | None) -> str:
    """Keep a comment's lines and cut a very long one; what can't be seen takes no room. In a channel, one line."""
    return truncate(clean(value or "").strip(), MAX_COMMENT)


def foc(order: Order, status: str | None, now: datetime) -> Line:
    """Show when the numbers may leave, where they still may; else when the gaining carrier wants them."""
    if status in {"rejected", "canceled"}:
        return ()
    if date := foc_date(order.foc_date):
        return (bold("FOC date  "), *(foc_line(date, now) if status != "ported" else (moment(date),)))
    requested = foc_date(order.requested_foc_date)
    return (bold("FOC date  "), text("none yet; asked for "), moment(requested)) if requested else ()


def not_known(now: OrderSnapshot | TelnyxError | None) -> Line:
    """Say that the order's state now could not be had, so that nobody takes the event's for it."""
    return fact("Order now", f"not known: {describe(now).brief}") if isinstance(now, TelnyxError) else ()


def gaining(carrier: str | None) -> Line:
    """Say which carrier gains the numbers."""
    name = one_line(carrier, 120)
    return (text(" to "), bold(name)) if name else ()


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
    known = code_safe(user_id, 64)
    return (text("user "), code(known)) if known else ()
