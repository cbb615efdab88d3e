"""The structure that all cards share: what happened, what it means, what to do, the facts and the context."""

from typing import Final

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
    code,
    text,
)
from portout.cards.blockkit.mrkdwn import mrkdwn, plain
from portout.cards.blockkit.text import truncate
from portout.cards.contacts import Contacts

NEWLINE: Final = text("\n")


class CardOptions(Struct, frozen=True):
    """What the text of a card depends on, apart from its facts.

    contacts: whom it tells people to call. is_condensed: whom to call stands once, below all the cards. is_posted: it
    is read later, too, so that "in 21 h" would be wrong then. max_numbers: how many phone numbers the full card shows.
    has_owners: it says whose they are, as far as that is known.
    """

    contacts: Contacts = Contacts()
    is_condensed: bool = False
    is_posted: bool = False
    max_numbers: int = 3
    has_owners: bool = True


class TextSize(Struct, frozen=True):
    """How much of a card is in the text of its message. max_quote: characters of what somebody wrote, 1 or more."""

    max_quote: int
    has_meaning: bool = False
    has_step: bool = True


class Card(Struct, frozen=True, kw_only=True):
    """The card of one result, which can be shown in full or condensed.

    id: the id that was looked up. headline: what it is, in our words and in Telnyx's. amount, carrier: how many
    numbers, to whom. meaning: what that means. warning: a sign of theft. next_step: who has to do what, and where.
    quote: what somebody wrote. facts: one per line. numbers, deadline: the first number, and until when to answer or
    from when the numbers leave, for where there is no room for the facts and the meaning. number_count: how many can be
    read, whether shown or not. context: ids and times, as mrkdwn, one element of a context block each.
    """

    id: str
    headline: Line
    amount: Line = ()
    carrier: Line = ()
    meaning: Line = ()
    warning: Line = ()
    next_step: Line = ()
    quote: str = ""
    facts: tuple[Line, ...] = ()
    numbers: Line = ()
    number_count: int = 0
    deadline: Line = ()
    context: tuple[str, ...] = ()

    def head(self) -> RichText:
        """Return the block that a person reads first: what it is, what that means, and what to do."""
        lines = join((*self.headline, *self.amount, *self.carrier), self.meaning, self.warning, self.next_step)
        parts: list[RichTextSection | RichTextQuote] = [RichTextSection(lines)]
        if self.quote:
            parts.append(RichTextQuote((text(self.quote),)))
        return RichText(tuple(parts))

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the full card."""
        blocks: list[Block] = [self.head()]
        if facts := join(*self.facts):
            blocks.append(RichText((RichTextSection(facts),)))
        if self.context:
            blocks.append(Context(tuple(map(Mrkdwn, self.context))))
        return tuple(blocks)

    def condensed(self, details: Button | None, max_length: int, *, has_step: bool) -> Block:
        """Return what must not be missed, and the id, in a few lines beside a button that opens the rest.

        max_length: characters of the quotation and of each name of the carrier; the rest is cut off. has_step: whether
        there is room for the next step.
        """
        quote = (text(f"“{' '.join(self.quote.split())}”"),) if self.quote else ()
        headline_has_id = code(self.id) in self.headline
        lines = (
            mrkdwn((*self.headline, *self.amount)) + mrkdwn(self.carrier, max_length),
            " · ".join(filter(None, (mrkdwn(self.numbers), mrkdwn(self.deadline), mrkdwn(quote, max_length)))),
            mrkdwn(self.warning),
            mrkdwn(self.next_step) if has_step else "",
            "" if headline_has_id else mrkdwn((code(self.id),)),
        )
        return Section(Mrkdwn("\n".join(filter(None, lines))), details)

    def summary(self, size: TextSize) -> str:
        """Return the card as plain text, without ids and times: for notifications and screen readers."""
        numbers = (text("Numbers "), *self.numbers) if self.numbers else ()
        step = self.next_step if size.has_step else ()
        meaning = self.meaning if size.has_meaning else self.deadline
        lines = ((*self.headline, *self.amount, *self.carrier), self.warning, meaning, step, numbers)
        return " ".join(filter(None, (*map(_sentence, lines), truncate(self.quote, size.max_quote))))


def join(*lines: Line) -> Line:
    """Return the lines below one another, without the empty ones."""
    joined: Line = ()
    for line in lines:
        joined += (NEWLINE, *line) if joined and line else line
    return joined


def _sentence(line: Line) -> str:
    sentence = plain(line)
    if not sentence or sentence.endswith((".", "…")):
        return sentence
    return f"{sentence[0].upper()}{sentence[1:]}."
