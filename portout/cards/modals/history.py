"""The modal with an order's history: its events and comments, oldest first, twenty on a page."""

from collections.abc import Iterator
from typing import Final

from portout.cards.blockkit.blocks import (
    Block,
    Context,
    Line,
    Mrkdwn,
    PlainText,
    RichText,
    RichTextQuote,
    RichTextSection,
    View,
    bold,
    text,
)
from portout.cards.blockkit.text import code, truncate
from portout.cards.buttons import EARLIER, LATER, HistoryPageValue
from portout.cards.card import CardOptions
from portout.cards.error_card import describe
from portout.cards.events.portout_card import portout_card
from portout.cards.fields import facts
from portout.cards.fields.timeline import by_author, event_line, when
from portout.cards.modals.pages import page_of, section
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import History
from portout.telnyx.orders import Comment

PAGE_ENTRIES: Final = 20
TITLE: Final = PlainText("Port-out history")

_MAX_COMMENT: Final = 1_000


def history_view(history: History, number: int, reference: str, options: CardOptions) -> View:
    """Return the modal with one page of a history.

    number: the page, from 1; where there is none of that number, the nearest is shown. reference: the request id, shown
    when a part of the history could not be fetched.
    """
    page = page_of(history.entries, number, PAGE_ENTRIES)
    events = [entry for entry in history.entries if not isinstance(entry, Comment)]
    parts: list[RichTextSection | RichTextQuote] = []
    for entry in page.entries:
        if isinstance(entry, Comment):
            parts += _comment(entry)
        else:
            parts.append(RichTextSection(event_line(entry, events)))
    blocks: list[Block] = list(_head(history, options))
    if parts:
        blocks.append(RichText(tuple(parts)))
    missing = tuple(_missing(history))
    if missing:
        blocks.append(section(*missing))
    elif not parts:
        blocks.append(section((text("Telnyx lists no events and no comments for this order."),)))
    blocks += page.buttons(EARLIER, LATER, lambda other: HistoryPageValue(history.order_id, other))
    notes = (f"Order {code(history.order_id)}", page.note, f"reference {code(reference)}" if missing else "")
    return View(TITLE, (*blocks, Context((Mrkdwn(" · ".join(filter(None, notes))),))))


def _head(history: History, options: CardOptions) -> tuple[Block, ...]:
    """Return the state of the order, as on its card, and the first of its numbers."""
    known = facts_of(history.order)
    numbers = facts.fact("Numbers", facts.numbers(known.numbers, options.max_numbers))
    return (portout_card(history.order, known, options).head(), *((section(numbers),) if numbers else ()))


def _comment(comment: Comment) -> Iterator[RichTextSection | RichTextQuote]:
    yield RichTextSection((*when(comment.created_at), text("comment"), *by_author(comment.user_id)))
    if body := truncate(facts.comment(comment.body), _MAX_COMMENT):
        yield RichTextQuote((text(body),))


def _missing(history: History) -> Iterator[Line]:
    for part, error in history.missing.items():
        yield (bold(f"Not all is here: the {part} could not be had. "), text(f"{describe(error).brief}."))
    for part in history.incomplete:
        yield (bold("Not all is here: "), text(f"there are {part} that could not be read."))
