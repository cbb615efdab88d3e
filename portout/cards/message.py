"""The message that answers a look-up: all its findings, in the order asked."""

from collections.abc import Sequence
from itertools import chain, repeat
from typing import assert_never

from portout.cards.audience import Form
from portout.cards.blockkit.blocks import (
    LONGEST_MESSAGE,
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
from portout.cards.buttons import Controls
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

MOST_FULL_CARDS = 3
_LONGEST_WORDS = (120, 40, 15)  # of one name or text on a condensed card: the first that fits


def card(result: LookupResult) -> Card:
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


def answer(
    results: Sequence[LookupResult],
    asked: ExtractedIds,
    reference: str,
    form: Form,
    controls: Controls | None = None,
    *,
    most_full: int = MOST_FULL_CARDS,
) -> Message:
    """Put all findings into one message: in full while they fit, else condensed. reference: for failures."""
    shown = [redact(result) for result in results] if form is Form.CHANNEL else results
    cards = [card(result) for result in shown]
    failed = any(isinstance(result, LookupFailure) for result in results)
    end = (
        *_notes(asked, reference if failed else None),
        *(controls.below(results, form) if controls else ()),
    )
    if len(cards) == 1:
        return message(cards[0].summary(), (*cards[0].blocks(), *end))
    if len(cards) <= most_full:
        full = (*chain.from_iterable(map(_full, cards, results, repeat(controls))), *end)
        if size_of(full) <= LONGEST_MESSAGE:
            return message("\n".join(one.summary() for one in cards), full)
    title = f"{len(cards)} port-out ids"
    heading = RichText((RichTextSection((bold(title),)),))
    lines = [f"{title}:", *(one.condensed_summary() for one in cards)]
    for longest in _LONGEST_WORDS:
        blocks = (heading, *map(_condensed, cards, results, repeat(controls), repeat(longest)), *end)
        if size_of(blocks) <= LONGEST_MESSAGE:
            break
    return message("\n".join(lines), blocks)


def _full(one: Card, result: LookupResult, controls: Controls | None) -> tuple[Block, ...]:
    history = controls.history(result) if controls else ()
    return (*one.blocks(), *((Actions(history),) if history else ()))


def _condensed(one: Card, result: LookupResult, controls: Controls | None, longest: int) -> Block:
    return one.condensed(
        controls.details(result) if controls and not isinstance(result, LookupFailure) else None, longest
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
