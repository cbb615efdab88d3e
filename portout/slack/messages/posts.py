"""The bot's messages in channels and threads: posted no faster than Slack's rate limit, changed, deleted."""

import asyncio
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import Message
from portout.slack.messages.pacing import Pacing
from portout.slack.web_api import (
    GONE_ERRORS,
    MAX_TRIES,
    Check,
    SlackError,
    SlackRateLimitedError,
    SlackRejectedError,
    call_once,
    call_with_retries,
)
from portout.state.ledger import MessageRef

METADATA: Final = "portout_reply"
"""The event type in the metadata of what the bot posts when it is asked to, by which replies are found again."""

_log = structlog.get_logger()


class Metadata(Struct, frozen=True):
    """The metadata of a message, which people do not see. kind: its event type."""

    payload: dict[str, Any]
    kind: str = METADATA


class Destination(Struct, frozen=True):
    """Where a post goes: to a thread, or to the channel if `thread_ts` is empty.

    is_broadcast: a post to a thread is shown in the channel, too.
    """

    channel: str
    thread_ts: str = ""
    is_broadcast: bool = False


class Posts:
    """The bot's messages in Slack."""

    def __init__(self, client: AsyncWebClient, pacing: Pacing, *, for_alerts: bool) -> None:
        """Post with `client`, which must not retry by itself. for_alerts: people's posts go before these."""
        self._client = client
        self._pacing = pacing
        self._for_alerts = for_alerts

    async def edit(
        self,
        place: MessageRef,
        message: Message,
        metadata: Metadata,
        *,
        before_attempt: Check | None = None,
        max_wait: float | None = None,
    ) -> None:
        """Replace one of the bot's own messages. before_attempt, max_wait: as in `post`."""
        arguments = {"channel": place.channel, "ts": place.ts, **_content(message, metadata)}
        await call_with_retries(self._client.chat_update, before_attempt=before_attempt, max_wait=max_wait, **arguments)

    async def delete(self, place: MessageRef, *, before_attempt: Check | None = None) -> None:
        """Delete one of the bot's own messages; one that is gone already, alone or with its thread, is no error.

        before_attempt: as in `post`.
        """
        arguments: dict[str, Any] = {"channel": place.channel, "ts": place.ts}
        try:
            await call_with_retries(self._client.chat_delete, before_attempt=before_attempt, **arguments)
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise

    async def post(
        self,
        destination: Destination,
        message: Message,
        metadata: Metadata,
        *,
        before_attempt: Check | None = None,
        max_wait: float | None = None,
    ) -> str:
        """Post a message, and return its ts.

        before_attempt: called when it is this message's turn, right before every attempt; an error that it raises ends
        the post. max_wait: how many seconds to wait, at most, while Slack takes no more posts; None for as long as it
        asks. Raises `SlackRejectedError`, also if the thread is gone, `SlackRateLimitedError` if that wait would be too
        long, or `SlackOutcomeUnknownError`.
        """
        until = None if max_wait is None else asyncio.get_running_loop().time() + max_wait
        channel, thread_ts = destination.channel, destination.thread_ts
        content = {"channel": channel, "thread_ts": thread_ts or None, **_content(message, metadata)}
        if destination.is_broadcast:
            content["reply_broadcast"] = True
        answer = await self._post_in_turn(content, before_attempt, until)
        ts = str(answer["ts"])
        if thread_ts and not (answer.get("message") or {}).get("thread_ts"):
            await self._take_back(channel, ts)
            raise SlackRejectedError("thread_not_found")
        return ts

    async def _post_in_turn(self, content: dict[str, Any], before_attempt: Check | None, until: float | None) -> Any:
        async with self._pacing.queue(content["channel"]) as queue:
            refusals = 0
            while True:
                async with queue.turn(is_alert=self._for_alerts, until=until):
                    if before_attempt is not None:
                        await before_attempt()
                    try:
                        return await call_once(self._client.chat_postMessage, **content)
                    except SlackRateLimitedError as error:
                        queue.slow_down(error.seconds)
                        refusals += 1
                        if refusals >= MAX_TRIES:
                            raise

    async def _take_back(self, channel: str, ts: str) -> None:
        """Delete a post that stands in the channel, because the first message of its thread is gone."""
        _log.warning("post.outside_thread")
        try:
            await self.delete(MessageRef(channel, ts, ts))
        except SlackError as error:
            _log.error("post.left_outside_thread", reason=error.reason)

    async def post_ephemeral(self, about: MessageRef, user: str, message: Message) -> None:
        """Post a message about another, where that one stands, that only one person sees."""
        await call_with_retries(
            self._client.chat_postEphemeral,
            channel=about.channel,
            # Slack shows it in a thread only if the thread has messages already.
            thread_ts=about.thread_ts if about.thread_ts != about.ts else None,
            user=user,
            text=message.text,
            blocks=msgspec.to_builtins(message.blocks),
        )


def _content(message: Message, metadata: Metadata) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": msgspec.to_builtins(message.blocks),
        "metadata": {"event_type": metadata.kind, "event_payload": metadata.payload},
        "unfurl_links": False,
        "unfurl_media": False,
    }
