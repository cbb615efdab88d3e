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

_Ts: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\Z")]
_T = TypeVar("_T")

_log = structlog.get_logger()


class MessageRef(Struct, frozen=True):
    """The place of a message in Slack. thread_ts: the thread that it is in, or starts."""

    channel: str
    ts: _Ts
    thread_ts: _Ts


class PostedReply(Struct, frozen=True):
    """A reply of this bot to a message. ids: the port-outs that it shows."""

    place: MessageRef
    ids: tuple[str, ...]

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

    async def mark_deleted(self, channel: str, about: str) -> None:
        """Record that a message was deleted: earlier events about it that Slack still delivers come too late."""
        await self._store.set(f"gone:{channel}:{about}", "1", _DELIVERED_SECONDS)

    async def is_deleted(self, channel: str, about: str) -> bool:
        """Return whether a message was deleted."""
        return await self._read(f"gone:{channel}:{about}", int) is not None

    async def is_outdated(self, channel: str, about: str, event_ts: str) -> bool:
        """Return whether a later event about a message was processed. event_ts: by Slack's clock, in Unix seconds."""
        latest = await self._read(f"latest:{channel}:{about}", float)
        return latest is not None and _seconds(event_ts) < latest

    async def save_latest_event(self, channel: str, about: str, event_ts: str) -> None:
        """Record the event about a message, unless a later one is recorded."""
        if not await self.is_outdated(channel, about, event_ts):
            await self._store.set(f"latest:{channel}:{about}", str(_seconds(event_ts)), _DELIVERED_SECONDS)

    async def is_posting(self, channel: str, about: str) -> bool:
        """Return whether a reply to a message may have been posted, with an unknown outcome."""
        # Whatever is recorded there: a look into the thread harms nothing.
        return await self._store.get(f"posting:{channel}:{about}") is not None

    async def begin_posting(self, channel: str, about: str) -> None:
        """Record, before it is posted, that a reply to a message may exist."""
        await self._store.set(f"posting:{channel}:{about}", "1", _DELIVERED_SECONDS)

    async def reply(self, channel: str, about: str) -> PostedReply | None:
        """Return the reply to a message, if one is recorded."""
        key = f"reply:{channel}:{about}"
        reply = await self._read(key, PostedReply)
        if reply is None or reply.place.channel == channel:
            return reply
        self._report_unreadable(key)  # a changed entry must not move an edit to another channel
        return None

    async def save_reply(self, channel: str, about: str, reply: PostedReply) -> None:
        """Record the reply to a message, whose outcome is thereby known."""
        await self._store.set(f"reply:{channel}:{about}", msgspec.json.encode(reply).decode(), _REPLY_SECONDS)
        await self._store.delete(f"posting:{channel}:{about}")

    async def forget_reply(self, channel: str, about: str) -> None:
        """Delete the record of the reply to a message."""
        await self._store.delete(f"reply:{channel}:{about}")

    async def claim_click(self, button: str, at: float, seconds: float) -> bool:
        """Return whether a click counts: not if the same button was clicked less than `seconds` before.

        at: the time of the click by Slack's clock, in Unix seconds.
        """
        key = f"click:{button}"
        if await self._store.set_if_absent(key, str(at), _CLICK_SECONDS):
            return True
        last = await self._read(key, float)
        if last is not None and 0 <= at - last < seconds:
            return False
        await self._store.set(key, str(at), _CLICK_SECONDS)
        return True

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
        encoded = await self._store.get(key)
        if encoded is None:
            return None
        try:
            return msgspec.json.decode(encoded, type=kind)
        except msgspec.DecodeError:
            self._report_unreadable(key)
            return None

    def _report_unreadable(self, key: str) -> None:
        """Log, once for each kind of entry, that one cannot be used."""
        kind = key.partition(":")[0]
        if kind not in self._unreadable:
            self._unreadable.add(kind)
            _log.warning("ledger.unreadable", entry=kind)


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0
