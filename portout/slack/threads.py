"""Replies in threads: at most one per message."""

from collections.abc import AsyncIterator
from contextlib import suppress

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import Message
from portout.slack.posts import METADATA, Posts
from portout.slack.web_api import GONE_ERRORS, SlackOutcomeUnknownError, SlackRejectedError, call_with_retries
from portout.state.leases import Lease, LeaseLostError
from portout.state.ledger import Ledger, MessageRef, PostedReply

_log = structlog.get_logger()


class _RepliedError(Exception):
    """A reply that another process posted meanwhile."""

    def __init__(self, reply: PostedReply) -> None:
        super().__init__(reply.place.ts)
        self.reply = reply


class ThreadReplies:
    """The bot's replies in Slack: each message has at most one, which can be changed or deleted."""

    def __init__(self, posts: Posts, client: AsyncWebClient, ledger: Ledger, bot_id: str | None) -> None:
        """Post with `posts`, and read threads with `client`. bot_id: the bot's own."""
        self._bot_id = bot_id
        self._posts = posts
        self._client = client
        self._ledger = ledger

    async def show(
        self,
        lease: Lease,
        about: MessageRef,
        message: Message,
        ids: tuple[str, ...],
        *,
        may_exist: bool,
    ) -> None:
        """Make the reply to a message show `message`: post it, or change the one that there is.

        lease: on the message. ids: the port-outs that the reply shows. may_exist: whether an earlier delivery, here or
        in another process, may have replied.

        Raises `LeaseLostError` if another process replies, `SlackRejectedError`, or `SlackOutcomeUnknownError`: then a
        reply may exist, which the next call looks for.
        """
        reply = await self._ledger.reply(about.channel, about.ts)
        if reply is None:
            reply, is_new = await self._reply(lease, about, message, ids, may_exist=may_exist)
            if is_new or (ids and reply.shows(ids)):
                return
        await lease.confirm()
        try:
            await self.change(about, reply, message, ids)
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise
            # Somebody deleted our reply.
            await self._ledger.forget_reply(about.channel, about.ts)
            await self._reply(lease, about, message, ids, may_exist=False)

    async def _reply(
        self, lease: Lease, about: MessageRef, message: Message, ids: tuple[str, ...], *, may_exist: bool
    ) -> tuple[PostedReply, bool]:
        """Post a reply to a message unless there is one; return the reply, and whether it was posted now.

        Looks into the thread right before and after the post if another process may have posted, too: if two post at
        once, the one whose reply is later sees the earlier one.
        """
        may_exist = may_exist or await self._ledger.is_posting(about.channel, about.ts)
        await self._ledger.begin_posting(about.channel, about.ts)

        async def check() -> None:
            is_certain = await lease.confirm() and not may_exist
            if not is_certain and (existing := await self.find(about)):
                raise _RepliedError(existing)

        ts, metadata = "", {"about": about.ts, "ids": list(ids)}
        try:
            ts = await self._posts.post(about.channel, about.thread_ts, message, metadata, before_attempt=check)
            await check()
            reply = PostedReply(MessageRef(about.channel, ts, about.thread_ts), ids)
        except _RepliedError as error:
            reply = error.reply
        except LeaseLostError:
            # The process that has the lease now may not have seen this reply: of two replies, one is deleted here.
            await self.find(about)
            raise
        except SlackOutcomeUnknownError:
            # Slack may have taken it; and another process may have replied meanwhile.
            if (found := await self.find(about)) is None:
                raise
            reply = found
        await self._ledger.save_reply(about.channel, about.ts, reply)
        return reply, reply.place.ts == ts

    async def change(self, about: MessageRef, reply: PostedReply, message: Message, ids: tuple[str, ...]) -> None:
        """Replace the message of a reply, and record what it shows now."""
        await self._posts.edit(reply.place, message, {"about": about.ts, "ids": list(ids)})
        await self._ledger.save_reply(about.channel, about.ts, PostedReply(reply.place, ids))

    async def withdraw(self, about: MessageRef, *, may_exist: bool) -> bool:
        """Delete the reply to a message; return whether there was one.

        may_exist: whether the thread is to be searched where the ledger knows of no reply.
        """
        reply = await self._ledger.reply(about.channel, about.ts)
        if reply is None and may_exist:
            reply = await self.find(about)
        if reply is None:
            return False
        await self._posts.delete(reply.place)
        await self._ledger.forget_reply(about.channel, about.ts)
        return True

    async def find(self, about: MessageRef) -> PostedReply | None:
        """Return the bot's reply to a message, as its thread shows it; of several, delete all but the earliest."""
        replies = [reply async for reply in self._replies(about)]
        if not replies:
            return None
        first, *others = sorted(replies, key=lambda reply: float(reply.place.ts))
        for other in others:
            _log.warning("reply.twice")
            with suppress(SlackRejectedError):
                await self._posts.delete(other.place)
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
