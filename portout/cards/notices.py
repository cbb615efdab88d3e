"""Short messages without a card: help, refusals, failures, and that cards follow."""

import math
from collections.abc import Sequence

from portout.cards.blockkit.blocks import Line, Message, RichText, RichTextSection, bold, code, message, text
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.blockkit.text import code_safe
from portout.cards.card import join
from portout.cards.contacts import Contacts
from portout.lookup.identifiers import ExtractedIds
from portout.lookup.results import MAX_IDS

_MAX_ECHO = 200  # characters of what a person typed that the help repeats
_POST_ERRORS = {
    "is_archived": "this channel is archived.",
    "ratelimited": "Slack takes no more posts here for now. Press again in a minute.",
    "restricted_action": "the workspace's settings don't let apps post here.",
    "thread_not_found": "the message was deleted, so it has no thread any more.",
}


def still_looking(event_ids: Sequence[str]) -> Message:
    """Return the notice that the look-up takes longer and the cards follow."""
    ids = code(event_ids[0]) if len(event_ids) == 1 else text(f"{len(event_ids)} ids")
    return _notice((bold("Still looking up "), ids, text(". Telnyx is slow; the answer follows here.")))


def no_ids() -> Message:
    """Return the notice that a message holds no id to look up."""
    return _notice(
        (bold("No port-out id in this message."),),
        (text("An id is a UUID, such as "), code("eef3340b-8903-4466-b445-89b697315a3a"), text(".")),
    )


def posted() -> Message:
    """Return the notice that the cards were posted where everybody sees them."""
    return _notice((text("Posted, without full numbers and names."),))


def not_refreshed() -> Message:
    """Return the notice that Slack does not let the bot change a card any more."""
    advice = (text("Slack didn't let this message be changed. For what is now, type "), code("/portout-event <id>"))
    return _notice((bold("Not refreshed: "), *advice, text(".")))


def not_refreshed_now(reason: str) -> Message:
    """Return the notice that nothing newer could be fetched, so the card stays. reason: a few words."""
    return _notice((bold("Not refreshed: "), text(f"{reason}. The card stays as it was; press again in a minute.")))


def not_posted_now(reason: str) -> Message:
    """Return the notice that nothing was posted, because it could not be fetched. reason: a few words."""
    return _notice((bold("Not posted: "), text(f"{reason}. Press again in a minute.")))


def not_opened() -> Message:
    """Return the notice that Slack opened no modal, because the click was too old."""
    return _notice((bold("Not opened: "), text("Slack didn't wait for it. Press again.")))


def outdated() -> Message:
    """Return the notice that a button is from an earlier version, whose value this one cannot read."""
    advice = (
        text("this button is of an earlier version. Type "),
        code("/portout-event <id>"),
        text(" for a new card."),
    )
    return _notice((bold("Nothing done: "), *advice))


def refused(contacts: Contacts, *, is_outsider: bool) -> Message:
    """Return the notice that a person may not use this app. is_outsider: they belong to another company."""
    if is_outsider:
        return _notice((text("This app answers members of the company that it belongs to, and nobody else."),))
    decides = f"{contacts.operator} decides who may see port-outs here. Ask them."
    return _notice((bold("Not allowed: "), text(decides)))


def not_posted(error: str) -> Message:
    """Return the notice why the cards could not be posted, and what helps. error: Slack's error code."""
    if error in {"not_in_channel", "channel_not_found"}:
        invite = (
            text("Type "),
            code("/invite @Port-out"),
            text(" here and press again; direct messages can't have me."),
        )
        return _notice((bold("Not posted: "), text("I am not in this channel. "), *invite))
    reason = _POST_ERRORS.get(error, f"Slack refused it ({error}).")
    return _notice((bold("Not posted: "), text(reason)))


def maybe_posted() -> Message:
    """Return the notice that the cards may have been posted: Slack did not answer."""
    return _notice((bold("Perhaps posted: "), text("Slack did not answer. Look here before you press again.")))


def shared_channel() -> Message:
    """Return the notice that the bot shows nothing in a channel shared with another company."""
    return _notice(
        (
            text("This channel is shared with another company, so I show nothing here. Pick "),
            bold("Look up port-outs"),
            text(" from the message's menu: only you see the answer."),
        )
    )


def busy() -> Message:
    """Return the notice that the bot has too many look-ups in progress to start another."""
    return _notice(
        (bold("Busy: "), text("too many look-ups are under way. Nothing was looked up; try again in a minute."))
    )


def slow_down(seconds: float) -> Message:
    """Return the notice that a person reached the rate limit. seconds: until the next look-up is allowed."""
    advice = text(f"that were many look-ups in a minute. Nothing was looked up; try again in {math.ceil(seconds)} s.")
    return _notice((bold("Slow down: "), advice))


def broken(reference: str, contacts: Contacts) -> Message:
    """Return the notice that a bug in this bot caused the failure. reference: the request id in the log."""
    return _notice(
        (bold("Something in this bot broke."), text(" Not your fault, nor the id's.")),
        (text(f"Tell {contacts.operator} the reference "), code(reference), text(": it is in the log.")),
    )


def mention_help() -> Message:
    """Return the explanation of the mention, for everybody in the thread."""
    lines = (
        text("Mention me with a port-out event id, and I show what it is about, without full numbers and names. "),
        text("For an answer that only you see, type "),
        code("/portout-event <event id>"),
        text("."),
    )
    return _notice(lines)


def help_message(command: str, typed: str, extracted: ExtractedIds) -> Message:
    """Return the explanation of `command`, after what was typed, if anything, so that the mistake can be seen.

    extracted: what was recognized in the typed text.
    """
    echo = code_safe(typed, _MAX_ECHO)
    mistake: Line = ()
    if echo and echo.lower() != "help":
        problem = "That id is not whole:" if extracted.malformed else "No port-out event id in what you typed:"
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
    content = join(*lines)
    return message(plain(content), (RichText((RichTextSection(content),)),))
