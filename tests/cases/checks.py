"""Compares what a case expects with what the bot did."""

from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.server import SlackSandbox
from tests.cases.case import Expected
from tests.cases.runner import Transcript, shown_by
from tests.conftest import Environment, event_calls
from tests.json_strings import strings

# Fields of a message that nobody reads.
_UNREAD: Final = frozenset({"value", "metadata", "action_id", "block_id", "type", "style", "url", "channel", "ts"})


def problems(expect: Expected, environment: Environment, transcript: Transcript, log: str) -> list[str]:
    """Return one sentence for each expectation that does not hold."""
    numbers = _numbers(environment.slack, transcript)
    found = [
        f"{name}: {numbers[name]} instead of {expected}"
        for name in numbers
        if (expected := getattr(expect, name)) is not None and expected != numbers[name]
    ]
    return [*found, *_wrong_texts(expect, shown_by(environment, transcript)), *_wrong_records(expect, environment, log)]


def _numbers(slack: SlackSandbox, transcript: Transcript) -> dict[str, Any]:
    """Return the value of each expectation that is compared as a whole."""
    changes, standing = slack.channels.changes, slack.channels.messages.values()
    return {
        "status": transcript.statuses,
        "posts": changes["chat.postMessage"],
        "updates": changes["chat.update"],
        "deleted": changes["chat.delete"],
        "replies": len(transcript.private),
        "at_root": sum(message["ts"] in slack.channels.strays for messages in standing for message in messages),
        "reply_thread_ts": [reply.get("thread_ts") for reply in transcript.private],
        "whisper_thread_ts": [message["thread_ts"] for message in slack.channels.ephemeral_messages],
    }


def _wrong_texts(expect: Expected, shown: list[Any]) -> Iterator[str]:
    read, sent = list(strings(shown, _UNREAD)), list(strings(shown))
    yield from (f"shown: nothing says {text!r}" for text in expect.shown if not any(text in one for one in read))
    for text in expect.not_shown:
        yield from (f"not_shown: {text!r} in {one!r}" for one in sent if text in one)
    for text, most in expect.at_most.items():
        blocks = [message.get("blocks") or [] for message in shown if isinstance(message, dict)]
        counts = [sum(one.count(text) for one in strings(each, _UNREAD)) for each in blocks]
        yield from (f"at_most: {text!r} {count} times in one message" for count in counts if count > most)


def _wrong_records(expect: Expected, environment: Environment, log: str) -> Iterator[str]:
    yield from (f"asked: Telnyx was not asked for {one}" for one in expect.asked if not event_calls(environment, one))
    yield from (f"logged: no {text!r} in the log" for text in expect.logged if text not in log)
    yield from (f"not_logged: {text!r} in the log" for text in expect.not_logged if text in log)
