"""The message that answers a look-up: all its results, in the order of the ids."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain, repeat
from typing import Final, assert_never

from msgspec import structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import (
    MAX_MESSAGE,
    MAX_SUMMARY,
    MAX_TEXT,
    Actions,
    Block,
    Context,
    Message,
    Mrkdwn,
    OversizedError,
    RichText,
    RichTextSection,
    Section,
    bold,
    encoded_length,
    message,
    text,
)
from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.mrkdwn import mrkdwn, plain
from portout.cards.blockkit.text import code
from portout.cards.buttons import CardButtons
from portout.cards.card import Card, CardOptions, TextSize
from portout.cards.contacts import DEFAULT_CONTACTS, Contacts
from portout.cards.error_card import error_card
from portout.cards.events.foc_date_changed import foc_date_changed
from portout.cards.events.new_comment import new_comment
from portout.cards.events.order import order_card
from portout.cards.events.portout_card import portout_card
from portout.cards.events.unknown_event import unknown_event
from portout.cards.fields.status import PORTING_BELOW
from portout.cards.redaction.results import redact, redact_references
from portout.lookup.portout_facts import facts_of, needs_decision
from portout.lookup.results import (
    MAX_IDS,
    EventResult,
    LookupFailure,
    LookupResult,
    LookupResults,
    MoreOrders,
    OrderResult,
)
from portout.telnyx.events import FocDateChanged, NewComment, StatusChanged, UnknownEvent

MAX_FULL_CARDS = 3
MAX_PRIVATE_NUMBERS = 20
"""The phone numbers on the only card of a private message; with more cards, Slack's limits leave room for fewer."""

_MAX_MALFORMED = 3
# Characters of each name and quotation on a condensed card, and whether it says what to do; the first that fits.
_SIZES: Final = ((120, True), (40, True), (8, True), (8, False))
_MAX_CARDS_TEXT: Final = MAX_SUMMARY - 300  # characters; the rest is for the title and whom to call


def build_card(result: LookupResult, options: CardOptions) -> Card:
    """Return the card of one result."""
    match result:
        case LookupFailure():
            return error_card(result, options.contacts)
        case OrderResult():
            return order_card(result, options)
        case EventResult():
            return _event_card(result, options)
        case _:
            assert_never(result)


def _event_card(result: EventResult, options: CardOptions) -> Card:
    match result.event:
        case StatusChanged():
            return portout_card(result, facts_of(result), options, "Event of")
        case NewComment() as event:
            return new_comment(event, result, options)
        case FocDateChanged() as event:
            return foc_date_changed(event, result, options)
        case UnknownEvent() as event:
            return unknown_event(event, result, options)
        case event:
            assert_never(event)


def build_message(
    looked_up: LookupResults,
    reference: str,
    audience: Audience,
    buttons: CardButtons | None = None,
    contacts: Contacts = DEFAULT_CONTACTS,
    max_full: int = MAX_FULL_CARDS,
) -> Message:
    """Return one message with the cards of all results: full while they fit, else condensed.

    reference: the request id, shown with a failure. buttons: None for a message without buttons. contacts: whom the
    cards tell people to call. max_full: with more results than this, all cards are condensed.
    """
    results = looked_up.results
    shown = redact(results) if audience.is_masked else results
    options = CardOptions(contacts, is_posted=audience is Audience.CHANNEL)
    failed = any(isinstance(result, LookupFailure) for result in results)
    looked_up = redact_references(looked_up) if audience.is_masked else looked_up
    notes = (*_more_orders(looked_up, buttons), *_notes(looked_up, reference if failed else None))

    def end(*, has_more_numbers: bool = False) -> tuple[Block, ...]:
        rows = buttons.rows(results, audience, has_more_numbers=has_more_numbers) if buttons else ()
        return (*notes, *rows)

    more = tuple(map(more_text, looked_up.more))
    if len(results) == 1 and (single := _single(shown[0], options, end, more)):
        return single
    without_owners = structs.replace(options, has_owners=False)
    for size in (options, without_owners) if 1 < len(results) <= max_full else ():
        cards = [build_card(result, size) for result in shown]
        full = (*chain.from_iterable(map(_full, cards, results, repeat(buttons))), *end())
        with suppress(OversizedError):
            return message(_text(cards, more, has_meaning=True), full)
    return _condensed(looked_up, shown, structs.replace(without_owners, is_condensed=True), end(), buttons)


def _single(
    result: LookupResult, options: CardOptions, end: Callable[..., tuple[Block, ...]], more: tuple[str, ...]
) -> Message | None:
    """Return the message with the full card of the only result, or None if it does not fit.

    For one person it shows more numbers, where they fit, and whose they are. end: returns the blocks below the card.
    more: lines below the card in its text.
    """
    larger = structs.replace(options, max_numbers=MAX_PRIVATE_NUMBERS)
    smaller = structs.replace(options, has_owners=False)
    for size in (options,) if options.is_posted else (larger, options, smaller):
        card = build_card(result, size)
        blocks = (*card.blocks(), *end(has_more_numbers=card.number_count > size.max_numbers))
        with suppress(OversizedError):
            return message("\n".join((card.summary(TextSize(MAX_TEXT, has_meaning=True)), *more)), blocks)
    return None


