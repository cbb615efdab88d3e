"""The channels of the workspace: the messages that the bot posts, updates and deletes there."""

import asyncio
import json
from collections import Counter
from typing import Any, Final

from aiohttp import web

from sandbox.slack.histories import as_answered, history, is_true, replies_to, thread
from sandbox.slack.workspace import BOT_ID

_LIMIT_SECONDS: Final = 1.0
_START: Final = 2_000_000_000  # the bot's posts are later than what they reply to, whatever time that was given
_STEP: Final = 100  # seconds between them: who reads only the last minute again sees none but the last
_EPHEMERAL_FIELDS: Final = ("channel", "thread_ts", "user")


class Channels:
    """The channels that the bot is in.

    messages: the bot's, by channel id. posted_at: when each was posted, by its ts, in the event loop's time.
    ephemeral_messages: those that one person sees. is_limited: Slack accepts one post a second in each channel, and
    refuses others with a 429. roots: people's messages as they are now, by ts; one that names no channel is in all of
    them. gone: the ts of messages that were deleted, the bot's included, so that they start no thread; a thread that
    has messages goes on under a tombstone. Both are free to be changed.
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
                return web.json_response(history(messages, self.roots, self.gone, arguments))
            case "conversations.replies":
                return web.json_response(thread(messages, self.roots, self.gone, arguments))
            case _:
                return self._change(method, messages, arguments)

    def _post(self, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> web.Response:
        now = asyncio.get_running_loop().time()
        if self.is_limited and now - self._last_post.get(arguments["channel"], 0.0) < _LIMIT_SECONDS:
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": "1"})
        self._last_post[arguments["channel"]] = now
        self._count += 1
        ts = f"{_START + _STEP * self._count}.000100"
        self.posted_at[ts] = now
        thread_ts = arguments.get("thread_ts")
        if thread_ts in self.gone and not any(one["ts"] not in self.gone for one in replies_to(messages, thread_ts)):
            # Slack says nothing of it, but for the answer's message, which has no thread_ts.
            self.strays.append(ts)
            thread_ts = None
        message = _content(arguments) | {"ts": ts, "thread_ts": thread_ts, "bot_id": BOT_ID}
        messages.append(message)
        self.changes["chat.postMessage"] += 1
        return web.json_response(
            {"ok": True, "channel": arguments["channel"], "ts": ts, "message": as_answered(message)}
        )

    def _change(self, method: str, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> web.Response:
        for message in messages:
            if message["ts"] == arguments["ts"] and message["ts"] not in self.gone:
                if method == "chat.delete":
                    messages.remove(message)
                    self.gone.add(message["ts"])
                else:
                    message.update(_changed(message, arguments))
                self.changes[method] += 1
                return web.json_response({"ok": True, "ts": arguments["ts"]})
        return web.json_response({"ok": False, "error": "message_not_found"})


def _changed(message: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what `chat.update` changes of a message.

    It keeps metadata unless some is given, blocks unless a text is, and what is broadcast already.
    """
    given = {name: value for name, value in _content(arguments).items() if value is not None}
    is_broadcast = is_true(message.get("reply_broadcast")) or is_true(given.get("reply_broadcast"))
    return {**({"blocks": None} if "text" in given else {}), **given, "reply_broadcast": is_broadcast}


def _content(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a message, decoded where it came in a form."""
    content = {name: arguments.get(name) for name in ("text", "blocks", "metadata", "reply_broadcast")}
    for name in ("blocks", "metadata"):
        if isinstance(content[name], str):
            content[name] = json.loads(str(content[name]))
    return content
