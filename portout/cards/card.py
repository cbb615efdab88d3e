"""What all cards have in common: what happened, what it means, the facts, and the small print; in that order."""

from msgspec import Struct

from portout.cards.blockkit.blocks import (
    Block,
    Button,
    Context,
    Line,
    Mrkdwn,
    RichText,
    RichTextQuote,
    RichTextSection,
    Section,
    bold,
    code,
    text,
)
from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.mrkdwn import mrkdwn, plain
from portout.cards.blockkit.text import code as mrkdwn_code
from portout.cards.blockkit.text import one_line
from portout.lookup.results import EventResult, OrderResult, OrderSnapshot
from portout.telnyx.dates import parse_time

NEWLINE = text("\n")


class Card(Struct, frozen=True, kw_only=True):
    """One finding, ready to be shown in full or in brief.

    headline: what it is, how many numbers, to whom. meaning: what that means and how long is left. quote: what
    somebody wrote. facts: one a line. small_print: ids and times, as mrkdwn. brief: what a condensed card adds to the
    headline. id: what was asked for.
    """

    id: str
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

    def condensed(self, opening: Button | None, max_length: int) -> Block:
        """Show it in two lines, the headline and the id, and a button that opens the rest.

        longest: how many characters of one name or text are shown.
        """
        note = (text(f" · {self.brief}"),) if self.brief else ()
        known = any(element == code(self.id) for element in self.headline)
        lines = join((*self.headline, *note), () if known else (code(self.id),))
        return Section(mrkdwn(lines, max_length), opening)

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


def order_is(status: str, start: str = "Order is ") -> Line:
    """Name the status of an order now, in Telnyx's own word."""
    return (text(start), bold(one_line(status, 60) or "unknown"))


def small_print(found: EventResult | OrderResult, happened: str = "") -> tuple[str, ...]:
    """Give the ids and keys, when it happened, in the card's own words, and when Telnyx was asked."""
    event_id = found.id if isinstance(found, EventResult) else None
    order_id = found.id if isinstance(found, OrderResult) else found.event.order_id
    keys = {"Event ": event_id, "order ": order_id, "": found.order.support_key, "PON ": found.order.pon}
    named = " · ".join(f"{name}{shown}" for name, key in keys.items() if (shown := mrkdwn_code(key)))
    created = parse_time(found.event.created_at) if isinstance(found, EventResult) else None
    times = [f"{happened} {date_token(created)}"] if created else []
    if isinstance(found.snapshot, OrderSnapshot):
        times.append(f"order as of {date_token(found.snapshot.as_of)}")
    else:
        times.append(f"fetched {date_token(found.fetched_at)}")
    times[0] = times[0][0].upper() + times[0][1:]
    return named[0].upper() + named[1:], " · ".join(times)
