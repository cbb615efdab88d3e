"""What all cards have in common: what happened, what it means, the facts, and the small print; in that order."""

from msgspec import Struct

from bot.cards.blocks import (
    Block,
    Context,
    Line,
    Mrkdwn,
    RichText,
    RichTextQuote,
    RichTextSection,
    code,
    plain,
    text,
)
from bot.cards.text import bare
from bot.cards.text import code as mrkdwn_code
from bot.cards.times import date_token
from bot.finding import Found
from bot.telnyx.times import parse_time

NEWLINE = text("\n")


class Card(Struct, frozen=True, kw_only=True):
    """One finding, ready to be shown in full or in brief.

    headline: what it is, how many numbers, to whom. meaning: what that means and how long is left. quote: what
    somebody wrote. facts: one a line. small_print: ids and times, as mrkdwn. brief: what a condensed card adds to the
    headline. event_id: what was asked for.
    """

    event_id: str
    headline: Line
    meaning: Line = ()
    quote: str = ""
    facts: tuple[Line, ...] = ()
    brief: str = ""
    small_print: tuple[str, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """Show it in full."""
        head: list[RichTextSection | RichTextQuote] = [RichTextSection(join(self.headline, self.meaning))]
        if self.quote:
            head.append(RichTextQuote((text(self.quote),)))
        blocks: list[Block] = [RichText(tuple(head))]
        if facts := join(*self.facts):
            blocks.append(RichText((RichTextSection(facts),)))
        if self.small_print:
            blocks.append(Context(tuple(map(Mrkdwn, self.small_print))))
        return tuple(blocks)

    def condensed(self) -> Block:
        """Show it in two lines: the headline, and the id that opens the rest."""
        note = (text(f" · {self.brief}"),) if self.brief else ()
        known = any(element == code(self.event_id) for element in self.headline)
        return RichText((RichTextSection(join((*self.headline, *note), () if known else (code(self.event_id),))),))

    def summary(self) -> str:
        """Say the same in words."""
        return " ".join(part for part in (_sentence(self.headline), _sentence(self.meaning), self.quote) if part)

    def condensed_summary(self) -> str:
        """Say the least of it in words."""
        return plain(self.headline) + (f" · {self.brief}" if self.brief else "")


def join(*lines: Line) -> Line:
    """Put lines under each other; empty ones don't count."""
    joined: Line = ()
    for line in lines:
        joined += (NEWLINE, *line) if joined and line else line
    return joined


def _sentence(line: Line) -> str:
    words = plain(line)
    return words if not words or words.endswith((".", "…")) else f"{words}."


def small_print(found: Found, happened: str) -> tuple[str, ...]:
    """Give the ids, when it happened, in the card's own words, and when Telnyx was asked."""
    order_id = bare(found.event.order_id, 100)
    ids = f"Event {mrkdwn_code(found.event_id)}" + (f" · order {mrkdwn_code(order_id)}" if order_id else "")
    fetched = date_token(found.fetched_at)
    created = parse_time(found.event.created_at)
    return ids, f"{happened} {date_token(created)} · fetched {fetched}" if created else f"Fetched {fetched}"
