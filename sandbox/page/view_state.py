"""The state that the page shows: the channels, their threads, ephemeral messages, a modal over them, and Home tabs.

It is derived from what was sent to the stand-in for Slack, never from the bot's own code.
"""

import asyncio
import time
from collections.abc import Collection
from typing import Any, Final

from msgspec import Struct, field

from sandbox.page.workspace import CHANNELS, MEMBER, PEOPLE, WATCH
from sandbox.slack.histories import is_true
from sandbox.slack.server import SlackSandbox

PERSON, TOOL, BOT, SLACKBOT = "person", "tool", "bot", "slackbot"


class Entry(Struct, kw_only=True):
    """A message on the page.

    person: the id of who wrote it or, if it is private, of the only one who sees it; else empty. at: when it came, in
    Unix seconds. is_broadcast: it stands in its thread and in the channel.
    """

    ts: str
    channel: str
    author: str
    person: str = ""
    text: str
    at: float
    blocks: list[dict[str, Any]] | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    is_private: bool = False
    is_broadcast: bool = False
    is_edited: bool = False
    is_deleted: bool = False


class Place(Struct, frozen=True):
    """Where a private message is shown, and to whom."""

    channel: str
    thread_ts: str | None
    person: str


class _ResponseTarget(Struct, frozen=True):
    """Where the messages posted to a response URL are shown. entry_ts: the message whose button was pressed."""

    place: Place
    entry_ts: str | None


class ViewState:
    """All that the page shows.

    entries: by ts, in the order they came. me: whom one is. status: how the latest delivery went. visited: set once
    somebody looks at the page.
    """

    def __init__(self, slack: SlackSandbox) -> None:
        """Show what happens in `slack`."""
        self.entries: Final[dict[str, Entry]] = {}
        self.me = MEMBER
        self.status = ""
        self.visited: Final = asyncio.Event()
        self._slack = slack
        self._closed_modals: set[str] = set()
        self._targets: dict[str, _ResponseTarget] = {}
        self._read: dict[str, int] = {}
        self._ephemeral_read = 0
        self._change = asyncio.Condition()
        self._version = 0

    async def changed(self, since: int) -> int:
        """Wait for a version newer than `since`, and return its number."""
        async with self._change:
            await self._change.wait_for(lambda: self._version > since)
            return self._version

    async def recorded(self, event_ids: Collection[str]) -> None:
        """Wait until the metadata of the bot's messages in the channel of the watch has these ids."""
        version = 0
        while not all(one in self._watch_records for one in event_ids):
            version = await self.changed(version)

    async def update(self) -> None:
        """Copy what the bot has sent to Slack, and notify those who wait for a change."""
        for channel in CHANNELS:
            self._read_channel(channel)
        self._read_ephemeral_messages()
        for token in self._targets:
            self._read_responses(token)
        self._remove_deleted()
        async with self._change:
            self._version += 1
            self._change.notify_all()

    def be(self, person: str) -> None:
        """Become another person, who does not see the modals of the one before."""
        self.me = PEOPLE[person]
        self._closed_modals.update(self._slack.modals.views)

    @property
    def visible(self) -> list[Entry]:
        """Return the messages that the person sees."""
        return [entry for entry in self.entries.values() if not entry.is_private or entry.person == self.me.id]

    @property
    def modal(self) -> dict[str, Any] | None:
        """Return the view of the topmost modal, with its id; None without one."""
        shown = [
            {**view, "id": key} for key, view in self._slack.modals.views.items() if key not in self._closed_modals
        ]
        return shown[-1] if shown else None

    @property
    def home(self) -> dict[str, Any] | None:
        """Return the view of the person's Home tab, with its id; None while nothing is published there."""
        return self._slack.home_tabs.views.get(self.me.id)

    def close_modal(self, view_id: str) -> None:
        """Close a modal."""
        self._closed_modals.add(view_id)

    def post(self, channel: str, author: str, text: str, *, ts: str = "", **more: Any) -> Entry:
        """Add a message, and return it. ts: Slack's id of it, where it has one already."""
        ts, at = ts or f"{time.time():.6f}", time.time()
        entry = self.entries[ts] = Entry(ts=ts, channel=channel, author=author, text=text, at=at, **more)
        return entry

    def show_ephemeral(self, body: dict[str, Any], place: Place, author: str = BOT) -> None:
        """Add a message that only one person sees."""
        text, thread_ts = body.get("text") or "", body.get("thread_ts") or place.thread_ts
        entry = self.post(place.channel, author, text, person=place.person, thread_ts=thread_ts)
        entry.blocks, entry.is_private = body.get("blocks"), True

    def route_responses(self, url: str, place: Place, entry_ts: str | None = None) -> str:
        """Show what is posted to a response URL at a place, or instead of a message; returns the URL."""
        self._targets[url.rpartition("/")[2]] = _ResponseTarget(place, entry_ts)
        return url

    def is_answered(self, entry: Entry) -> bool:
        """Return whether a message has a thread."""
        return any(other.thread_ts == entry.ts for other in self.entries.values())

    @property
    def _watch_records(self) -> str:
        return str([message["metadata"] for message in self._slack.channels.messages[WATCH]])

    def _remove_deleted(self) -> None:
        """Remove deleted messages whose thread is empty."""
        for entry in list(self.entries.values()):
            if entry.is_deleted and not self.is_answered(entry):
                del self.entries[entry.ts]

    def _read_channel(self, channel: str) -> None:
        """Copy what the bot posted, updated and deleted."""
        posted = {message["ts"]: message for message in self._slack.channels.messages[channel]}
        for ts, message in posted.items():
            entry = self.entries.get(ts) or self.post(channel, BOT, "", ts=ts, thread_ts=message["thread_ts"])
            entry.text, entry.blocks = message["text"] or "", message["blocks"]
            entry.is_broadcast = is_true(message["reply_broadcast"])
        for entry in list(self.entries.values()):
            if (entry.channel, entry.author) == (channel, BOT) and not entry.is_private and entry.ts not in posted:
                del self.entries[entry.ts]

    def _read_ephemeral_messages(self) -> None:
        new = self._slack.channels.ephemeral_messages[self._ephemeral_read :]
        self._ephemeral_read += len(new)
        for message in new:
            self.show_ephemeral(message, Place(message["channel"], None, message["user"]))

    def _read_responses(self, token: str) -> None:
        posted, target = self._slack.posted.get(token, []), self._targets[token]
        new = posted[self._read.get(token, 0) :]
        self._read[token] = len(posted)
        for body in new:
            original = self.entries.get(target.entry_ts or "")
            if body.get("replace_original") and original is not None:
                original.text, original.blocks = body.get("text") or "", body.get("blocks")
            else:
                self.show_ephemeral(body, target.place)
