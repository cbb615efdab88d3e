"""The modal with an order's history: its events and comments, oldest first, twenty on a page."""

from collections.abc import Iterator
from typing import Final

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import (
    Actions,
    Block,
    Button,
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
from portout.cards.buttons import EARLIER, LATER, HistoryPageValue, encode
from portout.cards.card import CardOptions
from portout.cards.contacts import DEFAULT_CONTACTS, Contacts
from portout.cards.error_card import describe
from portout.cards.events.order import order_card
from portout.cards.fields import facts
from portout.cards.fields.timeline import author, event_line, when
from portout.cards.redaction import redact_history
from portout.lookup.results import History
from portout.telnyx.orders import Comment

PAGE_ENTRIES: Final = 20

_MAX_COMMENT: Final = 1_000
_TITLE: Final = PlainText("Port-out history")


def loading_history() -> View:
    """Return the modal to open at once: Slack accepts a modal for 3 s after a click, and Telnyx may take longer."""
    return View(_TITLE, (_section((text("Asking Telnyx…"),)),))


def history_view(
    history: History, number: int, audience: Audience, reference: str, contacts: Contacts = DEFAULT_CONTACTS
) -> View:
    """Return the modal with one page of a history.

    number: the page, from 1; where there is none of that number, the nearest is shown. reference: the request id, shown
    when a part of the history could not be fetched. contacts: whom it tells people to call.
    """
    if audience.is_masked:
        history = redact_history(history)
    pages = max(1, -(-len(history.entries) // PAGE_ENTRIES))
    number = min(max(1, number), pages)
    entries = history.entries[(number - 1) * PAGE_ENTRIES : number * PAGE_ENTRIES]
    events = [entry for entry in history.entries if not isinstance(entry, Comment)]
    parts: list[RichTextSection | RichTextQuote] = []
    for entry in entries:
        if isinstance(entry, Comment):
            parts += _comment(entry)
        else:
            parts.append(RichTextSection(event_line(entry, events)))
    blocks: list[Block] = list(_head(history, CardOptions(contacts)))
    if parts:
        blocks.append(RichText(tuple(parts)))
    missing = tuple(_missing(history))
    if missing:
        blocks.append(_section(*missing))
    elif not parts:
        blocks.append(_section((text("Telnyx lists no events and no comments for this order."),)))
    if pages > 1:
        blocks.append(Actions(tuple(_page_buttons(history.order_id, number, pages))))
    notes = [f"Order {code(history.order_id)}"]
    notes += [f"page {number} of {pages}"] if pages > 1 else []
    notes += [f"reference {code(reference)}"] if missing else []
    return View(_TITLE, (*blocks, Context((Mrkdwn(" · ".join(notes)),))))


def _head(history: History, options: CardOptions) -> tuple[Block, ...]:
    """Return the state of the order, as on its card, and the first of its numbers."""
    card = order_card(history.order, options)
    return (card.head(), *((_section(card.facts[0]),) if card.facts[0] else ()))


def _comment(comment: Comment) -> Iterator[RichTextSection | RichTextQuote]:
    name = author(comment.user_id)
    yield RichTextSection((*when(comment.created_at), text("comment"), *((text(" by "), *name) if name else ())))
    if body := truncate(facts.comment(comment.body), _MAX_COMMENT):
        yield RichTextQuote((text(body),))


def _missing(history: History) -> Iterator[Line]:
    for part, error in history.missing.items():
        yield (bold(f"Not all is here: the {part} could not be had. "), text(f"{describe(error).brief}."))
    for part in history.incomplete:
        yield (bold("Not all is here: "), text(f"there are {part} that could not be read."))


def _page_buttons(order_id: str, number: int, pages: int) -> Iterator[Button]:
    if number > 1:
        yield Button(EARLIER, PlainText("Earlier"), encode(HistoryPageValue(order_id, number - 1)))
    if number < pages:
        yield Button(LATER, PlainText("Later"), encode(HistoryPageValue(order_id, number + 1)))


def _section(*lines: Line) -> RichText:
    return RichText(tuple(RichTextSection(line) for line in lines))
