"""What stands in a channel and in its threads: the bot's messages that have metadata, read page by page."""

from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from portout.slack.web_api import GONE_ERRORS, Call, SlackRejectedError, call_with_retries

_PAGE_SIZE = 200  # Slack's advice


class OwnMessage(Struct, frozen=True):
    """A message of the bot. kind, payload: the event type and the payload of its metadata."""

    ts: str
    kind: str
    payload: dict[str, Any]


class Stretch(Struct, frozen=True):
    """A part of a channel's history. messages: the bot's, oldest first. newest_ts: of anybody's; empty for none."""

    messages: list[OwnMessage]
    newest_ts: str


class Thread(Struct, frozen=True):
    """A thread. root: its first message, None if it is gone or not the bot's. replies: the bot's, oldest first."""

    root: OwnMessage | None
    replies: list[OwnMessage]


class ChannelHistory:
    """Reads the histories of channels and threads; each call raises a `SlackError`."""

    def __init__(self, client: AsyncWebClient, bot_id: str | None) -> None:
        """Read with `client`, which must not retry by itself. bot_id: the bot's own."""
        self._client = client
        self._bot_id = bot_id

    async def stretch(self, channel: str, oldest: float, latest: float | None = None) -> Stretch:
        """Return what was posted in a channel from `oldest` to `latest`, in Unix seconds, both included."""
        ends = {"oldest": f"{oldest:.6f}", "latest": None if latest is None else f"{latest:.6f}", "inclusive": True}
        call = self._client.conversations_history
        messages = [message async for message in pages(call, channel=channel, **ends)]
        newest_ts = max((str(message["ts"]) for message in messages), key=float, default="")
        return Stretch(self._own(messages), newest_ts)

    async def thread(self, channel: str, ts: str) -> Thread:
        """Return the thread that a message starts; without a root and without replies if all of it is gone."""
        call = self._client.conversations_replies
        try:
            messages = self._own([message async for message in pages(call, channel=channel, ts=ts)])
        except SlackRejectedError as refusal:
            if refusal.reason not in GONE_ERRORS:
                raise
            messages = []
        root = next((message for message in messages if message.ts == ts), None)
        return Thread(root, [message for message in messages if message.ts != ts])

    def _own(self, messages: list[dict[str, Any]]) -> list[OwnMessage]:
        """Return those that the bot posted with metadata, oldest first: histories begin with the newest."""
        own = [
            OwnMessage(message["ts"], metadata.get("event_type", ""), metadata.get("event_payload") or {})
            for message in messages
            if message.get("bot_id") == self._bot_id and (metadata := message.get("metadata"))
        ]
        return sorted(own, key=lambda message: float(message.ts))


async def pages(call: Call, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
    """Yield the messages of all pages of a history, with their metadata."""
    cursor = ""
    while True:
        page = await call_with_retries(call, include_all_metadata=True, limit=_PAGE_SIZE, cursor=cursor, **arguments)
        for message in page.get("messages", []):
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
