"""Posting in threads: once, and no faster than Slack takes it."""

import asyncio
from collections import Counter, defaultdict
from typing import Any, Final

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Message
from bot.ledger import Ledger, Place, Reply
from handlers.calls import MOST_TRIES, SlowDownError, UnsureError, call_once, call_patiently

PAUSE_SECONDS: Final = 1.0
"""Between posts to a channel with a queue, once Slack has asked for less (chat.postMessage: about one a second)."""

METADATA: Final = "portout_reply"


class Threads:
    """The bot's replies in Slack: each message has at most one, which may be changed or taken away."""

    def __init__(self, client: AsyncWebClient, ledger: Ledger, bot_id: str | None) -> None:
        """Post with `client`, which must not repeat calls by itself; remember in `ledger`. bot_id: our own."""
        self._bot_id = bot_id
        self._client = client
        self._ledger = ledger
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: Counter[str] = Counter()
        self._slowed: dict[str, float] = {}

    async def reply(
        self, about: Place, message: Message, ids: tuple[str, ...], *, again: bool, shown: tuple[str, ...] | None = None
    ) -> Reply:
        """Reply to a message, once. again: an earlier delivery, here or elsewhere, may have done it.

        ids: what the reply is about. shown: those of them whose cards are in it; None for all.

        Raises `RefusedError` or `UnsureError`; after the latter a reply may be there, which the next call looks for.
        """
        if again or await self._ledger.is_posting(about.channel, about.ts) or self._ledger.is_alone:
            reply = await self.find(about)
        else:
            reply = None
        if reply is None:
            await self._ledger.posting(about.channel, about.ts)
            ts = await self.post(about.channel, about.thread_ts, message, {"about": about.ts, "ids": list(ids)})
            reply = Reply(Place(about.channel, ts, about.thread_ts), ids)
        await self._ledger.replied(about.channel, about.ts, reply, ids if shown is None else shown)
        return reply

    async def change(
        self, about: Place, reply: Reply, message: Message, ids: tuple[str, ...], shown: tuple[str, ...] | None = None
    ) -> None:
        """Put another message in a reply's place."""
        await self.edit(reply.place, message, {"about": about.ts, "ids": list(ids)})
        await self._ledger.replied(about.channel, about.ts, Reply(reply.place, ids), ids if shown is None else shown)

    async def edit(self, place: Place, message: Message, metadata: dict[str, Any]) -> None:
        """Put another message in the place of one of our own."""
        content = _content(message, metadata)
        await call_patiently(self._client.chat_update, channel=place.channel, ts=place.ts, **content)

    async def take_away(self, reply: Reply) -> None:
        """Remove a reply."""
        await call_patiently(self._client.chat_delete, channel=reply.place.channel, ts=reply.place.ts)

    async def post(self, channel: str, thread_ts: str, message: Message, metadata: dict[str, Any]) -> str:
        """Post to a thread, or to the channel where there is none, in turn; gives the message's ts."""
        self._waiting[channel] += 1
        try:
            async with self._turns[channel]:
                return await self._post_in_turn(channel, thread_ts=thread_ts or None, **_content(message, metadata))
        finally:
            self._waiting[channel] -= 1
            if not self._waiting[channel]:
                del self._waiting[channel], self._turns[channel]
                if self._slowed.get(channel, 0.0) <= asyncio.get_running_loop().time():
                    self._slowed.pop(channel, None)

    async def _post_in_turn(self, channel: str, **content: Any) -> str:
        loop = asyncio.get_running_loop()
        for _ in range(MOST_TRIES):
            await asyncio.sleep(max(0.0, self._slowed.get(channel, 0.0) - loop.time()))
            try:
                answer = await call_once(self._client.chat_postMessage, channel=channel, **content)
            except SlowDownError as refusal:
                self._slowed[channel] = loop.time() + refusal.seconds
                continue
            if channel in self._slowed:
                self._slowed[channel] = loop.time() + PAUSE_SECONDS
            return str(answer["ts"])
        raise UnsureError

    async def find(self, about: Place) -> Reply | None:
        """Look for our reply to a message among the replies of its thread."""
        cursor = ""
        while True:
            page = await call_patiently(
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
                    return Reply(Place(about.channel, message["ts"], about.thread_ts), tuple(payload.get("ids", ())))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def whisper(self, about: Place, user: str, message: Message) -> None:
        """Tell one person something that only they see."""
        await call_patiently(
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
