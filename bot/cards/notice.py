"""Short words to a person where there is no card: wait, come back, or sorry."""

from collections.abc import Sequence

from bot.cards.blocks import Line, Message, RichText, RichTextSection, bold, code, message, plain, text
from bot.cards.card import join


def still_looking(event_ids: Sequence[str]) -> Message:
    """Say that the cards follow."""
    which = code(event_ids[0]) if len(event_ids) == 1 else text(f"{len(event_ids)} ids")
    return _notice((bold("Still looking up "), which, text(". Telnyx is slow; the answer follows here.")))


def busy() -> Message:
    """Say that there are too many look-ups under way for one more."""
    return _notice(
        (bold("Busy: "), text("too many look-ups are under way. Nothing was looked up; try again in a minute."))
    )


def broken(reference: str) -> Message:
    """Say that the mistake is this bot's own."""
    return _notice(
        (bold("Something in this bot broke."), text(" Not your fault, nor the id's.")),
        (text("Tell whoever runs this bot the reference "), code(reference), text(": it is in the log.")),
    )


def _notice(*lines: Line) -> Message:
    words = join(*lines)
    return message(plain(words), (RichText((RichTextSection(words),)),))
