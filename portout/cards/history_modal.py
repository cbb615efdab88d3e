"""An order's history in a window of its own: its events and comments, oldest first, twenty at a time."""

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
from portout.cards.error_card import describe
from portout.cards.fields import fields
from portout.cards.fields.timeline import author, event_line, when
from portout.cards.redaction import redact_history
from portout.lookup.results import History
from portout.telnyx.orders import Comment

PAGE_ENTRIES: Final = 20

_MAX_COMMENT: Final = 1_000
_TITLE: Final = PlainText("Port-out history")


def loading_history() -> View:
    """Show at once that it is coming: Slack waits 3 s for a window, Telnyx may take longer."""
    return View(_TITLE, (_said((text("Asking Telnyx…"),)),))


def history_view(history: History, number: int, audience: Audience, reference: str) -> View:
    """Show a page of a history; the nearest, where there is none of that number."""
    if audience is Audience.CHANNEL:
        history = redact_history(history)
    pages = max(1, -(-len(history.entries) // PAGE_ENTRIES))
    number = min(max(1, number), pages)
    entries = history.entries[(number - 1) * PAGE_ENTRIES : number * PAGE_ENTRIES]
    parts: list[RichTextSection | RichTextQuote] = []
    for entry in entries:
        if isinstance(entry, Comment):
            parts += _comment(entry)
        else:
            parts.append(RichTextSection(event_line(entry)))
    blocks: list[Block] = [RichText(tuple(parts))] if parts else []
    if missing := tuple(_missing(history)):
        blocks += [_said(*missing)]
    if not blocks:
        blocks = [_said((text("Telnyx lists no events and no comments for this order."),))]
    if pages > 1:
        blocks.append(Actions(tuple(_turn(history.order_id, number, pages))))
    notes = [f"Order {code(history.order_id)}"]
    notes += [f"page {number} of {pages}"] if pages > 1 else []
    notes += [f"reference {code(reference)}"] if missing else []
    return View(_TITLE, (*blocks, Context((Mrkdwn(" · ".join(notes)),))))


def _comment(comment: Comment) -> Iterator[RichTextSection | RichTextQuote]:
    who = author(comment.user_id)
    yield RichTextSection((*when(comment.created_at), text("comment"), *((text(" by "), *who) if who else ())))
    if body := truncate(fields.comment(comment.body), _MAX_COMMENT):
        yield RichTextQuote((text(body),))


def _missing(history: History) -> Iterator[Line]:
    for what, error in history.missing.items():
        yield (bold(f"Not all is here: the {what} could not be had. "), text(f"{describe(error).brief}."))
    if history.is_cut:
        yield (bold("Not all is here: "), text("there are more events than Telnyx gives at once."))


def _turn(order_id: str, number: int, pages: int) -> Iterator[Button]:
    if number > 1:
        yield Button(EARLIER, PlainText("Earlier"), encode(HistoryPageValue(order_id, number - 1)))
    if number < pages:
        yield Button(LATER, PlainText("Later"), encode(HistoryPageValue(order_id, number + 1)))


def _said(*lines: Line) -> RichText:
    return RichText(tuple(RichTextSection(line) for line in lines))
