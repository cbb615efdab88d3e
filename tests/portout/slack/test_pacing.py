"""Turns of posts: whoever cannot wait for one learns in time that there is none."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from portout.slack.messages.pacing import MAX_ALERT_POSTS, Pacing
from portout.slack.web_api import SlackRateLimitedError

LONG = 3_600.0


async def test_a_post_that_cannot_wait_for_a_pause_gets_no_turn_at_once() -> None:
    """Slack asked for an hour: whoever has a minute need not wait for that minute to pass."""
    async with Pacing().queue("C0A") as queue:
        queue.slow_down(LONG)
        until = asyncio.get_running_loop().time() + LONG / 60

        with pytest.raises(SlackRateLimitedError):
            async with queue.turn(is_alert=False, until=until):
                pytest.fail("no turn is due")

        assert asyncio.get_running_loop().time() < until


async def test_a_pause_that_slack_asked_for_outlives_the_queue() -> None:
    """Whoever was refused gave up: nobody else posts to this channel before the time that Slack asked for is over."""
    pacing, until = Pacing(), asyncio.get_running_loop().time() + LONG / 60
    async with pacing.queue("C0A") as queue:
        queue.slow_down(LONG)

    async with pacing.queue("C0A") as queue:
        with pytest.raises(SlackRateLimitedError):
            async with queue.turn(is_alert=False, until=until):
                pytest.fail("no turn is due")
    async with pacing.queue("C0B") as queue, queue.turn(is_alert=False, until=until):
        pass


async def test_a_channel_is_not_paced_any_more_once_that_time_is_over() -> None:
    """The queue was empty meanwhile: two posts have their turns at the same time."""
    pacing = Pacing()
    async with pacing.queue("C0A") as queue:
        queue.slow_down(0)

    async with (
        asyncio.timeout(60),
        pacing.queue("C0A") as queue,
        queue.turn(is_alert=False),
        queue.turn(is_alert=False),
    ):
        pass


async def test_a_post_that_waits_for_a_connection_obeys_a_pause_of_its_channel() -> None:
    """All connections are taken when Slack asks for less; one that is free again goes to no post of this channel."""
    pacing = Pacing()
    async with AsyncExitStack() as others, pacing.queue("C0A") as queue:
        for number in range(MAX_ALERT_POSTS):
            other = await others.enter_async_context(pacing.queue(f"C{number % 4}"))
            await others.enter_async_context(other.turn(is_alert=True))
        waiting = asyncio.create_task(_post(queue, until=asyncio.get_running_loop().time() + 0.5))
        await asyncio.sleep(0)
        queue.slow_down(LONG)
        await others.aclose()

        with pytest.raises(SlackRateLimitedError):
            await waiting


async def _post(queue: Any, until: float) -> None:
    async with queue.turn(is_alert=True, until=until):
        pass


async def test_a_post_waits_for_a_pause_that_ends_in_its_time() -> None:
    """Even if both end at the same moment: it is decided before the pause, however busy the process is then."""
    async with Pacing().queue("C0A") as queue:
        queue.slow_down(0.05)
        async with queue.turn(is_alert=False, until=asyncio.get_running_loop().time() + 0.05):
            pass


async def test_a_post_that_waits_behind_another_gets_no_turn_after_its_time() -> None:
    """What it held meanwhile is free again: the next post gets a turn."""
    async with Pacing().queue("C0A") as queue:
        queue.slow_down(0)
        async with queue.turn(is_alert=False):
            with pytest.raises(SlackRateLimitedError):
                async with queue.turn(is_alert=False, until=asyncio.get_running_loop().time() + 0.01):
                    pytest.fail("the other has the turn")

        async with asyncio.timeout(60), queue.turn(is_alert=False):
            pass
