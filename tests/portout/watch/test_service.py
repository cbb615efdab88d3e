"""When cycles run: at fixed times, and when somebody asks for one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

from portout.watch.service import REMINDER_SECONDS
from sandbox import faults
from sandbox.telnyx.server import LIST
from tests.watching import CHANNEL, Desk, Watching, payload, watching

EVENTS = "/v2/portouts/events"


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Watching]:
    """Run the loops of a watch whose next timed cycle is far away, after its first one."""
    async with watching(desk.environment, WATCH_SECONDS="3600") as process:
        process.watch.start()
        async with asyncio.timeout(5):
            await desk.environment.slack.channels.posted(CHANNEL, 1)
        await process.cycle()  # after the one that was under way
        yield process
        await process.watch.stop(5)


def cycles(desk: Desk) -> int:
    return sum(call.path == EVENTS for call in desk.environment.telnyx.calls)


async def test_a_cycle_that_is_asked_for_starts_at_once(desk: Desk) -> None:
    """Long before the next timed one."""
    async with running(desk) as process:
        order_id = desk.account.open_order()
        process.watch.wake()
        async with asyncio.timeout(5):
            await desk.environment.slack.channels.posted(CHANNEL, 2)

    assert desk.message_of(order_id)


async def test_a_request_in_the_middle_of_a_cycle_is_heard(desk: Desk) -> None:
    """Another cycle follows, which sees what came meanwhile."""
    release = asyncio.Event()
    async with running(desk) as process:
        before = cycles(desk)
        desk.environment.telnyx.script.then(LIST, faults.held(release))
        process.watch.wake()
        await desk.environment.telnyx.called(EVENTS, before + 1)
        process.watch.wake()
        await asyncio.sleep(0)
        release.set()
        order_id = desk.account.open_order()
        async with asyncio.timeout(5):
            await desk.environment.telnyx.called(EVENTS, before + 2)
            await desk.environment.slack.channels.posted(CHANNEL, 2)

    assert desk.message_of(order_id)


async def test_reminders_have_a_timer_of_their_own(desk: Desk) -> None:
    """They are checked three times a minute, however seldom cycles are."""
    async with running(desk) as process:
        order_id = desk.account.open_order()
        await process.cycle()
        process.clock.offset = 12.1 * 3600
        async with asyncio.timeout(REMINDER_SECONDS + 5):
            await desk.environment.slack.channels.posted(CHANNEL, 3)

    assert [payload(one) for one in desk.of_kind("portout_reminder")] == [{"order": order_id, "hours": 12}]


async def test_timed_cycles_are_as_far_apart_as_the_settings_say(desk: Desk) -> None:
    """From the beginning of one to that of the next."""
    loop, times = asyncio.get_running_loop(), list[float]()
    async with watching(desk.environment, WATCH_SECONDS="20") as process:
        process.watch.start()
        for count in range(1, 4):
            await desk.environment.telnyx.called(EVENTS, count)
            times.append(loop.time())
        await process.watch.stop(5)

    assert [round(later - earlier) for earlier, later in pairwise(times)] == [20, 20]


async def test_a_stop_waits_for_no_timed_cycle(desk: Desk) -> None:
    """However long it is until the next one."""
    loop = asyncio.get_running_loop()
    async with running(desk) as process:
        started = loop.time()
        await process.watch.stop(60)

    assert loop.time() - started < 1


async def test_many_requests_share_few_cycles(desk: Desk) -> None:
    """200 in a second: the first starts one, the others share those that follow."""
    async with running(desk) as process:
        before = cycles(desk)
        for _ in range(200):
            process.watch.wake()
            await asyncio.sleep(0.005)
        await process.cycle()  # after the one that is under way

    assert 2 <= cycles(desk) - before <= 6
