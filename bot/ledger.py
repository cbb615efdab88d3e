"""What has been done already, so that it is done once: in this process's memory.

Slack delivers an event again after 0, 1 and 5 minutes until it is acknowledged, so what is remembered of a delivery has
to outlive that.
"""

from typing import Final

from cachetools import TTLCache
from msgspec import Struct

_DELIVERED_SECONDS: Final = 15 * 60
_REPLY_SECONDS: Final = 24 * 3600
_SHOWN_SECONDS: Final = 30 * 60
_CLICK_SECONDS: Final = 60
_MOST: Final = 20_000  # of each kind, about 200 bytes each


class Place(Struct, frozen=True):
    """A message in Slack. thread_ts: the thread it stands in, or starts."""

    channel: str
    ts: str
    thread_ts: str


class Reply(Struct, frozen=True):
    """What this bot said under a message. ids: the port-outs it shows."""

    place: Place
    ids: tuple[str, ...]


class Ledger:
    """Remembers deliveries that were dealt with, replies under messages, where an id was shown last, and presses."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._delivered: TTLCache[str, None] = TTLCache(_MOST, _DELIVERED_SECONDS)
        self._posting: TTLCache[tuple[str, str], None] = TTLCache(_MOST, _DELIVERED_SECONDS)
        self._replies: TTLCache[tuple[str, str], Reply] = TTLCache(_MOST, _REPLY_SECONDS)
        self._shown: TTLCache[tuple[str, str], Place] = TTLCache(_MOST, _SHOWN_SECONDS)
        self._clicks: TTLCache[str, float] = TTLCache(_MOST, _CLICK_SECONDS)

    async def is_delivered(self, delivery: str) -> bool:
        """Whether a delivery needs nothing more."""
        return delivery in self._delivered

    async def delivered(self, delivery: str) -> None:
        """Remember that a delivery needs nothing more."""
        self._delivered[delivery] = None

    async def is_posting(self, channel: str, about: str) -> bool:
        """Whether a reply to a message may have been posted without our knowing."""
        return (channel, about) in self._posting

    async def posting(self, channel: str, about: str) -> None:
        """Remember, before it is posted, that a reply to a message may be there."""
        self._posting[channel, about] = None

    async def reply(self, channel: str, about: str) -> Reply | None:
        """Give the reply to a message."""
        return self._replies.get((channel, about))

    async def replied(self, channel: str, about: str, reply: Reply) -> None:
        """Remember the reply to a message, and that its ids were shown there."""
        self._posting.pop((channel, about), None)
        self._replies[channel, about] = reply
        for event_id in reply.ids:
            self._shown[channel, event_id] = reply.place

    async def shown(self, channel: str, event_id: str) -> Place | None:
        """Give the reply that showed an id in a channel, if that was within 30 minutes."""
        return self._shown.get((channel, event_id))

    async def forget(self, channel: str, about: str) -> Reply | None:
        """Forget the reply to a message, and that it showed anything."""
        reply = self._replies.pop((channel, about), None)
        for event_id in reply.ids if reply else ():
            if reply and self._shown.get((channel, event_id)) == reply.place:
                del self._shown[channel, event_id]
        return reply

    async def click(self, button: str, at: float, seconds: float) -> bool:
        """Whether a press counts: not if the same button was pressed some seconds before. at: by Slack's clock."""
        last = self._clicks.get(button)
        if last is not None and 0 <= at - last < seconds:
            return False
        self._clicks[button] = at
        return True

    async def unclick(self, button: str) -> None:
        """Let the next press count: this one came to nothing."""
        self._clicks.pop(button, None)
