"""The watch's messages without a card: that it begins, that it fails, and who takes over from whom."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from portout.cards.blockkit.blocks import (
    Line,
    Message,
    Mrkdwn,
    RichText,
    RichTextSection,
    Section,
    bold,
    message,
    text,
)
from portout.cards.blockkit.dates import date_token, moment
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.card import join

_TO_MANY: Final = ("here", "channel")


def mention_of(names: Iterable[str]) -> str:
    """Return mentions as mrkdwn. names: ids of users (`U…`, `W…`) and user groups (`S…`), `here`, `channel`."""
    return " ".join(_mention(name) for name in names)


def handover(holder: str, previous: str) -> Message:
    """Return the line that somebody takes over from somebody else. holder, previous: user ids."""
    words = f"<@{holder}> takes over from <@{previous}>"
    return Message(words, (Section(Mrkdwn(words)),))


def watch_begins() -> Message:
    """Return the message that port-outs announce themselves from now on."""
    first = (bold("Port-outs announce themselves here from now on."),)
    then = text(
        "Each gets one message, kept current until it is over, with its events in the thread. What waits for an answer "
        "now follows; what is over is not repeated."
    )
    return lines_of(first, (then,))


def outage(since: float, reason: str) -> Message:
    """Return the message that nothing is watched. since: the last success, in Unix seconds. reason: a few words."""
    head = (bold("Port-outs are not being watched"), text(" since "), moment(utc_time(since)), text(f": {reason}."))
    advice = (text("Nothing announces itself here meanwhile: look into Mission Control."),)
    return lines_of(head, advice)


def outage_over(since: float, until: float) -> Message:
    """Return the message that an outage is over. since, until: in Unix seconds."""
    times = (moment(utc_time(since)), text(" to "), moment(utc_time(until)))
    head = (bold("Port-outs are watched again."), text(" They were not from "), *times, text("."))
    return lines_of(head, (text("What happened meanwhile follows here."),))


def taken() -> Message:
    """Return the notice that a person is on a port-out now."""
    line = (text("You are on it: the message says so, and reminders call you."),)
    return lines_of(line)


def held_by_other(holder: str, since: float) -> Message:
    """Return the notice that somebody else took a port-out a moment ago. holder: a user id. since: in Unix seconds."""
    words = f"<@{holder}> is on it. To take it over, press again."
    return Message(words, (Section(Mrkdwn(f"{words}\nSince {date_token(utc_time(since))}")),))


def over() -> Message:
    """Return the notice that a port-out no longer waits for an answer."""
    line = (bold("Nothing done: "), text("it no longer waits for an answer."))
    return lines_of(line)


def not_taken(reason: str) -> Message:
    """Return the notice that a person is not on a port-out, because something failed. reason: a few words."""
    line = (bold("Not taken: "), text(f"{reason}. Press again in a minute."))
    return lines_of(line)


def not_watched() -> Message:
    """Return the notice that port-outs do not announce themselves any more."""
    line = (bold("Nothing done: "), text("port-outs are not watched any more. For what is now, press Details."))
    return lines_of(line)


def lines_of(*lines: Line, mention: str = "") -> Message:
    """Return a message of the lines, one below another. mention: whom it calls, as mrkdwn; empty for nobody."""
    content = join(*lines)
    return message(plain(content), (RichText((RichTextSection(content),)), *call(mention)))


def call(mention: str) -> tuple[Section, ...]:
    """Return the block that calls somebody. mention: as mrkdwn; empty for nobody."""
    return (Section(Mrkdwn(mention)),) if mention else ()


def utc_time(seconds: float) -> datetime:
    """Return a point in time from Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _mention(name: str) -> str:
    if name in _TO_MANY:
        return f"<!{name}>"
    return f"<!subteam^{name}>" if name.startswith("S") else f"<@{name}>"
