"""The modal with all phone numbers of a port-out, five hundred on a page, one on each line."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import structs

from portout.cards.blockkit.blocks import Block, Context, Line, Mrkdwn, PlainText, Text, View, bold, text
from portout.cards.blockkit.text import code
from portout.cards.buttons import NUMBERS_EARLIER, NUMBERS_LATER, NumbersPageValue
from portout.cards.card import Card, CardOptions
from portout.cards.error_card import error_card
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts as fields
from portout.cards.modals.pages import page_of, section
from portout.lookup.portout_facts import PortoutFacts, facts_of
from portout.lookup.results import EventResult, LookupFailure, LookupResult, OrderResult

PAGE_NUMBERS: Final = 500
TITLE: Final = PlainText("Port-out numbers")

_TEXT_NUMBERS: Final = 100  # numbers in one text element, which may have 3,000 characters


def numbers_view(result: LookupResult, number: int, reference: str, options: CardOptions) -> View:
    """Return the modal with one page of the phone numbers of a result.

    number: the page, from 1; where there is none of that number, the nearest is shown. reference: the request id, shown
    with a failure.
    """
    if isinstance(result, LookupFailure):
        return View(TITLE, (*error_card(result, options.contacts).blocks(), _context(f"Reference {code(reference)}")))
    facts = facts_of(result)
    known = fields.readable(facts.numbers)
    page = page_of(known, number, PAGE_NUMBERS)
    blocks: list[Block] = [_state(result, facts, options).head()]
    if page.entries:
        blocks.append(section(tuple(_lines(page.entries))))
    if note := _note(facts, len(known)):
        blocks.append(section(note))
    blocks += page.buttons(NUMBERS_EARLIER, NUMBERS_LATER, lambda other: NumbersPageValue(result.id, other))
    shown = f"numbers {page.start + 1:,} to {page.start + len(page.entries):,} of {len(known):,}" if page.note else ""
    kind = "Event" if isinstance(result, EventResult) else "Order"
    notes = (f"{kind} {code(result.id)}", shown, page.note)
    return View(TITLE, (*blocks, _context(" · ".join(filter(None, notes)))))


def _state(result: EventResult | OrderResult, facts: PortoutFacts, options: CardOptions) -> Card:
    """Return the card of the state now, whatever the event says that was asked for."""
    now = structs.replace(facts, past_status=None) if facts.status else facts
    return portout_card(result, now, options)


def _lines(numbers: Sequence[str]) -> Iterator[Text]:
    for start in range(0, len(numbers), _TEXT_NUMBERS):
        lines = "\n".join(map(fields.phone, numbers[start : start + _TEXT_NUMBERS]))
        yield text(f"\n{lines}" if start else lines)


def _note(facts: PortoutFacts, readable: int) -> Line:
    """Return what is missing; empty where nothing is."""
    if unreadable := len(facts.numbers) - readable:
        return (bold("Not all is here: "), text(f"{unreadable:,} number{'s' if unreadable > 1 else ''} can't be read."))
    if facts.numbers:
        return ()
    reason = fields.not_known(facts)
    return (text("No numbers are known for this port-out"), text(f": {reason}." if reason else "."))


def _context(note: str) -> Context:
    return Context((Mrkdwn(note),))
