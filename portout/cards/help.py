"""What the command is for, when it was asked for help or could not make sense of what was typed."""

from portout.cards.blockkit.blocks import Line, Message, RichText, RichTextSection, bold, code, message, text
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.blockkit.text import bare
from portout.cards.card import join
from portout.lookup.identifiers import MAX_IDS, ExtractedIds

_LONGEST_ECHO = 200


def mention_help() -> Message:
    """Explain the mention, to everybody in the thread."""
    lines = (
        text("Mention me with a port-out event id, and I show what it is about, without full numbers and names. "),
        text("For an answer that only you see, type "),
        code("/portout-event <event id>"),
        text("."),
    )
    return message(plain(lines), (RichText((RichTextSection(lines),)),))


def help_message(command: str, typed: str, asked: ExtractedIds) -> Message:
    """Explain `command`; what was typed, if anything, is repeated so that the mistake can be seen."""
    echo = bare(typed, _LONGEST_ECHO)
    mistake: Line = ()
    if echo and echo.lower() != "help":
        problem = "That id is not whole:" if asked.malformed else "No port-out event id in what you typed:"
        mistake = (bold(problem), text(" "), code(echo))
    usage = (
        text("Type "),
        code(f"{command} <event id>"),
        text(f" to see what a port-out event is about; up to {MAX_IDS} ids at once, in whatever you paste. "),
        text("Only you see the answer."),
    )
    where = (
        text("The event id is a UUID, such as "),
        code("eef3340b-8903-4466-b445-89b697315a3a"),
        text(": "),
        code("data.id"),
        text(" in Telnyx's notification, or the id in the alert."),
    )
    lines = join(mistake, usage, where)
    return message(plain(lines), (RichText((RichTextSection(lines),)),))