def _condensed(
    looked_up: LookupResults,
    shown: tuple[LookupResult, ...],
    options: CardOptions,
    end: tuple[Block, ...],
    buttons: CardButtons | None,
) -> Message:
    """Return the message with all cards condensed, as far as they fit. shown: the results as their readers see them."""
    results = looked_up.results
    cards = [build_card(result, options) for result in shown]
    waiting = sum(map(needs_decision, results))
    counts = (f"{len(cards)} port-out ids", f"{waiting} to answer", f"{looked_up.omitted} more not looked up")
    title = ", ".join(count for count in counts if not count.startswith("0 "))
    heading = RichText((RichTextSection((bold(title),)),))
    contact = f"The porting desk: {options.contacts.porting}"
    has_contact = any(PORTING_BELOW in plain(card.next_step) for card in cards)
    below = (*((_line(contact),) if has_contact else ()), *_as_of(results), *end)
    details = [
        buttons.details(result) if buttons and not isinstance(result, LookupFailure) else None for result in results
    ]
    for max_length, has_step in _SIZES:
        sections = [
            card.condensed(button, max_length, has_step=has_step) for card, button in zip(cards, details, strict=True)
        ]
        blocks = (heading, *sections, *below)
        if encoded_length(blocks) <= MAX_MESSAGE:
            break
    while encoded_length(blocks) > MAX_MESSAGE:
        sections.pop()
        more = _line(f"{len(cards) - len(sections)} more do not fit into one message: look them up by themselves.")
        blocks = (heading, *sections, more, *below)
    below_text = (*map(more_text, looked_up.more), *((contact,) if has_contact else ()))
    return message("\n".join((f"{title}:", _text(cards, below_text, has_meaning=False))), blocks)


def _line(value: str) -> RichText:
    return RichText((RichTextSection((text(value),)),))


def _text(cards: Sequence[Card], below: Sequence[str], *, has_meaning: bool) -> str:
    """Return the cards as plain text, as much of each as there is room for so that none is cut off; lines below."""
    for size in (TextSize(80, has_meaning), TextSize(80), TextSize(1), TextSize(1, has_step=False)):
        lines = "\n".join(card.summary(size) for card in cards)
        if len(lines) <= _MAX_CARDS_TEXT:
            break
    return "\n".join((lines, *below))


def _full(card: Card, result: LookupResult, buttons: CardButtons | None) -> tuple[Block, ...]:
    """Return the blocks of one of several full cards; *Details* leads to what it has no room for."""
    if buttons is None or isinstance(result, LookupFailure):
        return card.blocks()
    return (*card.blocks(), Actions((buttons.details(result), *buttons.history(result))))


def _as_of(results: tuple[LookupResult, ...]) -> tuple[Block, ...]:
    """Return when the results were fetched, which a condensed card does not show; of several times the earliest."""
    times = [result.fetched_at for result in results if not isinstance(result, LookupFailure)]
    return (Context((Mrkdwn(f"As of {date_token(min(times))}"),)),) if times else ()


def _more_orders(looked_up: LookupResults, buttons: CardButtons | None) -> tuple[Block, ...]:
    """Return a line for each reference that finds more orders than are shown, with a button that lists them all."""
    return tuple(
        Section(Mrkdwn(mrkdwn((text(more_text(more)),))), buttons.more_orders(more) if buttons else None)
        for more in looked_up.more
    )


def more_text(more: MoreOrders) -> str:
    """Return how many orders a reference finds, how many of them are not shown, and whether there are others."""
    hidden = f", {len(more.hidden):,} of them not shown here" if more.hidden else ""
    unread = "" if more.has_all else "; there are others that could not be read"
    return f"{more.total:,} port-out{'s' if more.total > 1 else ''} of {more.reference.value}{hidden}{unread}."


def _notes(looked_up: LookupResults, reference: str | None) -> tuple[Block, ...]:
    notes = []
    if looked_up.omitted:
        notes.append(f"{looked_up.omitted} more left out: at most {MAX_IDS} ids, keys and numbers at a time.")
    if looked_up.unknown:
        ids = "1 other id belongs" if looked_up.unknown == 1 else f"{looked_up.unknown} other ids belong"
        notes.append(f"{ids} to no port-out of this Telnyx account.")
    if looked_up.unknown_references:
        values = [code(reference.value) for reference in looked_up.unknown_references]
        more = len(values) - _MAX_MALFORMED
        notes.append(
            f"No port-out of {', '.join(values[:_MAX_MALFORMED])}{f', nor of {more} more' if more > 0 else ''}"
        )
    if looked_up.malformed:
        shown = map(code, looked_up.malformed[:_MAX_MALFORMED])
        more = len(looked_up.malformed) - _MAX_MALFORMED
        notes.append(f"Not a whole id: {', '.join(shown)}{f', and {more} more' if more > 0 else ''}")
    if reference is not None:
        notes.append(f"Reference {code(reference)}")
    return (Context(tuple(map(Mrkdwn, notes))),) if notes else ()
