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
from portout.cards.contacts import Contacts

NEWLINE: Final = text("\n")


class CardOptions(Struct, frozen=True):
    """What the text of a card depends on, apart from its facts.

    contacts: whom it tells people to call. is_posted: it is read later, too, so that "21 h left" would be wrong then.
    max_numbers: how many phone numbers the full card shows.
    """

    contacts: Contacts = Contacts()
    is_posted: bool = False
    max_numbers: int = 3


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

    def condensed(self, details: Button | None, max_length: int) -> Block:
        """Return what must not be missed, and the id, in a few lines beside a button that opens the rest.

        max_length: characters of the quotation and of each name of the carrier; the rest is cut off.
        """
        quote = (text(f"“{' '.join(self.quote.split())}”"),) if self.quote else ()
        headline_has_id = code(self.id) in self.headline
        lines = (
            mrkdwn((*self.headline, *self.amount)) + mrkdwn(self.carrier, max_length),
            " · ".join(filter(None, (mrkdwn(self.numbers), mrkdwn(self.deadline), mrkdwn(quote, max_length)))),
            mrkdwn(self.warning),
            mrkdwn(self.next_step),
            "" if headline_has_id else mrkdwn((code(self.id),)),
        )
        return Section(Mrkdwn("\n".join(filter(None, lines))), details)

    def summary(self) -> str:
        """Return the full card as plain text, without ids and times: for notifications and screen readers."""
        return self._plain(self.meaning)

    def condensed_summary(self) -> str:
        """Return the condensed card as plain text."""
        return self._plain(self.deadline)

    def _plain(self, meaning: Line) -> str:
        numbers = (text("Numbers "), *self.numbers) if self.numbers else ()
        lines = ((*self.headline, *self.amount, *self.carrier), self.warning, meaning, self.next_step, numbers)
        return " ".join(filter(None, (*map(_sentence, lines), self.quote)))


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
