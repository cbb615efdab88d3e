"""Replies in threads: at most one per message, and no faster than Slack's rate limit."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import Message
from portout.slack.web_api import (
    MAX_TRIES,
    SlackOutcomeUnknownError,
    SlackRateLimitedError,
    SlackRejectedError,
    call_once,
    call_with_retries,
)
from portout.state.leases import Lease, LeaseLostError
from portout.state.ledger import Ledger, MessageRef, PostedReply

PAUSE_SECONDS: Final = 1.0
"""The pause between posts to a channel with a queue after a rate limit (chat.postMessage: about one a second)."""

METADATA: Final = "portout_reply"
"""The event type in the metadata of the bot's messages, by which they are found again."""

_log = structlog.get_logger()


class _RepliedError(Exception):
    """A reply that another process posted meanwhile."""

    def __init__(self, reply: PostedReply) -> None:
        super().__init__(reply.place.ts)
        self.reply = reply


class ThreadReplies:
    """The bot's replies in Slack: each message has at most one, which can be changed or deleted."""

    def __init__(self, client: AsyncWebClient, ledger: Ledger, bot_id: str | None) -> None:
        """Post with `client`, which must not retry by itself. bot_id: the bot's own."""
        self._bot_id = bot_id
        self._client = client
        self._ledger = ledger
        self._channel_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._queued: Counter[str] = Counter()
        self._paused_until: dict[str, float] = {}

    async def reply(
        self,
        lease: Lease,
        about: MessageRef,
        message: Message,
        ids: tuple[str, ...],
        *,
        may_exist: bool,
    ) -> PostedReply:
        """Post a reply to a message unless there is one, and return the reply.

        lease: on the message. ids: the port-outs that the reply shows. may_exist: whether an earlier delivery, here or
        in another process, may have replied.

        Raises `LeaseLostError` if another process replies, `SlackRejectedError`, or `SlackOutcomeUnknownError`: then a
        reply may exist, which the next call looks for.
        """
        may_exist = may_exist or await self._ledger.is_posting(about.channel, about.ts)
        await self._ledger.begin_posting(about.channel, about.ts)
        reply = await self._reply(lease, about, message, ids, may_exist=may_exist)
        await self._ledger.save_reply(about.channel, about.ts, reply)
        return reply

    async def _reply(
        self, lease: Lease, about: MessageRef, message: Message, ids: tuple[str, ...], *, may_exist: bool
    ) -> PostedReply:
        """Post a reply; look into the thread right before and after it if another process may have posted, too.

        So if two processes post at once, the one whose reply is later sees the earlier one.
        """

        async def check() -> None:
            is_certain = await lease.confirm() and not may_exist
            if not is_certain and (reply := await self.find(about)):
                raise _RepliedError(reply)

        metadata = {"about": about.ts, "ids": list(ids)}
        try:
            ts = await self.post(about.channel, about.thread_ts, message, metadata, before_attempt=check)
            await check()
        except _RepliedError as error:
            return error.reply
        except LeaseLostError:
            # The process that has the lease now may not have seen this reply: of two replies, one is deleted here.
            await self.find(about)
            raise
        except SlackOutcomeUnknownError:
            # Slack may have taken it; and another process may have replied meanwhile.
            if reply := await self.find(about):
                return reply
            raise
        return PostedReply(MessageRef(about.channel, ts, about.thread_ts), ids)

    async def change(self, about: MessageRef, reply: PostedReply, message: Message, ids: tuple[str, ...]) -> None:
        """Replace the message of a reply, and record what it shows now."""
        await self.edit(reply.place, message, {"about": about.ts, "ids": list(ids)})
        await self._ledger.save_reply(about.channel, about.ts, PostedReply(reply.place, ids))

    async def edit(self, place: MessageRef, message: Message, metadata: dict[str, Any]) -> None:
        """Replace one of the bot's own messages."""
        content = _content(message, metadata)
        await call_with_retries(self._client.chat_update, channel=place.channel, ts=place.ts, **content)

    async def delete(self, reply: PostedReply) -> None:
        await call_with_retries(self._client.chat_delete, channel=reply.place.channel, ts=reply.place.ts)

    async def post(
        self,
        channel: str,
        thread_ts: str,
        message: Message,
        metadata: dict[str, Any],
        *,
        before_attempt: Callable[[], Awaitable[None]] | None = None,
    ) -> str:
        """Post to a thread, or to the channel if `thread_ts` is empty; return the message's ts.

        Posts to one channel go out one after the other. before_attempt: called when it is this message's turn, right
        before every attempt; an error that it raises ends the post.
        """
        self._queued[channel] += 1
        try:
            async with self._channel_locks[channel]:
                return await self._post_with_lock(
                    channel, before_attempt, thread_ts=thread_ts or None, **_content(message, metadata)
                )
        finally:
            self._queued[channel] -= 1
            if not self._queued[channel]:
                del self._queued[channel], self._channel_locks[channel]
                if self._paused_until.get(channel, 0.0) <= asyncio.get_running_loop().time():
                    self._paused_until.pop(channel, None)

    async def _post_with_lock(
        self, channel: str, before_attempt: Callable[[], Awaitable[None]] | None, **content: Any
    ) -> str:
        loop = asyncio.get_running_loop()
        for _ in range(MAX_TRIES):
            await asyncio.sleep(max(0.0, self._paused_until.get(channel, 0.0) - loop.time()))
            if before_attempt is not None:
                await before_attempt()
            try:
                answer = await call_once(self._client.chat_postMessage, channel=channel, **content)
            except SlackRateLimitedError as error:
                self._paused_until[channel] = loop.time() + error.seconds
                continue
            if channel in self._paused_until:
                self._paused_until[channel] = loop.time() + PAUSE_SECONDS
            return str(answer["ts"])
        raise SlackOutcomeUnknownError("ratelimited")

    async def find(self, about: MessageRef) -> PostedReply | None:
        """Return the bot's reply to a message, as its thread shows it; of several, delete all but the earliest."""
        replies = [reply async for reply in self._replies(about)]
        if not replies:
            return None
        first, *others = sorted(replies, key=lambda reply: float(reply.place.ts))
        for other in others:
            _log.warning("reply.twice")
            with suppress(SlackRejectedError):
                await self.delete(other)
        return first

    async def _replies(self, about: MessageRef) -> AsyncIterator[PostedReply]:
        cursor = ""
        while True:
            page = await call_with_retries(
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
                is_ours = message.get("bot_id") == self._bot_id and metadata.get("event_type") == METADATA
                if is_ours and payload.get("about") == about.ts:
                    yield PostedReply(
                        MessageRef(about.channel, message["ts"], about.thread_ts), tuple(payload.get("ids", ()))
                    )
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def post_ephemeral(self, about: MessageRef, user: str, message: Message) -> None:
        """Post a message, in the thread of another, that only one person sees."""
        await call_with_retries(
            self._client.chat_postEphemeral,
            channel=about.channel,
            thread_ts=about.thread_ts,
            user=user,
            text=message.text,
            blocks=msgspec.to_builtins(message.blocks),
        )


def _content(message: Message, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": msgspec.to_builtins(message.blocks),
        "metadata": {"event_type": METADATA, "event_payload": metadata},
        "unfurl_links": False,
        "unfurl_media": False,
    }
