"""The record of what has been done, so that it is done once, by whichever process.

Slack delivers an event again after 0, 1 and 5 minutes until it is acknowledged, so the entries of a delivery last
longer than that.
"""

from collections.abc import Collection
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
import structlog
from msgspec import Meta, Struct

from portout.state.store import Store

_DELIVERED_SECONDS: Final = 15 * 60
_REPLY_SECONDS: Final = 24 * 3600
_CLICK_SECONDS: Final = 60
_AFTER_ALL: Final = 1e12  # Unix seconds

_Ts: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\Z")]
_T = TypeVar("_T")

_log = structlog.get_logger()


class MessageRef(Struct, frozen=True):
    """The place of a message in Slack. thread_ts: the thread that it is in, or starts."""

    channel: str
    ts: _Ts
    thread_ts: _Ts


class Revision(Struct, frozen=True):
    """A message as an event shows it.

    event_ts: the time of the event, by Slack's clock. edited_ts: the time of the message's latest edit by then; empty
    if it was not edited.
    """

    message: MessageRef
    event_ts: str
    edited_ts: str = ""


class OutdatedError(Exception):
    """A message that was deleted, or edited, after the event that is worked on: a later event has the work."""


class PostedReply(Struct, frozen=True):
    """A reply of this bot to a message. ids: the port-outs that it shows. event_ts: the event that it is due to."""

    place: MessageRef
    ids: tuple[str, ...]
    event_ts: str = ""

    def shows(self, ids: Collection[str]) -> bool:
        """Return whether it shows these port-outs and no others."""
        return set(self.ids) == set(ids)


class Ledger:
    """Records processed events, replies to messages, and clicks on buttons."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unreadable: set[str] = set()

    async def is_done(self, event_key: str) -> bool:
        """Return whether an event needs no more work."""
        return await self._read(f"delivered:{event_key}", int) is not None

    async def mark_done(self, event_key: str) -> None:
        """Record that an event needs no more work."""
        await self._store.set(f"delivered:{event_key}", "1", _DELIVERED_SECONDS)

    async def mark_last(self, event_key: str) -> None:
        """Record that Slack does not deliver an event again: who works on it must end with an answer."""
        await self._store.set(f"last:{event_key}", "1", _DELIVERED_SECONDS)

    async def is_last(self, event_key: str) -> bool:
        """Return whether Slack does not deliver an event again."""
        return await self._read(f"last:{event_key}", int) is not None

    async def latest_event(self, message: MessageRef) -> float | None:
        """Return the time of the latest event about a message; later than any for a deletion; None if none is known."""
        return await self._read(f"latest:{message.channel}:{message.ts}", float)

    async def is_outdated(self, revision: Revision) -> bool:
        """Return whether a message was deleted, or a later event about it was received."""
        latest = await self.latest_event(revision.message)
        return latest is not None and as_seconds(revision.event_ts) < latest

    async def record_event(self, revision: Revision, *, is_deletion: bool) -> None:
        """Record that an event about a message was received: earlier ones that Slack still delivers are outdated."""
        if not await self.is_outdated(revision):
            seconds = _AFTER_ALL if is_deletion else as_seconds(revision.event_ts)
            message = revision.message
            await self._store.set(f"latest:{message.channel}:{message.ts}", str(seconds), _DELIVERED_SECONDS)

    async def is_posting(self, about: MessageRef) -> bool:
        """Return whether a reply to a message may have been posted, with an unknown outcome."""
        # Whatever is recorded there: a look into the thread harms nothing.
        return await self._store.get(f"posting:{about.channel}:{about.ts}") is not None

    async def begin_posting(self, about: MessageRef) -> None:
        """Record, before it is posted, that a reply to a message may exist."""
        await self._store.set(f"posting:{about.channel}:{about.ts}", "1", _DELIVERED_SECONDS)

    async def reply(self, about: MessageRef) -> PostedReply | None:
        """Return the reply to a message; None if none is recorded, or if the record may be out of date."""
        key = f"reply:{about.channel}:{about.ts}"
        reply = await self._read(key, PostedReply)
        if reply is not None and reply.place.channel != about.channel:
            self._report_unreadable(key)  # a changed entry must not move an edit to another channel
            return None
        return None if self._store.is_uncertain else reply

    async def save_reply(self, about: MessageRef, reply: PostedReply) -> None:
        """Record the reply to a message, whose outcome is thereby known."""
        key = f"{about.channel}:{about.ts}"
        await self._store.set(f"reply:{key}", msgspec.json.encode(reply).decode(), _REPLY_SECONDS)
        await self._store.delete(f"posting:{key}")

    async def forget_reply(self, about: MessageRef) -> None:
        """Delete the record of the reply to a message."""
        await self._store.delete(f"reply:{about.channel}:{about.ts}")

    async def claim_click(self, button: str, at: float, seconds: float) -> bool:
        """Return whether a click counts: not if the same button was clicked less than `seconds` before.

        at: the time of the click by Slack's clock, in Unix seconds.
        """
        key = f"click:{button}"
        last = await self._store.get(key)
        earlier = self._decode(key, last, float)
        if earlier is not None and abs(at - earlier) < seconds:
            return False
        if last is not None and earlier is None:
            await self._store.set(key, str(at), _CLICK_SECONDS)
            return True
        # Of two clicks that arrive at once, only one replaces the last one.
        return await self._store.replace(key, last, str(at), _CLICK_SECONDS)

    async def release_click(self, button: str) -> None:
        """Allow the next click, because this one had no effect."""
        await self._store.delete(f"click:{button}")

    async def is_shared(self) -> bool:
        """Return whether other processes, where there are any, see the records of this one."""
        return await self._store.is_shared()

    @property
    def is_uncertain(self) -> bool:
        """Whether something may have been done lately that is not recorded here."""
        return self._store.is_uncertain

    async def _read(self, key: str, kind: type[_T]) -> _T | None:
        """Return an entry, None if there is none. One that is not as this bot writes it counts as none, too."""
        return self._decode(key, await self._store.get(key), kind)

    def _decode(self, key: str, encoded: str | None, kind: type[_T]) -> _T | None:
        try:
            return None if encoded is None else msgspec.json.decode(encoded, type=kind)
        except msgspec.DecodeError:
            self._report_unreadable(key)
            return None

    def _report_unreadable(self, key: str) -> None:
        """Log, once for each kind of entry, that one cannot be used."""
        kind = key.partition(":")[0]
        if kind not in self._unreadable:
            self._unreadable.add(kind)
            _log.warning("ledger.unreadable", entry=kind)


def as_seconds(ts: str) -> float:
    """Return Slack's `ts` in seconds; 0 for what is none."""
    try:
        return float(ts)
    except ValueError:
        return 0.0
