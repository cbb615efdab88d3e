"""What the visitor of the page sees: a channel, its threads, private answers, and a window over them.

It is told by what was sent to the stand-in for Slack, and never by the bot's own code.
"""

import asyncio
import time
from typing import Any, Final

from msgspec import Struct, field

from sandbox.slack.server import SlackSandbox

CHANNEL: Final = "C0ALERTS"
"""The page's only channel, which the bot listens to."""

PERSON, TOOL, BOT, SLACKBOT = "person", "tool", "bot", "slackbot"


class Entry(Struct, kw_only=True):
    """A message on the page. at: when it came, in Unix seconds."""

    ts: str
    author: str
    text: str
    at: float
    blocks: list[dict[str, Any]] | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    is_private: bool = False
    is_edited: bool = False
    is_deleted: bool = False


class _Place(Struct, frozen=True):
    """Where the answers to a response URL are shown. entry_ts: the message that a button was pressed on."""

    thread_ts: str | None
    entry_ts: str | None


class Room:
    """The visitor's view. entries: by ts, in the order they came. status: how the latest delivery went."""

    def __init__(self, slack: SlackSandbox) -> None:
        """Show what happens in `slack`."""
        self.entries: Final[dict[str, Entry]] = {}
        self.status = ""
        self._slack = slack
        self._closed: set[str] = set()
        self._places: dict[str, _Place] = {}
        self._read: dict[str, int] = {}
        self._whispers_read = 0
        self._news = asyncio.Condition()
        self._version = 0

    async def changed(self, since: int) -> int:
        """Wait for something the visitor hasn't seen, and give its number."""
        async with self._news:
            await self._news.wait_for(lambda: self._version > since)
            return self._version

    async def tell(self) -> None:
        """Read what the bot has sent to Slack, and tell whoever watches."""
        self._read_channel()
        self._read_whispers()
        for token in self._places:
            self._read_responses(token)
        self._bury()
        async with self._news:
            self._version += 1
            self._news.notify_all()

    @property
    def window(self) -> dict[str, Any] | None:
        """The window on top, with its id."""
        shown = [{**view, "id": key} for key, view in self._slack.modals.views.items() if key not in self._closed]
        return shown[-1] if shown else None

    def close(self, view_id: str) -> None:
        """Close a window."""
        self._closed.add(view_id)

    def post(self, author: str, text: str, *, ts: str = "", **more: Any) -> Entry:
        """Let somebody say something. ts: Slack's name for it, where it has one already."""
        ts, at = ts or f"{time.time():.6f}", time.time()
        entry = self.entries[ts] = Entry(ts=ts, author=author, text=text, at=at, **more)
        return entry

    def whisper(self, body: dict[str, Any], thread_ts: str | None, author: str = BOT) -> None:
        """Show a message to the visitor alone."""
        where = body.get("thread_ts") or thread_ts
        self.post(author, body.get("text") or "", thread_ts=where, blocks=body.get("blocks"), is_private=True)

    def expect(self, url: str, thread_ts: str | None, entry_ts: str | None = None) -> str:
        """Say where the answers to a response URL belong; gives the URL back."""
        self._places[url.rpartition("/")[2]] = _Place(thread_ts, entry_ts)
        return url

    def is_answered(self, entry: Entry) -> bool:
        """Whether a message has a thread."""
        return any(other.thread_ts == entry.ts for other in self.entries.values())

    def _bury(self) -> None:
        """Take a deleted message away whose thread is empty."""
        for entry in list(self.entries.values()):
            if entry.is_deleted and not self.is_answered(entry):
                del self.entries[entry.ts]

    def _read_channel(self) -> None:
        """Take over what the bot posted, changed and deleted."""
        posted = {message["ts"]: message for message in self._slack.channels.messages[CHANNEL]}
        for ts, message in posted.items():
            entry = self.entries.get(ts) or self.post(BOT, "", ts=ts, thread_ts=message["thread_ts"])
            entry.text, entry.blocks = message["text"] or "", message["blocks"]
        for entry in list(self.entries.values()):
            if entry.author == BOT and not entry.is_private and entry.ts not in posted:
                del self.entries[entry.ts]

    def _read_whispers(self) -> None:
        new = self._slack.channels.ephemeral_messages[self._whispers_read :]
        self._whispers_read += len(new)
        for message in new:
            self.whisper(message, None)

    def _read_responses(self, token: str) -> None:
        posted, place = self._slack.posted.get(token, []), self._places[token]
        new = posted[self._read.get(token, 0) :]
        self._read[token] = len(posted)
        for body in new:
            original = self.entries.get(place.entry_ts or "")
            if body.get("replace_original") and original is not None:
                original.text, original.blocks = body.get("text") or "", body.get("blocks")
            else:
                self.whisper(body, place.thread_ts)
