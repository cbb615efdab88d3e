"""Posting in threads: once, and no faster than Slack takes it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.cards.blocks import Message
from bot.ledger import Ledger, Place, Reply

PAUSE_SECONDS: Final = 1.0
"""Between posts to a channel with a queue, once Slack has asked for less (chat.postMessage: about one a second)."""

METADATA: Final = "portout_reply"

_MOST_REFUSALS = 5
_LONGEST_PAUSE = 30.0
# Slack may have taken the call all the same, or takes the next one.
_PASSING = {"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"}

_log = structlog.get_logger()
_Call = Callable[..., Awaitable[AsyncSlackResponse]]


class RefusedError(Exception):
    """Slack will not take a call, now or later. reason: its error's name."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class UnsureError(Exception):
    """Slack did not answer, or not so that it is clear whether it took the call."""


class Threads:
    """The bot's replies in Slack: each message has at most one, which may be changed or taken away."""

    def __init__(self, client: AsyncWebClient, ledger: Ledger) -> None:
        """Post with `client`, which must not repeat calls by itself; remember in `ledger`."""
        self._client = client
        self._ledger = ledger
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: Counter[str] = Counter()
        self._slowed: dict[str, float] = {}

    async def reply(self, about: Place, message: Message, ids: tuple[str, ...], *, again: bool) -> Reply:
        """Reply to a message, once. again: an earlier delivery, here or elsewhere, may have done it.

        Raises `RefusedError` or `UnsureError`; after the latter a reply may be there, which the next call looks for.
        """
        if again or await self._ledger.is_posting(about.channel, about.ts):
            reply = await self.find(about)
        else:
            reply = None
        if reply is None:
            await self._ledger.posting(about.channel, about.ts)
            ts = await self.post(about.channel, about.thread_ts, message, {"about": about.ts, "ids": list(ids)})
            reply = Reply(Place(about.channel, ts, about.thread_ts), ids)
        await self._ledger.replied(about.channel, about.ts, reply)
        return reply

    async def change(self, about: Place, reply: Reply, message: Message, ids: tuple[str, ...]) -> None:
        """Put another message in a reply's place."""
        await self._patiently(
            self._client.chat_update,
            channel=reply.place.channel,
            ts=reply.place.ts,
            **_content(message, {"about": about.ts, "ids": list(ids)}),
        )
        await self._ledger.replied(about.channel, about.ts, Reply(reply.place, ids))

    async def take_away(self, reply: Reply) -> None:
        """Remove a reply."""
        await self._patiently(self._client.chat_delete, channel=reply.place.channel, ts=reply.place.ts)

    async def post(self, channel: str, thread_ts: str, message: Message, metadata: dict[str, Any]) -> str:
        """Post to a thread, in turn; gives the message's ts."""
        self._waiting[channel] += 1
        try:
            async with self._turns[channel]:
                return await self._post_in_turn(channel, thread_ts=thread_ts, **_content(message, metadata))
        finally:
            self._waiting[channel] -= 1
            if not self._waiting[channel]:
                for state in (self._waiting, self._turns, self._slowed):
                    state.pop(channel, None)

    async def _post_in_turn(self, channel: str, **content: Any) -> str:
        loop = asyncio.get_running_loop()
        for _ in range(_MOST_REFUSALS):
            await asyncio.sleep(max(0.0, self._slowed.get(channel, 0.0) - loop.time()))
            try:
                answer = await self._call(self._client.chat_postMessage, channel=channel, **content)
            except _SlowDownError as refusal:
                self._slowed[channel] = loop.time() + min(refusal.seconds, _LONGEST_PAUSE)
                continue
            if channel in self._slowed:
                self._slowed[channel] = loop.time() + PAUSE_SECONDS
            return str(answer["ts"])
        raise UnsureError

    async def find(self, about: Place) -> Reply | None:
        """Look for our reply to a message among the replies of its thread."""
        cursor = ""
        while True:
            page = await self._patiently(
                self._client.conversations_replies,
                channel=about.channel,
                ts=about.thread_ts,
                oldest=about.ts,
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
            for message in page.get("messages", []):
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == METADATA and payload.get("about") == about.ts:
                    return Reply(Place(about.channel, message["ts"], about.thread_ts), tuple(payload.get("ids", ())))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def _patiently(self, call: _Call, **arguments: Any) -> Any:
        """Make a call that may be repeated, waiting as Slack asks."""
        for _ in range(_MOST_REFUSALS):
            try:
                return await self._call(call, **arguments)
            except _SlowDownError as refusal:
                await asyncio.sleep(min(refusal.seconds, _LONGEST_PAUSE))
        raise UnsureError

    async def _call(self, call: _Call, **arguments: Any) -> Any:
        try:
            return (await call(**arguments)).data
        except SlackApiError as error:
            status = getattr(error.response, "status_code", None)
            data = getattr(error.response, "data", None)
            reason = data.get("error") if isinstance(data, dict) else None
            if status == 429:
                raise _SlowDownError(_seconds(error.response.headers.get("Retry-After", ""))) from None
            _log.warning("slack.failed", method=call.__name__, status=status, reason=reason)
            if status != 200 or reason is None or reason in _PASSING:
                raise UnsureError from None
            raise RefusedError(reason) from None
        except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
            _log.warning("slack.failed", method=call.__name__, reason=type(error).__name__)
            raise UnsureError from None


class _SlowDownError(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else PAUSE_SECONDS


def _content(message: Message, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": msgspec.to_builtins(message.blocks),
        "metadata": {"event_type": METADATA, "event_payload": metadata},
        "unfurl_links": False,
        "unfurl_media": False,
    }
