"""The facts of a port-out as lines of a card, in the terms of a porting desk. What is not known makes no line."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from portout.cards.blockkit.blocks import Emoji, Line, Text, bold, code, text
from portout.cards.blockkit.dates import moment
from portout.cards.blockkit.text import clean, clean_beginning, code_safe, one_line, truncate, truncate_lines
from portout.cards.card import CardOptions
from portout.cards.error_card import describe
from portout.cards.fields.foc_window import foc_date
from portout.cards.fields.foc_window import line as foc_line
from portout.lookup.portout_facts import INVALID_PIN, PortoutFacts
from portout.telnyx.errors import TelnyxError

MAX_COMMENT: Final = 2_000
MAX_COMMENT_LINES: Final = 25

_MAX_READ: Final = 10_000  # characters of a comment, of which some may be invisible
_NANP = re.compile(r"\+1([2-9]\d\d)([2-9]\d\d)(\d{4})")
_GAP = "    "
_REJECTIONS = {INVALID_PIN: "Invalid PIN"}  # the codes with which Telnyx's guide wants no text


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


def numbers(values: Sequence[str], limit: int) -> str:
    """Return the first phone numbers and the number of the others, of those that can't be read, too; may be empty."""
    known = readable(values)
    parts = [phone(value) for value in known[:limit]]
    if more := len(known) - len(parts):
        parts.append(f"+{more:,} more")
    if unreadable := len(values) - len(known):
        parts.append(f"{unreadable:,} that can't be read")
    return ", ".join(parts)


def readable(values: Sequence[str]) -> Sequence[str]:
    """Return the phone numbers without those that can't be read, or of which nothing can be seen."""
    # Nearly all end in a digit, and there may be thousands.
    return [value for value in values if value[-1:].isdecimal() or clean(value).strip()]


def phone(number: str) -> str:
    """Return a US or Canadian E.164 number grouped as people write it, and anything else, masked or not, unchanged."""
    parts = _NANP.fullmatch(number)
    return "+1 " + "-".join(parts.groups()) if parts else one_line(number, 24)


def subscriber(name: str | None) -> Line:
    """Return the name of the subscriber, which redaction reduces to initials for a channel."""
    return fact("Subscriber", one_line(name, 120))


def pin(facts: PortoutFacts) -> Line:
    """Return the fact that a PIN was attempted; the PIN itself is a credential and never shown.

    Empty where `pin_warning` says it.
    """
    return fact("PIN", "one was attempted" if facts.pin_attempted and not facts.rejected_for_pin else "")


def pin_warning(facts: PortoutFacts) -> Line:
    """Return what to do where a PIN was wrong: Telnyx rejects such an order on its own, and it may be a theft."""
    if not facts.rejected_for_pin:
        return ()
    what = "A PIN was attempted" if facts.pin_attempted else "The PIN was wrong or missing"
    advice = "Ask the customer: if they did not ask to leave, treat it as attempted theft, and tell your fraud desk."
    return (Emoji("rotating_light"), text(f" {what}. {advice}"))


def reason(facts: PortoutFacts) -> Line:
    """Return the reason of a rejection, and Telnyx's code for it: with some codes it sends no text."""
    number = facts.rejection_code
    words = one_line(facts.reason, 500) or (_REJECTIONS.get(number, "no text") if number else "")
    return fact("Reason", words + (f" (code {number})" if number else ""))


def comment(value: str | None) -> str:
    """Return a comment with its line breaks, cut when it is very long.

    Invisible characters are removed first, so that they do not count. For a channel, redaction has made it one line.
    """
    return truncate_lines(truncate(clean_beginning(value, _MAX_READ).strip(), MAX_COMMENT), MAX_COMMENT_LINES)


def foc(facts: PortoutFacts, options: CardOptions) -> Line:
    """Return the FOC date and its window; before there is one, the date that the gaining carrier requests.

    Empty for a rejected or canceled order, whose numbers don't leave, and for an authorized one, whose meaning says it;
    a ported order has no open window any more.
    """
    order = facts.order
    if order.status in {"rejected", "canceled"} or (order.status == "authorized" and order.foc_date):
        return ()
    if date := foc_date(order.foc_date):
        is_over = order.status == "ported"
        return (_label("FOC date"), *((moment(date),) if is_over else foc_line(date, facts.now, options)))
    requested = foc_date(order.requested_foc_date)
    return (_label("FOC date"), text("none yet; asked for "), moment(requested)) if requested else ()


def not_known(facts: PortoutFacts) -> str:
    """Return why the order's status is not known, in a few words; empty where it is known."""
    if isinstance(facts.snapshot, TelnyxError):
        return describe(facts.snapshot).brief
    if facts.status:
        return ""
    return "Telnyx sent no status that can be read" if facts.snapshot else "the event names no order"


def others_not_known(facts: PortoutFacts) -> Line:
    """Return why the order's other events are not known; empty where they are, or are not needed."""
    if facts.others_error is None and facts.has_all_others:
        return ()
    why = f"not known: {describe(facts.others_error).brief}" if facts.others_error else "some could not be read"
    return fact("Other events", f"{why}; they may name an attempted PIN")


def user(user_id: str) -> Line:
    """Return the id of a Telnyx user: Telnyx sends no name."""
    shown = code_safe(user_id, 64)
    return (text("user "), code(shown)) if shown else ()
