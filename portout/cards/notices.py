"""Short messages without a card: help, refusals, failures, and that cards follow."""

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Line, Message, RichText, RichTextSection, bold, code, message, text
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.blockkit.text import code_safe
from portout.cards.card import join
from portout.cards.contacts import Contacts
from portout.lookup.results import MAX_IDS
from portout.lookup.texts.identifiers import ExtractedIds

_MAX_ECHO: Final = 200  # characters of what a person typed that the help repeats
_CHANNEL_ERRORS: Final = {
    "is_archived": "this channel is archived.",
    "restricted_action": "the workspace's settings don't let apps post here.",
    "restricted_action_read_only_channel": "only some people may post in this channel.",
}
_POST_ERRORS: Final = _CHANNEL_ERRORS | {
    "restricted_action_thread_only_channel": "this channel takes posts only in threads. Pick Look up port-outs from a "
    "message's menu, and post in its thread.",
}
_REPLY_ERRORS: Final = _CHANNEL_ERRORS | {
    "cannot_reply_to_message": "this message can't have replies.",
    "restricted_action_non_threadable_channel": "this channel takes no replies in threads.",
    "restricted_action_thread_locked": "this thread is locked.",
    "thread_not_found": "the message was deleted, so it has no thread any more.",
}

_OTHER_WAYS: Final[tuple[Line, ...]] = (
    (
        bold("Elsewhere  "),
        text("“Look up port-outs” in a message's menu, in threads too, answers only you; "),
        code("@Port-out <id, key or number>"),
        text(" answers in the thread, where everybody sees it without full numbers and names."),
    ),
    (
        bold("Buttons  "),
        text("Open in Mission Control: decide there. Details: the full card, only for you. "),
        text("History: the order's events and comments. Numbers: all of them. All: every "),
        text("port-out of a number. Refresh: look again. Post: show it to everybody here, masked."),
    ),
)
_FORMS: Final[Line] = (
    text("A key is as in Telnyx's e-mail, such as "),
    code("PO_4bb39f"),
    text("; a phone number as you write it, with + and the country code outside the US and Canada; an id is a UUID, "),
    text("such as "),
    code("eef3340b-8903-4466-b445-89b697315a3a"),
    text(", of an event ("),
    code("data.id"),
    text(" in Telnyx's notification, or the id in the alert) or of an order ("),
    code("portout_id"),
    text(")."),
)
_TERMS: Final[tuple[Line, ...]] = (
    (bold("FOC  "), text("firm order commitment: from that date the other carrier may take the numbers.")),
    (bold("SPID  "), text("service provider id: which carrier wants the numbers.")),
    (bold("PON  "), text("purchase order number: that carrier's own number for the order.")),
)


class Refusal(Struct, frozen=True):
    """Slack's refusal of a post.

    error: Slack's error code. needed: the scope that the app lacks, where Slack names it. in_thread: whether it was to
    be posted in a thread, not to the channel. retry: what the person does to try again.
    """

    error: str
    needed: str = ""
    in_thread: bool = False
    retry: str = "press again"


def still_looking(names: Sequence[str]) -> Message:
    """Return the notice that the look-up takes longer and the cards follow. names: what is looked up."""
    ids = code(names[0]) if len(names) == 1 else text(f"{len(names)} port-outs")
    return _notice((bold("Still looking up "), ids, text(". Telnyx is slow; the answer follows here.")))


def no_ids() -> Message:
    """Return the notice that a message holds nothing to look up."""
    return _notice((bold("No port-out id, key or number in this message."),), _FORMS)


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


def not_posted(refusal: Refusal, contacts: Contacts) -> Message:
    """Return the notice why the cards could not be posted, whose move it is, and what helps."""
    match refusal.error:
        case "not_in_channel" | "channel_not_found":
            reason: Line = (
                text("I am not in this channel. Type "),
                code("/invite @Port-out"),
                text(f" here and {refusal.retry}; direct messages can't have me."),
            )
        case "ratelimited":
            now = "Slack takes no more posts here for now. Nothing follows by itself: "
            reason = (text(f"{now}{refusal.retry} in a minute."),)
        case "missing_scope":
            lacks = (text("the scope "), code(refusal.needed)) if refusal.needed else (text("a scope"),)
            must = f", so {contacts.operator} must add it to the app and reinstall the app."
            reason = (text("this app lacks "), *lacks, text(must))
        case error if refusal.in_thread:
            reason = (text(_REPLY_ERRORS.get(error, f"Slack refused the reply in this thread ({error}).")),)
        case error:
            reason = (text(_POST_ERRORS.get(error, f"Slack refused the post to this channel ({error}).")),)
    return _notice((bold("Not posted: "), *reason))


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
        text("Mention me with a port-out's key, such as "),
        code("PO_4bb39f"),
        text(", a phone number, or the id of an event or order, and I show it without full numbers and names. "),
        text("For an answer that only you see, type "),
        code("/portout-event <id, key or number>"),
        text("."),
    )
    return _notice(lines)


def help_message(command: str, typed: str, extracted: ExtractedIds) -> Message:
    """Return the explanation of `command`; after a mistake only the ids, below what was typed, so that it can be seen.

    extracted: what was recognized in the typed text.
    """
    usage = (
        text("Type "),
        code(f"{command} <key, number or id>"),
        text(" or "),
        code(f"{command} pon <PON>"),
        text(f" to see what a port-out is about; up to {MAX_IDS} at once, in whatever you paste. "),
        code(f"{command} pending"),
        text(" lists what waits for an answer. Only you see it."),
    )
    echo = code_safe(typed, _MAX_ECHO)
    if not echo or echo.lower() == "help":
        return _notice(usage, _FORMS, *_OTHER_WAYS, *_TERMS)
    problem = "That id is not whole:" if extracted.malformed else "No port-out id, key or number in what you typed:"
    return _notice((bold(problem), text(" "), code(echo)), usage, _FORMS, (text("More: "), code(f"{command} help")))


def _notice(*lines: Line) -> Message:
    content = join(*lines)
    return message(plain(content), (RichText((RichTextSection(content),)),))
