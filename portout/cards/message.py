"""The message that answers a look-up: all its results, in the order of the ids."""

from collections.abc import Callable
from itertools import chain, repeat
from typing import assert_never

from msgspec import structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import (
    MAX_MESSAGE,
    Actions,
    Block,
    Context,
    Message,
    Mrkdwn,
    RichText,
    RichTextSection,
    bold,
    encoded_length,
    message,
)
from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.text import code
from portout.cards.buttons import CardButtons
from portout.cards.card import Card, CardOptions
from portout.cards.contacts import DEFAULT_CONTACTS, Contacts
from portout.cards.error_card import error_card
from portout.cards.events.foc_date_changed import foc_date_changed
from portout.cards.events.new_comment import new_comment
from portout.cards.events.order import order_card
from portout.cards.events.status_changed import status_changed
from portout.cards.events.unknown_event import unknown_event
from portout.cards.redaction import redact
from portout.lookup.portout_facts import needs_decision
from portout.lookup.results import (
    MAX_IDS,
    EventResult,
    LookupFailure,
    LookupResult,
    LookupResults,
    OrderResult,
)
from portout.telnyx.events import FocDateChanged, NewComment, StatusChanged, UnknownEvent

MAX_FULL_CARDS = 3
MAX_PRIVATE_NUMBERS = 20
"""The phone numbers on the only card of a private message; with more cards, Slack's limits leave room for fewer."""

_MAX_MALFORMED = 3
_TEXT_LIMITS = (120, 40, 8)  # characters of each text on a condensed card; the first with which all cards fit is used


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
            return status_changed(result, options)
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
    notes = _notes(looked_up, reference if failed else None)

    def end(*, has_more_numbers: bool = False) -> tuple[Block, ...]:
        rows = buttons.rows(results, audience, has_more_numbers=has_more_numbers) if buttons else ()
        return (*notes, *rows)

    if len(results) == 1:
        return _single(shown[0], options, end)
    cards = [build_card(result, options) for result in shown]
    if len(cards) <= max_full:
        full = (*chain.from_iterable(map(_full, cards, results, repeat(buttons))), *end())
        if encoded_length(full) <= MAX_MESSAGE:
            return message("\n".join(card.summary() for card in cards), full)
    waiting = sum(map(needs_decision, results))
    counts = (f"{len(cards)} port-out ids", f"{waiting} to answer", f"{looked_up.omitted} more not looked up")
    title = ", ".join(count for count in counts if not count.startswith("0 "))
    heading = RichText((RichTextSection((bold(title),)),))
    below = (*_as_of(results), *end())
    for max_length in _TEXT_LIMITS:
        blocks = (heading, *map(_condensed, cards, results, repeat(buttons), repeat(max_length)), *below)
        if encoded_length(blocks) <= MAX_MESSAGE:
            break
    return message("\n".join((f"{title}:", *(card.condensed_summary() for card in cards))), blocks)


def _single(result: LookupResult, options: CardOptions, end: Callable[..., tuple[Block, ...]]) -> Message:
    """Return the message with the card of the only result; for one person it shows more numbers, where they fit.

    end: returns the blocks below the card.
    """
    for max_numbers in (options.max_numbers,) if options.is_posted else (MAX_PRIVATE_NUMBERS, options.max_numbers):
        card = build_card(result, structs.replace(options, max_numbers=max_numbers))
        blocks = (*card.blocks(), *end(has_more_numbers=card.number_count > max_numbers))
        if card.number_count <= options.max_numbers or encoded_length(blocks) <= MAX_MESSAGE:
            break
    return message(card.summary(), blocks)


def _full(card: Card, result: LookupResult, buttons: CardButtons | None) -> tuple[Block, ...]:
    history = buttons.history(result) if buttons else ()
    return (*card.blocks(), *((Actions(history),) if history else ()))


def _condensed(card: Card, result: LookupResult, buttons: CardButtons | None, max_length: int) -> Block:
    details = buttons.details(result) if buttons and not isinstance(result, LookupFailure) else None
    return card.condensed(details, max_length)


def _as_of(results: tuple[LookupResult, ...]) -> tuple[Block, ...]:
    """Return when the results were fetched, which a condensed card does not show; of several times the earliest."""
    times = [result.fetched_at for result in results if not isinstance(result, LookupFailure)]
    return (Context((Mrkdwn(f"As of {date_token(min(times))}"),)),) if times else ()


def _notes(looked_up: LookupResults, reference: str | None) -> tuple[Block, ...]:
    notes = []
    if looked_up.omitted:
        notes.append(f"{looked_up.omitted} more left out: at most {MAX_IDS} ids at a time.")
    if looked_up.unknown:
        ids = "1 other id belongs" if looked_up.unknown == 1 else f"{looked_up.unknown} other ids belong"
        notes.append(f"{ids} to no port-out of this Telnyx account.")
    if looked_up.malformed:
        shown = map(code, looked_up.malformed[:_MAX_MALFORMED])
        more = len(looked_up.malformed) - _MAX_MALFORMED
        notes.append(f"Not a whole id: {', '.join(shown)}{f', and {more} more' if more > 0 else ''}")
    if reference is not None:
        notes.append(f"Reference {code(reference)}")
    return (Context(tuple(map(Mrkdwn, notes))),) if notes else ()
