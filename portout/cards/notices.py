"""Short words to a person where there is no card: wait, come back, or sorry."""

import math
from collections.abc import Sequence

from portout.cards.blockkit.blocks import Line, Message, RichText, RichTextSection, bold, code, message, text
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.blockkit.text import code_safe
from portout.cards.card import join
from portout.lookup.identifiers import MAX_IDS, ExtractedIds

_MAX_ECHO = 200


def still_looking(event_ids: Sequence[str]) -> Message:
    """Say that the cards follow."""
    which = code(event_ids[0]) if len(event_ids) == 1 else text(f"{len(event_ids)} ids")
    return _notice((bold("Still looking up "), which, text(". Telnyx is slow; the answer follows here.")))


def no_ids() -> Message:
    """Say that a message holds nothing to look up."""
    return _notice(
        (bold("No port-out id in this message."),),
        (text("An id is a UUID, such as "), code("eef3340b-8903-4466-b445-89b697315a3a"), text(".")),
    )


def posted() -> Message:
    """Say that the cards are where everybody sees them."""
    return _notice((text("Posted, without full numbers and names."),))


def not_refreshed() -> Message:
    """Say that a card can't be changed any more."""
    again = (text("Slack didn't let this message be changed. For what is now, type "), code("/portout-event <id>"))
    return _notice((bold("Not refreshed: "), *again, text(".")))


def not_opened() -> Message:
    """Say that Slack opened no window."""
    return _notice((bold("Not opened: "), text("Slack didn't wait for it. Press again.")))


def outdated() -> Message:
    """Say that a button comes from a time when it carried something else."""
    again = (text("this button is of an earlier version. Type "), code("/portout-event <id>"), text(" for a new card."))
    return _notice((bold("Nothing done: "), *again))


def refused(*, is_outsider: bool) -> Message:
    """Say who this app is for."""
    if is_outsider:
        return _notice((text("This app answers members of the company that it belongs to, and nobody else."),))
    return _notice((bold("Not allowed: "), text("whoever runs this bot decides who may see port-outs here. Ask them.")))


def not_posted(error: str) -> Message:
    """Say why the cards could not be posted, and what helps."""
    if error in {"not_in_channel", "channel_not_found"}:
        invite = (
            text("Type "),
            code("/invite @Port-out"),
            text(" here and press again; direct messages can't have me."),
        )
        return _notice((bold("Not posted: "), text("I am not in this channel. "), *invite))
    reason = _REFUSALS.get(error, f"Slack refused it ({error}).")
    return _notice((bold("Not posted: "), text(reason)))


def maybe_posted() -> Message:
    """Say that Slack did not say."""
    return _notice((bold("Perhaps posted: "), text("Slack did not answer. Look in the thread before you press again.")))


_REFUSALS = {
    "is_archived": "this channel is archived.",
    "restricted_action": "the workspace's settings don't let apps post here.",
}


def shared_channel() -> Message:
    """Say why nothing is shown where people of another company read along."""
    return _notice(
        (
            text("This channel is shared with another company, so I show nothing here. Pick "),
            bold("Look up port-outs"),
            text(" from the message's menu: only you see the answer."),
        )
    )


def busy() -> Message:
    """Say that there are too many look-ups under way for one more."""
    return _notice(
        (bold("Busy: "), text("too many look-ups are under way. Nothing was looked up; try again in a minute."))
    )


def slow_down(seconds: float) -> Message:
    """Say that one person asks for too much, and when to come back."""
    wait = text(f"that were many look-ups in a minute. Nothing was looked up; try again in {math.ceil(seconds)} s.")
    return _notice((bold("Slow down: "), wait))


def broken(reference: str) -> Message:
    """Say that the mistake is this bot's own."""
    return _notice(
        (bold("Something in this bot broke."), text(" Not your fault, nor the id's.")),
        (text("Tell whoever runs this bot the reference "), code(reference), text(": it is in the log.")),
    )


def mention_help() -> Message:
    """Explain the mention, to everybody in the thread."""
    lines = (
        text("Mention me with a port-out event id, and I show what it is about, without full numbers and names. "),
        text("For an answer that only you see, type "),
        code("/portout-event <event id>"),
        text("."),
    )
    return _notice(lines)


def help_message(command: str, typed: str, asked: ExtractedIds) -> Message:
    """Explain `command`; what was typed, if anything, is repeated so that the mistake can be seen."""
    echo = code_safe(typed, _MAX_ECHO)
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
    return _notice(mistake, usage, where)


def _notice(*lines: Line) -> Message:
    words = join(*lines)
    return message(plain(words), (RichText((RichTextSection(words),)),))
