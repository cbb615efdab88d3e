"""Turns of posts: a channel takes them at once until Slack asks for less, then one a second."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

PAUSE_SECONDS: Final = 1.0
"""The pause between posts to a channel after a rate limit (chat.postMessage: about one a second)."""

SLOTS: Final = 8
"""Posts to one channel at the same time."""

ALERT_SLOTS: Final = 6
"""How many of these are for alerts."""


class NoTurnError(Exception):
    """No turn came in time."""


class Pacing:
    """The turns of all channels. A channel is paced from a rate limit until nobody waits for a turn there."""

    def __init__(self) -> None:
        self._channels: defaultdict[str, _Channel] = defaultdict(_Channel)

    @asynccontextmanager
    async def queue(self, channel: str) -> AsyncIterator["_Channel"]:
        """Yield the queue of a channel, which lasts as long as somebody is in it."""
        queue = self._channels[channel]
        queue.waiting += 1
        try:
            yield queue
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                del self._channels[channel]


class _Channel:
    """The queue of one channel."""

    def __init__(self) -> None:
        self.waiting = 0
        self._slots, self._alert_slots = asyncio.Semaphore(SLOTS), asyncio.Semaphore(ALERT_SLOTS)
        self._turn, self._alert_turn = asyncio.Lock(), asyncio.Lock()
        self._next_at: float | None = None

    @asynccontextmanager
    async def turn(self, *, is_alert: bool, until: float | None = None) -> AsyncIterator[None]:
        """Yield when it is this post's turn. People's posts go before those of alerts.

        until: when to raise `NoTurnError` instead, by the loop's clock; at once where it is certain by now.
        """
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            if until is not None and self._next_at is not None and self._next_at > until:
                raise NoTurnError
            try:
                async with asyncio.timeout_at(until):
                    await self._wait(stack, is_alert=is_alert)
            except TimeoutError:
                raise NoTurnError from None
            yield
            if self._next_at is not None:
                self._next_at = max(self._next_at, loop.time() + PAUSE_SECONDS)

    async def _wait(self, stack: AsyncExitStack, *, is_alert: bool) -> None:
        """Wait for the turn; what the post then holds is released with the stack."""
        if is_alert:
            await stack.enter_async_context(self._alert_slots)
        await stack.enter_async_context(self._slots)
        if self._next_at is not None:
            if is_alert:
                # So that at most one alert stands before a person in the queue for the next turn.
                await stack.enter_async_context(self._alert_turn)
            await stack.enter_async_context(self._turn)
            await asyncio.sleep(max(0.0, self._next_at - asyncio.get_running_loop().time()))

    def slow_down(self, seconds: float) -> None:
        """Pause the posts to this channel for some seconds, and then allow one a second."""
        next_at = asyncio.get_running_loop().time() + seconds
        self._next_at = max(self._next_at or 0.0, next_at)
