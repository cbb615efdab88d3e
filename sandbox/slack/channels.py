"""The channels of the workspace: the messages that the bot posts, updates and deletes there."""

import asyncio
import json
import time
from collections import Counter
from typing import Any, Final

from aiohttp import web

from sandbox.slack.workspace import BOT_ID, BOT_USER_ID

_LIMIT_SECONDS: Final = 1.0
_PAGE: Final = 1000
_START: Final = 2_000_000_000  # the bot's posts are later than what they reply to, whatever time that was given
_EPHEMERAL_FIELDS: Final = ("channel", "thread_ts", "user")


class Channels:
    """The channels that the bot is in.

    messages: the bot's, by channel id. posted_at: when each was posted, by its ts, in the time of `time.monotonic`.
    ephemeral_messages: those that one person sees. is_limited: Slack accepts one post a second in each channel, and
    refuses others with a 429. roots: people's messages as they are now, by ts. gone: the ts of those that were deleted,
    so that they start no thread; a thread that has messages goes on under a tombstone. Both are free to be changed.
    strays: the ts of the posts that stand in the channel because the root of their thread is gone. changes: how many
    calls of each method took effect.
    """

    def __init__(self, *ids: str) -> None:
        """Open channels without messages."""
        self.messages: Final[dict[str, list[dict[str, Any]]]] = {one: [] for one in ids}
        self.ephemeral_messages: Final[list[dict[str, Any]]] = []
        self.posted_at: Final[dict[str, float]] = {}
        self.is_limited = False
        self.roots: Final[dict[str, dict[str, Any]]] = {}
        self.gone: Final[set[str]] = set()
        self.strays: Final[list[str]] = []
        self.changes: Final[Counter[str]] = Counter()
        self._last_post: dict[str, float] = {}
        self._count = 0
        self._news = asyncio.Condition()

    async def posted(self, channel: str, count: int) -> None:
        """Wait until a channel has `count` messages."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.messages[channel]) >= count)

    async def answer(self, method: str, arguments: dict[str, Any]) -> web.Response:
        """Answer a call of the Web API; a refusal is a 200 that says so."""
        messages = self.messages.get(arguments["channel"])
        if messages is None:
            return web.json_response({"ok": False, "error": "not_in_channel"})
        match method:
            case "chat.postMessage":
                async with self._news:
                    self._news.notify_all()
                    return self._post(messages, arguments)
            case "chat.postEphemeral":
                self.ephemeral_messages.append(
                    _content(arguments) | {name: arguments.get(name) for name in _EPHEMERAL_FIELDS}
                )
                self.changes[method] += 1
                return web.json_response({"ok": True, "message_ts": "1790000000.000900"})
            case "conversations.history":
                newest = messages[: -int(arguments.get("limit") or 100) - 1 : -1]
                return web.json_response({"ok": True, "messages": newest})
            case "conversations.replies":
                return web.json_response(self._replies(messages, arguments))
            case _:
                return self._change(method, messages, arguments)

    def _post(self, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> web.Response:
        now = time.monotonic()
        if self.is_limited and now - self._last_post.get(arguments["channel"], 0.0) < _LIMIT_SECONDS:
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": "1"})
        self._last_post[arguments["channel"]] = now
        self._count += 1
        ts = f"{_START + self._count}.000100"
        self.posted_at[ts] = now
        thread_ts = arguments.get("thread_ts")
        if thread_ts in self.gone and not _thread(messages, thread_ts):
            # Slack says nothing of it, but for the answer's message, which has no thread_ts.
            self.strays.append(ts)
            thread_ts = None
        message = _content(arguments) | {"ts": ts, "thread_ts": thread_ts, "bot_id": BOT_ID}
        messages.append(message)
        self.changes["chat.postMessage"] += 1
        return web.json_response({"ok": True, "channel": arguments["channel"], "ts": ts, "message": _answered(message)})

    def _replies(self, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        """List a thread in pages, its first message included if it is one of people's."""
        ts, thread = arguments["ts"], _thread(messages, arguments["ts"])
        if ts in self.gone and not thread:
            return {"ok": False, "error": "thread_not_found"}
        if not _is_true(arguments.get("include_all_metadata")):
            thread = [{**message, "metadata": None} for message in thread]
        root = tombstone(ts) if ts in self.gone else self.roots.get(ts)
        first = [] if root is None else [{**root, "thread_ts": ts} if thread else root]
        return {"ok": True, **_page([*first, *thread], arguments)}

    def _change(self, method: str, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> web.Response:
        for message in messages:
            if message["ts"] == arguments["ts"]:
                if method == "chat.delete":
                    messages.remove(message)
                else:
                    message.update(_content(arguments))
                self.changes[method] += 1
                return web.json_response({"ok": True, "ts": arguments["ts"]})
        return web.json_response({"ok": False, "error": "message_not_found"})


def tombstone(ts: str) -> dict[str, Any]:
    """Return what stands in the place of a deleted message whose thread goes on."""
    text = "This message was deleted."
    return {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": text, "hidden": True, "ts": ts}


def _thread(messages: list[dict[str, Any]], ts: str) -> list[dict[str, Any]]:
    """Return the bot's messages in a thread."""
    return [message for message in messages if message["thread_ts"] == ts]


def _page(messages: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the messages of a range of time; the cursor is the number of those that were listed already."""
    ends = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    is_inclusive, start = _is_true(arguments.get("inclusive")), int(arguments.get("cursor") or 0)

    def is_in_range(ts: float) -> bool:
        return ends[0] < ts < ends[1] or (is_inclusive and ts in ends)

    found = [message for message in messages if is_in_range(float(message["ts"]))]
    end = start + int(arguments.get("limit") or _PAGE)
    has_more = end < len(found)
    cursor = str(end) if has_more else ""
    return {"messages": found[start:end], "has_more": has_more, "response_metadata": {"next_cursor": cursor}}


def _is_true(argument: Any) -> bool:
    return str(argument).lower() in {"1", "true"}


def _answered(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as the answer to its post has it: without what it has no value for."""
    return {"type": "message", "user": BOT_USER_ID, **{name: value for name, value in message.items() if value}}


def _content(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a message, decoded where it came in a form."""
    content = {name: arguments.get(name) for name in ("text", "blocks", "metadata", "reply_broadcast")}
    for name in ("blocks", "metadata"):
        if isinstance(content[name], str):
            content[name] = json.loads(str(content[name]))
    return content
