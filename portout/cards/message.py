"""The message that answers a look-up: all its findings, in the order asked."""

from collections.abc import Sequence
from itertools import chain, repeat
from typing import assert_never

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
    message,
)
from portout.cards.blockkit.blocks import size as size_of
from portout.cards.blockkit.text import code
from portout.cards.buttons import CardButtons
from portout.cards.card import Card
from portout.cards.error_card import error_card
from portout.cards.events.foc_date_changed import foc_date_changed
from portout.cards.events.new_comment import new_comment
from portout.cards.events.order import order_card
from portout.cards.events.status_changed import status_changed
from portout.cards.events.unknown_event import unknown_event
from portout.cards.redaction import redact
from portout.lookup.identifiers import MAX_IDS, ExtractedIds
from portout.lookup.results import EventResult, LookupFailure, LookupResult, OrderResult
from portout.telnyx.events import FocDateChanged, NewComment, StatusChanged, UnknownEvent

MAX_FULL_CARDS = 3
_TEXT_LIMITS = (120, 40, 15)  # of one name or text on a condensed card: the first that fits


def build_card(result: LookupResult) -> Card:
    """Draw the card of one finding."""
    match result:
        case LookupFailure():
            return error_card(result)
        case OrderResult():
            return order_card(result)
        case EventResult():
            return _event_card(result)
        case _:
            assert_never(result)


def _event_card(found: EventResult) -> Card:
    match found.event:
        case StatusChanged() as event:
            return status_changed(event, found)
        case NewComment() as event:
            return new_comment(event, found)
        case FocDateChanged() as event:
            return foc_date_changed(event, found)
        case UnknownEvent() as event:
            return unknown_event(event, found)
        case event:
            assert_never(event)


def build_message(
    results: Sequence[LookupResult],
    asked: ExtractedIds,
    reference: str,
    audience: Audience,
    controls: CardButtons | None = None,
    *,
    max_full: int = MAX_FULL_CARDS,
) -> Message:
    """Put all findings into one message: in full while they fit, else condensed. reference: for failures."""
    shown = [redact(result) for result in results] if audience is Audience.CHANNEL else results
    cards = [build_card(result) for result in shown]
    failed = any(isinstance(result, LookupFailure) for result in results)
    end = (
        *_notes(asked, reference if failed else None),
        *(controls.rows(results, audience) if controls else ()),
    )
    if len(cards) == 1:
        return message(cards[0].summary(), (*cards[0].blocks(), *end))
    if len(cards) <= max_full:
        full = (*chain.from_iterable(map(_full, cards, results, repeat(controls))), *end)
        if size_of(full) <= MAX_MESSAGE:
            return message("\n".join(one.summary() for one in cards), full)
    title = f"{len(cards)} port-out ids"
    heading = RichText((RichTextSection((bold(title),)),))
    lines = [f"{title}:", *(one.condensed_summary() for one in cards)]
    for max_length in _TEXT_LIMITS:
        blocks = (heading, *map(_condensed, cards, results, repeat(controls), repeat(max_length)), *end)
        if size_of(blocks) <= MAX_MESSAGE:
            break
    return message("\n".join(lines), blocks)


def _full(one: Card, result: LookupResult, controls: CardButtons | None) -> tuple[Block, ...]:
    history = controls.history(result) if controls else ()
    return (*one.blocks(), *((Actions(history),) if history else ()))


def _condensed(one: Card, result: LookupResult, controls: CardButtons | None, max_length: int) -> Block:
    return one.condensed(
        controls.details(result) if controls and not isinstance(result, LookupFailure) else None, max_length
    )


def _notes(asked: ExtractedIds, reference: str | None) -> tuple[Block, ...]:
    notes = []
    if asked.omitted:
        notes.append(f"{asked.omitted} more left out: at most {MAX_IDS} ids at a time.")
    if asked.malformed:
        notes.append(f"Not a whole id: {', '.join(map(code, asked.malformed))}")
    if reference is not None:
        notes.append(f"Reference {code(reference)}")
    return (Context(tuple(map(Mrkdwn, notes))),) if notes else ()
