"""Replies in threads: at most one per message."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import Message
from portout.lookup.texts.identifiers import ExtractedIds, extract_ids
from portout.slack.message_text import visible_texts
from portout.slack.messages.history import pages
from portout.slack.messages.posts import METADATA, Destination, Metadata, Posts
from portout.slack.web_api import GONE_ERRORS, Check, SlackOutcomeUnknownError, SlackRejectedError
from portout.state.leases import Lease, LeaseLostError
from portout.state.ledger import Ledger, MessageRef, OutdatedError, PostedReply, Revision, as_seconds

_log = structlog.get_logger()


class _RepliedError(Exception):
    """A reply that another process posted meanwhile."""

    def __init__(self, reply: PostedReply) -> None:
        super().__init__(reply.place.ts)
        self.reply = reply


class ThreadReplies:
    """The bot's replies in Slack: each message has at most one, which can be changed or deleted."""

    def __init__(
        self,
        posts: Posts,
        client: AsyncWebClient,
        ledger: Ledger,
        bot_id: str | None,
        extract: Callable[..., ExtractedIds] = extract_ids,
    ) -> None:
        """Post with `posts`, and read threads with `client`.

        bot_id: the bot's own. extract: returns what the texts of a message name, as its `Revision` has it.
        """
        self._bot_id = bot_id
        self._extract = extract
        self._posts = posts
        self._client = client
        self._ledger = ledger

    async def show(
        self,
        lease: Lease,
        revision: Revision,
        message: Message,
        ids: tuple[str, ...],
        *,
        may_exist: bool,
    ) -> None:
        """Post the reply to a message, or change the one that there is, so that it shows `message`.

        lease: on the message. ids: the port-outs that the reply shows. may_exist: whether an earlier delivery, here or
        in another process, may have replied.

        Raises `LeaseLostError` if another process replies, `OutdatedError`, or a `SlackError`: after a
        `SlackOutcomeUnknownError` a reply may exist, which the next call looks for.
        """
        about = revision.message
        reply = await self._ledger.reply(about)
        if reply is None:
            reply, is_new = await self._reply(lease, revision, message, ids, may_exist=may_exist)
            if is_new or (ids and reply.shows(ids)):
                return
        _raise_if_older(revision, reply)
        changed, check = PostedReply(reply.place, ids, revision.event_ts), partial(self._check, lease, revision)
        try:
            await self.change(about, changed, message, before_attempt=check, max_wait=None)
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise
            # Somebody deleted our reply, and there may be another one.
            await self.show(lease, revision, message, ids, may_exist=may_exist)

    async def _reply(
        self, lease: Lease, revision: Revision, message: Message, ids: tuple[str, ...], *, may_exist: bool
    ) -> tuple[PostedReply, bool]:
        """Post a reply to a message unless there is one; return the reply, and whether it was posted now.

        Looks into the thread right before and after the post if another process may have posted, too: if two post at
        once, the one whose reply is later sees the earlier one.
        """
        about = revision.message
        may_exist = may_exist or await self._ledger.may_have_replied(about)
        await self._ledger.begin_posting(about)

        async def check() -> None:
            is_certain = await lease.confirm() and not may_exist
            if not is_certain and (existing := await self._find_unless_outdated(revision)):
                raise _RepliedError(existing)

        async def check_before() -> None:
            if await self._ledger.is_outdated(revision):
                raise OutdatedError
            await check()

        ts, metadata = "", _metadata(about, ids, revision.event_ts)
        try:
            ts = await self._posts.post(
                Destination(about.channel, about.thread_ts), message, metadata, before_attempt=check_before
            )
            await check()
            reply = PostedReply(MessageRef(about.channel, ts, about.thread_ts), ids, revision.event_ts)
        except _RepliedError as error:
            reply = error.reply
        except (LeaseLostError, SlackOutcomeUnknownError) as error:
            # Slack may have taken it, and another process may have posted as well: of two replies, one is deleted here.
            found = await self._find_unless_outdated(revision)
            if found is None or isinstance(error, LeaseLostError):
                raise
            reply = found
        await self._ledger.save_reply(about, reply)
        return reply, reply.place.ts == ts

    async def change(
        self, about: MessageRef, reply: PostedReply, message: Message, *, before_attempt: Check, max_wait: float | None
    ) -> None:
        """Replace the message of a reply, and record what it shows now. Both options: as in `Posts.post`."""
        metadata = _metadata(about, reply.ids, reply.event_ts)
        await self._ledger.begin_posting(about)
        await self._posts.edit(reply.place, message, metadata, before_attempt=before_attempt, max_wait=max_wait)
        await self._ledger.save_reply(about, reply)

    async def withdraw(self, lease: Lease, revision: Revision, *, may_exist: bool) -> bool:
        """Delete the reply to a message; return whether there was one.

        may_exist: whether the thread is to be searched where the ledger knows of no reply, even if it is certain.
        Raises `OutdatedError` if the reply is due to a later event.
        """
        about = revision.message
        reply = await self._ledger.reply(about)
        # An earlier event, which this one makes outdated, may have posted one without recording it.
        if reply is None and (may_exist or await self._ledger.may_have_replied(about)):
            reply = await self._find_unless_outdated(revision)
        if reply is None:
            return False
        _raise_if_older(revision, reply)
        await self._ledger.begin_posting(about)
        await self._posts.delete(reply.place, before_attempt=partial(self._check, lease, revision))
        return True

    async def find(self, about: MessageRef) -> PostedReply | None:
        """Return the bot's reply to a message, as its thread shows it; of several, delete all but the earliest."""
        return await self._only_reply(await self._look(about))

    async def _check(self, lease: Lease, revision: Revision) -> None:
        """Raise an error if another event, or another process, has to do with the reply by now.

        To be called right before the reply is changed: no record and no lease holds while Redis is not available, and
        between two attempts somebody may have edited the message again.
        """
        if await self._ledger.is_outdated(revision):
            raise OutdatedError
        if not await lease.confirm() and (reply := await self._find_unless_outdated(revision)):
            _raise_if_older(revision, reply)

    async def _find_unless_outdated(self, revision: Revision) -> PostedReply | None:
        """Return what `find` does; raise `OutdatedError` if Slack shows a later edit of the message, or no message.

        Whoever dealt with that may not have seen a reply that this event posted meanwhile: such a one is deleted.
        """
        thread = await self._look(revision.message)
        reply = await self._only_reply(thread)
        names = set(self._extract(*visible_texts(thread.message)).names)
        if revision.is_deletion or not (thread.is_deleted or _is_edited_since(revision, thread, names)):
            return reply
        # An order that was found by its key is not among the names: then all must stand there that stood there before.
        is_named = not thread.is_deleted and (set(reply.ids if reply else ()) <= names or set(revision.ids) <= names)
        if reply is not None and reply.event_ts == revision.event_ts and not is_named:
            await self._posts.delete(reply.place)
        raise OutdatedError

    async def _only_reply(self, thread: "_Thread") -> PostedReply | None:
        if not thread.replies:
            return None
        first, *others = sorted(thread.replies, key=lambda reply: as_seconds(reply.place.ts))
        for other in others:
            _log.warning("reply.twice")
            with suppress(SlackRejectedError):
                await self._posts.delete(other.place)
        return first

    async def _look(self, about: MessageRef) -> "_Thread":
        """Read a message's thread; for a message within a thread, only what came after it."""
        thread = _Thread()
        since: dict[str, Any] = {} if about.ts == about.thread_ts else {"oldest": about.ts, "inclusive": True}
        call = self._client.conversations_replies
        async for message in pages(call, channel=about.channel, ts=about.thread_ts, **since):
            if message.get("ts") == about.ts:
                thread.message = message
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            is_ours = message.get("bot_id") == self._bot_id and metadata.get("event_type") == METADATA
            if is_ours and payload.get("about") == about.ts:
                place = MessageRef(about.channel, message["ts"], about.thread_ts)
                ids, event_ts = tuple(payload.get("ids", ())), str(payload.get("event_ts", ""))
                thread.replies.append(PostedReply(place, ids, event_ts))
        return thread


class _Thread(Struct):
    """What Slack shows of a message. replies: the bot's, to this message."""

    message: dict[str, Any] = {}
    replies: list[PostedReply] = []

    @property
    def is_deleted(self) -> bool:
        """Return whether a tombstone stands in the message's place."""
        return self.message.get("subtype") == "tombstone"


def _is_edited_since(revision: Revision, thread: _Thread, names: set[str]) -> bool:
    """Return whether Slack shows a later edit of a message, by which it names other port-outs. names: those now.

    An edit that left them as they were may need no work of its own.
    """
    shown = as_seconds(str((thread.message.get("edited") or {}).get("ts") or ""))
    known = as_seconds(revision.edited_ts)
    if shown and shown == known:
        # Two edits within a second have the same time. Only ids that are gone tell: others may be a link's preview.
        return not set(revision.ids) <= names
    return shown > known and names != set(revision.ids)


def _metadata(about: MessageRef, ids: tuple[str, ...], event_ts: str) -> Metadata:
    return Metadata({"about": about.ts, "ids": list(ids), "event_ts": event_ts})


def _raise_if_older(revision: Revision, reply: PostedReply) -> None:
    if as_seconds(revision.event_ts) < as_seconds(reply.event_ts):
        raise OutdatedError
