"""What Slack lists of a channel: its history, the newest first, and its threads, the earliest first.

Source: the API pages "conversations.history" and "conversations.replies".
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from sandbox.slack.workspace import BOT_ID, BOT_USER_ID

_HISTORY_PAGE: Final = 100
_THREAD_PAGE: Final = 1000

_Message = dict[str, Any]


def history(
    posted: Sequence[_Message], roots: Mapping[str, _Message], gone: AbstractSet[str], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a page of a channel's history: people's messages and the bot's, but replies only if they are broadcast.

    posted: the bot's messages in this channel. roots: people's messages, by ts, each in the channel that it names, if
    any. gone: the ts of deleted messages, of which a tombstone is left if they have a thread.
    """
    channel, standing = arguments["channel"], [one for one in posted if one["ts"] not in gone]
    own = [one for one in standing if one["thread_ts"] is None or is_true(one.get("reply_broadcast"))]
    others = [
        {**one, "ts": ts}
        for ts, one in roots.items()
        if ts not in gone and one.get("channel", channel) == channel and one.get("thread_ts", ts) == ts
    ]
    tombstones = [tombstone(ts) for ts in {one["thread_ts"] for one in standing} & gone]
    newest_first = sorted([*own, *others, *tombstones], key=lambda message: float(message["ts"]), reverse=True)
    return _page(newest_first, standing, arguments, _HISTORY_PAGE)


def thread(
    posted: Sequence[_Message], roots: Mapping[str, _Message], gone: AbstractSet[str], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a page of a thread, its first message included if it is known; arguments as of `history`."""
    ts, standing = arguments["ts"], [one for one in posted if one["ts"] not in gone]
    replies = replies_to(standing, ts)
    if ts in gone and not replies:
        return {"ok": False, "error": "thread_not_found"}
    own = next((one for one in standing if one["ts"] == ts), None)
    root = tombstone(ts) if ts in gone else own or roots.get(ts)
    return _page([*([] if root is None else [root]), *replies], standing, arguments, _THREAD_PAGE)


def replies_to(posted: Sequence[_Message], ts: str) -> list[_Message]:
    """Return the bot's messages in a thread."""
    return [message for message in posted if message["thread_ts"] == ts]


def tombstone(ts: str) -> _Message:
    """Return what stands in the place of a deleted message whose thread goes on."""
    text = "This message was deleted."
    return {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": text, "hidden": True, "ts": ts}


def as_answered(message: _Message) -> _Message:
    """Return a message of the bot's as Slack's answers have it: without what it has no value for."""
    return {"type": "message", "user": BOT_USER_ID, **{name: value for name, value in message.items() if value}}


def _page(
    messages: Sequence[_Message], posted: Sequence[_Message], arguments: Mapping[str, Any], default_limit: int
) -> dict[str, Any]:
    """Return a page of the messages of a range of time; the cursor is the number of those that were listed already."""
    ends = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    is_inclusive, start = is_true(arguments.get("inclusive")), int(arguments.get("cursor") or 0)

    def is_in_range(ts: float) -> bool:
        return ends[0] < ts < ends[1] or (is_inclusive and ts in ends)

    found = [message for message in messages if is_in_range(float(message["ts"]))]
    end = start + int(arguments.get("limit") or default_limit)
    return {
        "ok": True,
        "messages": [_shown(message, posted, arguments) for message in found[start:end]],
        "has_more": end < len(found),
        "response_metadata": {"next_cursor": str(end) if end < len(found) else ""},
    }


def _shown(message: _Message, posted: Sequence[_Message], arguments: Mapping[str, Any]) -> _Message:
    """Return a message as a list has it: with what makes it a parent or a broadcast, with metadata only if wanted."""
    shown = as_answered(message) if message.get("bot_id") == BOT_ID else dict(message)
    if not is_true(arguments.get("include_all_metadata")):
        shown.pop("metadata", None)
    if is_true(shown.pop("reply_broadcast", None)):
        shown["subtype"] = "thread_broadcast"
    if replies := replies_to(posted, message["ts"]):
        shown |= {"thread_ts": message["ts"], "reply_count": len(replies), "latest_reply": replies[-1]["ts"]}
    return shown


def is_true(argument: Any) -> bool:
    """Return whether an argument that may come in a form is true."""
    return str(argument).lower() in {"1", "true"}
