"""The structure that all cards share: what happened, what it means, the facts and the context, in that order."""

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
    """The card of one result, which can be shown in full or condensed.

    id: the id that was looked up. headline: what it is, how many numbers, to which carrier. meaning: what that means
    and how long is left. quote: what somebody wrote. facts: one per line. brief: what a condensed card adds to the
    headline. context: ids and times, as mrkdwn, one element of a context block each.
    """

    id: str
    headline: Line
    meaning: Line = ()
    quote: str = ""
    facts: tuple[Line, ...] = ()
    brief: str = ""
    context: tuple[str, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the full card."""
        head: list[RichTextSection | RichTextQuote] = [RichTextSection(join(self.headline, self.meaning))]
        if self.quote:
            head.append(RichTextQuote((text(self.quote),)))
        blocks: list[Block] = [RichText(tuple(head))]
        if facts := join(*self.facts):
            blocks.append(RichText((RichTextSection(facts),)))
        if self.context:
            blocks.append(Context(tuple(map(Mrkdwn, self.context))))
        return tuple(blocks)

    def condensed(self, details: Button | None, max_length: int) -> Block:
        """Return the headline and the id in two lines, beside a button that opens the rest.

        max_length: characters of each name or text; the rest is cut off.
        """
        brief = (text(f" · {self.brief}"),) if self.brief else ()
        headline_has_id = any(element == code(self.id) for element in self.headline)
        lines = join((*self.headline, *brief), () if headline_has_id else (code(self.id),))
        return Section(mrkdwn(lines, max_length), details)

    def summary(self) -> str:
        """Return the full card as plain text, without facts and context: for notifications and screen readers."""
        return " ".join(part for part in (_sentence(self.headline), _sentence(self.meaning), self.quote) if part)

    def condensed_summary(self) -> str:
        """Return the condensed card as plain text."""
        return plain(self.headline) + (f" · {self.brief}" if self.brief else "")


def join(*lines: Line) -> Line:
    """Return the lines below one another, without the empty ones."""
    joined: Line = ()
    for line in lines:
        joined += (NEWLINE, *line) if joined and line else line
    return joined


def _sentence(line: Line) -> str:
    sentence = plain(line)
    return sentence if not sentence or sentence.endswith((".", "…")) else f"{sentence}."


def order_is(status: str, start: str = "Order is ") -> Line:
    """Return the current status of an order, as Telnyx spells it, after `start`."""
    return (text(start), bold(one_line(status, 60) or "unknown"))


def context_of(result: EventResult | OrderResult, verb: str = "") -> tuple[str, ...]:
    """Return two context elements: the ids and keys, and the times of the event and of the fetch.

    verb: what happened at the time of the event, such as "Moved"; not used for an order.
    """
    event_id = result.id if isinstance(result, EventResult) else None
    # Not what Telnyx sent in the place of an order's id, unless it is one.
    order_id = result.order_id
    keys = {"Event ": event_id, "order ": order_id, "": result.order.support_key, "PON ": result.order.pon}
    ids = " · ".join(f"{label}{shown}" for label, key in keys.items() if (shown := mrkdwn_code(key)))
    created = parse_time(result.event.created_at) if isinstance(result, EventResult) else None
    times = [f"{verb} {date_token(created)}"] if created else []
    if isinstance(result.snapshot, OrderSnapshot):
        times.append(f"order as of {date_token(result.snapshot.as_of)}")
    else:
        times.append(f"fetched {date_token(result.fetched_at)}")
    times[0] = times[0][0].upper() + times[0][1:]
    return ids[0].upper() + ids[1:], " · ".join(times)
