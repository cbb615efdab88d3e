"""Turns of posts: a channel takes them at once until Slack asks for less, then one a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from portout.slack.web_api import SlackRateLimitedError

PAUSE_SECONDS: Final = 1.0
"""The pause between posts to a channel after a rate limit (chat.postMessage: about one a second)."""

ALERT_SLOTS: Final = 30
"""Posts of alerts to one channel at the same time: all of these may be refused before the first refusal is known."""

MAX_ALERT_POSTS: Final = 80
"""Posts of alerts at the same time, in channels that are not paced.

Of the 100 connections of alerts, the rest is for changes, and to read threads. A post that waits for its turn does so
as long as it takes; one that waited for a connection would fail after 2 s.
"""


class Pacing:
    """The turns of all channels. A channel is paced from a rate limit until nobody waits for a turn there."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._alert_posts = asyncio.Semaphore(MAX_ALERT_POSTS)

    @asynccontextmanager
    async def queue(self, channel: str) -> AsyncIterator["_Channel"]:
        """Yield the queue of a channel, which lasts as long as somebody is in it, or Slack has asked to wait."""
        queue = self._channels.get(channel)
        if queue is None or queue.is_over:
            queue = self._channels[channel] = _Channel(self._alert_posts)
        queue.waiting += 1
        try:
            yield queue
        finally:
            queue.waiting -= 1
            if queue.is_over:
                del self._channels[channel]


class _Channel:
    """The queue of one channel."""

    def __init__(self, alert_posts: asyncio.Semaphore) -> None:
        """Create an empty queue. alert_posts: of all channels together."""
        self.waiting = 0
        self._alert_posts = alert_posts
        self._alert_slots = asyncio.Semaphore(ALERT_SLOTS)
        self._turn, self._alert_turn = asyncio.Lock(), asyncio.Lock()
        self._next_at: float | None = None
        self._refused_until = 0.0

    @property
    def is_over(self) -> bool:
        """Return whether nobody is in the queue, and the time has passed that Slack asked to wait."""
        return not self.waiting and self._refused_until <= asyncio.get_running_loop().time()

    @asynccontextmanager
    async def turn(self, *, is_alert: bool, until: float | None = None) -> AsyncIterator[None]:
        """Yield when it is this post's turn. People's posts go before those of alerts.

        until: when to raise `SlackRateLimitedError` instead, by the loop's clock; at once where it is certain by now.
        """
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            self._pause(until)
            try:
                async with asyncio.timeout_at(until):
                    await self._wait(stack, is_alert=is_alert)
            except TimeoutError:
                raise SlackRateLimitedError(PAUSE_SECONDS) from None
            if pause := self._pause(until):
                await asyncio.sleep(pause)
            yield
            if self._next_at is not None:
                self._next_at = max(self._next_at, loop.time() + PAUSE_SECONDS)

    async def _wait(self, stack: AsyncExitStack, *, is_alert: bool) -> None:
        """Wait for the turn; what the post then holds is released with the stack."""
        if is_alert:
            await stack.enter_async_context(self._alert_slots)
            if self._next_at is None:
                await self._alert_posts.acquire()
                if self._next_at is None:
                    stack.callback(self._alert_posts.release)
                    return
                # Slack has asked for less meanwhile. While it does, a channel has one post at a time anyway.
                self._alert_posts.release()
        if self._next_at is not None:
            if is_alert:
                # So that at most one alert stands before a person in the queue for the next turn.
                await stack.enter_async_context(self._alert_turn)
            await stack.enter_async_context(self._turn)

    def _pause(self, until: float | None) -> float:
        """Return the seconds before the next post; raise `SlackRateLimitedError` if it may not be before `until`."""
        if self._next_at is None:
            return 0.0
        pause = max(0.0, self._next_at - asyncio.get_running_loop().time())
        if until is not None and self._next_at > until:
            raise SlackRateLimitedError(pause)
        return pause

    def slow_down(self, seconds: float) -> None:
        """Pause the posts to this channel for some seconds, and then allow one a second."""
        self._refused_until = max(self._refused_until, asyncio.get_running_loop().time() + seconds)
        self._next_at = max(self._next_at or 0.0, self._refused_until)
