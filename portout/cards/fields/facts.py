"""The facts of a port-out as lines of a card, in the terms of a porting desk. What is not known makes no line."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from portout.cards.blockkit.blocks import Line, Text, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import clean, code_safe, one_line, truncate, truncate_lines
from portout.cards.error_card import describe
from portout.cards.fields.foc_window import foc_date
from portout.cards.fields.foc_window import line as foc_line
from portout.lookup.results import OrderSnapshot
from portout.telnyx.decoding import UNREADABLE_NUMBER
from portout.telnyx.errors import TelnyxError
from portout.telnyx.orders import Order

MAX_NUMBERS: Final = 3
MAX_COMMENT: Final = 2_000
MAX_COMMENT_LINES: Final = 25
MAX_CARRIER: Final = 60

_NANP = re.compile(r"\+1([2-9]\d\d)([2-9]\d\d)(\d{4})")
_GAP = "    "
_REJECTIONS = {1002: "Invalid PIN"}  # the codes with which Telnyx's guide wants no text
# A name of a carrier that is not quoted: at most four words of letters, digits and what names of companies have.
_PLAIN_NAME = re.compile(r"(?:[^\W_]|[&.,'()-])+(?: (?:[^\W_]|[&.,'()-])+){0,3}")


def fact(label: str, value: str) -> Line:
    """Return a label and its value; an empty line when the value is empty."""
    return (_label(label), text(value)) if value else ()


@cache
def _label(name: str) -> Text:
    return bold(f"{name}  ")


def inline(*facts: Line) -> Line:
    """Return several facts on one line."""
    line: Line = ()
    for single in facts:
        line += (text(_GAP), *single) if line and single else single
    return line


def numbers(values: Sequence[str] | None) -> Line:
    """Return the first three phone numbers and the number of the others, of those that can't be read, too."""
    readable = [value for value in values or () if value != UNREADABLE_NUMBER]
    parts = [phone(value) for value in readable[:MAX_NUMBERS]]
    if more := len(readable) - len(parts):
        parts.append(f"+{more} more")
    if unreadable := len(values or ()) - len(readable):
        parts.append(f"{unreadable} that can't be read")
    return fact("Numbers", ", ".join(parts))


def phone(number: str) -> str:
    """Return a US or Canadian E.164 number grouped as people write it, and anything else, masked or not, unchanged."""
    parts = _NANP.fullmatch(number)
    return "+1 " + "-".join(parts.groups()) if parts else one_line(number, 24)


def subscriber(name: str | None) -> Line:
    """Return the name of the subscriber, which redaction reduces to initials for a channel."""
    return fact("Subscriber", one_line(name, 120))


def pin(*, attempted: bool) -> Line:
    """Return the fact that a PIN was attempted; the PIN itself is a credential and never shown."""
    return fact("PIN", "one was attempted" if attempted else "")


def reason(value: str | None, code: int | None = None) -> Line:
    """Return the reason of a rejection, and Telnyx's code for it: with some codes it sends no text."""
    words = one_line(value, 500) or (_REJECTIONS.get(code, "no text") if code else "")
    return fact("Reason", words + (f" (code {code})" if code else ""))


def comment(value: str | None) -> str:
    """Return a comment with its line breaks, cut when it is very long.

    Invisible characters are removed first, so that they do not count. For a channel, redaction has made it one line.
    """
    return truncate_lines(truncate(clean(value or "").strip(), MAX_COMMENT), MAX_COMMENT_LINES)


def foc(order: Order, status: str | None, now: datetime) -> Line:
    """Return the FOC date and its window; before there is one, the date that the gaining carrier requests.

    Empty for a rejected or canceled order, whose numbers don't leave; a ported order has no open window any more.
    """
    if status in {"rejected", "canceled"}:
        return ()
    if date := foc_date(order.foc_date):
        return (bold("FOC date  "), *(foc_line(date, now) if status != "ported" else (moment(date),)))
    requested = foc_date(order.requested_foc_date)
    return (bold("FOC date  "), text("none yet; asked for "), moment(requested)) if requested else ()


def order_not_known(snapshot: OrderSnapshot | TelnyxError | None) -> Line:
    """Return why the order's status is not known, so that nobody mistakes the event's for it."""
    if isinstance(snapshot, TelnyxError):
        return fact("Order now", f"not known: {describe(snapshot).brief}")
    is_unreadable = isinstance(snapshot, OrderSnapshot) and not snapshot.order.status
    return fact("Order now", "not known: Telnyx sent no status that can be read") if is_unreadable else ()


def carrier_name(value: str | None) -> str:
    """Return the name of a carrier, in quotation marks where it could be taken for words of the card."""
    name = one_line(value, MAX_CARRIER)
    return name if not name or (_PLAIN_NAME.fullmatch(name) and not name[0].islower()) else f"“{name}”"


def spid_code(value: str | None) -> str:
    """Return the SPID, a few letters and digits, and anything else in quotation marks."""
    spid = one_line(value, 24)
    return spid if not spid or spid.isalnum() else f"“{spid}”"


def gaining_carrier(carrier: str | None) -> Line:
    """Return the name of the gaining carrier after "to"."""
    name = carrier_name(carrier)
    return (text(" to "), bold(name)) if name else ()


def numbers_to_carrier(link: str, values: Sequence[str] | None, carrier: str | None, spid: str | None) -> Line:
    """Return how many numbers which carrier gains: "2 numbers to **Orchid Wireless** (SPID 073H)".

    link: the words between the numbers and the carrier, here "to".
    """
    count = len(values or ())
    amount = f"{count} number{'s' if count != 1 else ''}" if count else "a port-out"
    name, spid = carrier_name(carrier), spid_code(spid)
    return (
        text(f" · {amount} {link} "),
        bold(name) if name else text("another carrier"),
        *((text(f" (SPID {spid})"),) if spid else ()),
    )


def user(user_id: str) -> Line:
    """Return the id of a Telnyx user: Telnyx sends no name."""
    shown = code_safe(user_id, 64)
    return (text("user "), code(shown)) if shown else ()
