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

    event_ts: the time of the event, by Slack's clock. edited_ts: the time of the message's latest edit by then, in
    whole seconds; empty if it was not edited. ids: all that names a port-out in it; a phone number, too, so that they
    are neither stored nor logged. is_deletion: it was deleted.
    """

    message: MessageRef
    event_ts: str
    edited_ts: str = ""
    ids: tuple[str, ...] = ()
    is_deletion: bool = False


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

    async def is_outdated(self, revision: Revision) -> bool:
        """Return whether a message was deleted, or a later event about it was received; a deletion is the last one."""
        if revision.is_deletion:
            return False
        latest = await self._read(_latest_key(revision.message), float)
        return latest is not None and as_seconds(revision.event_ts) < latest

    async def record_event(self, revision: Revision) -> None:
        """Record that an event about a message was received: earlier ones that Slack still delivers are outdated."""
        seconds = _AFTER_ALL if revision.is_deletion else as_seconds(revision.event_ts)
        key = _latest_key(revision.message)
        while True:
            stored = await self._store.get(key)
            latest = self._decode(key, stored, float)
            if latest is not None and seconds <= latest:
                return
            # Of two events that arrive at once, the later one stays.
            if await self._store.replace(key, stored, str(seconds), _DELIVERED_SECONDS):
                return

    async def may_have_replied(self, about: MessageRef) -> bool:
        """Return whether there may be a reply to a message, although `reply` knows of none."""
        # Whatever is recorded there: a look into the thread harms nothing.
        return self._store.is_uncertain or await self._store.get(_reply_key(about)) is not None

    async def begin_posting(self, about: MessageRef) -> None:
        """Record, before a reply to a message is posted, changed or deleted, that its outcome is not known.

        A process that ends before it knows the outcome must not leave an old record to the next event.
        """
        await self._store.set(_reply_key(about), "", _DELIVERED_SECONDS)

    async def reply(self, about: MessageRef) -> PostedReply | None:
        """Return the reply to a message; None if none is recorded, or if the record may be out of date."""
        reply = await self._read(_reply_key(about), PostedReply)
        if reply is not None and reply.place.channel != about.channel:
            self._report_unreadable(_reply_key(about))  # a changed entry must not move an edit to another channel
            return None
        return None if self._store.is_uncertain else reply

    async def save_reply(self, about: MessageRef, reply: PostedReply) -> None:
        """Record the reply to a message, whose outcome is thereby known."""
        await self._store.set(_reply_key(about), msgspec.json.encode(reply).decode(), _REPLY_SECONDS)

    async def claim_click(self, button: str, at: float, seconds: float) -> bool:
        """Return whether a click counts: not if the same button was clicked less than `seconds` before.

        at: the time of the click by Slack's clock, in Unix seconds.
        """
        key = f"click:{button}"
        last = await self._store.get(key)
        earlier = self._decode(key, last, float)
        if earlier is not None and abs(at - earlier) < seconds:
            return False
        # Of two clicks that arrive at once, only one replaces the last one.
        return await self._store.replace(key, last, str(at), _CLICK_SECONDS)

    async def release_click(self, button: str) -> None:
        """Allow the next click, because this one had no effect."""
        await self._store.delete(f"click:{button}")

    async def _read(self, key: str, kind: type[_T]) -> _T | None:
        """Return an entry, None if there is none. One that is not as this bot writes it counts as none, too."""
        return self._decode(key, await self._store.get(key), kind)

    def _decode(self, key: str, encoded: str | None, kind: type[_T]) -> _T | None:
        try:
            return msgspec.json.decode(encoded, type=kind) if encoded else None
        except (msgspec.DecodeError, UnicodeError):
            self._report_unreadable(key)
            return None

    def _report_unreadable(self, key: str) -> None:
        """Log, once for each kind of entry, that one cannot be used."""
        kind = key.partition(":")[0]
        if kind not in self._unreadable:
            self._unreadable.add(kind)
            _log.warning("ledger.unreadable", entry=kind)


def _reply_key(message: MessageRef) -> str:
    return f"reply:{message.channel}:{message.ts}"


def _latest_key(message: MessageRef) -> str:
    return f"latest:{message.channel}:{message.ts}"


def as_seconds(ts: str) -> float:
    """Return Slack's `ts` in seconds; 0 for what is none."""
    try:
        return float(ts)
    except ValueError:
        return 0.0
