"""The message that answers a look-up: all its findings, in the order asked."""

from collections.abc import Sequence
from typing import assert_never

from bot.cards.blocks import (
    LONGEST_MESSAGE,
    Actions,
    Block,
    Button,
    Context,
    Message,
    Mrkdwn,
    RichText,
    RichTextSection,
    bold,
    message,
)
from bot.cards.blocks import size as size_of
from bot.cards.card import Card
from bot.cards.failure import failure
from bot.cards.foc_date_changed import foc_date_changed
from bot.cards.form import Form
from bot.cards.new_comment import new_comment
from bot.cards.status_changed import status_changed
from bot.cards.text import code
from bot.cards.unknown_event import unknown_event
from bot.finding import Failed, Finding
from bot.identifiers import MOST_IDS, Identifiers
from bot.telnyx.events import FocDateChanged, NewComment, StatusChanged, UnknownEvent

MOST_FULL_CARDS = 3


def card(finding: Finding, form: Form) -> Card:
    """Draw the card of one finding."""
    if isinstance(finding, Failed):
        return failure(finding)
    match finding.event:
        case StatusChanged() as event:
            return status_changed(event, finding, form)
        case NewComment() as event:
            return new_comment(event, finding, form)
        case FocDateChanged() as event:
            return foc_date_changed(event, finding)
        case UnknownEvent() as event:
            return unknown_event(event, finding, form)
        case event:
            assert_never(event)


def answer(
    findings: Sequence[Finding],
    asked: Identifiers,
    reference: str,
    form: Form,
    buttons: tuple[Button, ...] = (),
    *,
    most_full: int = MOST_FULL_CARDS,
) -> Message:
    """Put all findings into one message: in full while they fit, else condensed. reference: for failures."""
    cards = [card(finding, form) for finding in findings]
    failed = any(isinstance(finding, Failed) for finding in findings)
    notes = (*_notes(asked, reference if failed else None), *((Actions(buttons),) if buttons else ()))
    full = (*(block for one in cards for block in one.blocks()), *notes)
    if len(cards) == 1 or (len(cards) <= most_full and size_of(full) <= LONGEST_MESSAGE):
        return message("\n".join(one.summary() for one in cards), full)
    title = f"{len(cards)} port-out ids"
    heading = RichText((RichTextSection((bold(title),)),))
    hint = Context((Mrkdwn("`/portout-event` with one of the ids shows it in full."),))
    lines = [one.condensed_summary() for one in cards]
    return message("\n".join([f"{title}:", *lines]), (heading, *(one.condensed() for one in cards), hint, *notes))


def _notes(asked: Identifiers, reference: str | None) -> tuple[Block, ...]:
    notes = []
    if asked.left_out:
        notes.append(f"{asked.left_out} more left out: at most {MOST_IDS} ids at a time.")
    if asked.almost:
        notes.append(f"Not a whole id: {', '.join(map(code, asked.almost))}")
    if reference is not None:
        notes.append(f"Reference {code(reference)}")
    return (Context(tuple(map(Mrkdwn, notes))),) if notes else ()
