"""Several processes that watch: what one of them knows was changed by another meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from portout.state.leases import LEASE_SECONDS
from portout.watch.cycle import PENDING_EVERY
from portout.watch.outages import OUTAGE_CYCLES
from sandbox import faults
from sandbox.telnyx.server import LIST, ORDERS
from tests.conftest import Environment
from tests.watching import CHANNEL, Desk, Watching, payload, watching

SECONDS = 60.0


async def fail_cycles(process: Watching, others: tuple[Watching, ...] = ()) -> None:
    """Run cycles that fail until that is an outage, and set the clocks of the other processes as this one's."""
    for _ in range(OUTAGE_CYCLES + 1):
        process.clock.offset += SECONDS
        for one in others:
            one.clock.offset = process.clock.offset
        await process.cycle(is_good=False)


def write(desk: Desk) -> None:
    """Post a message of a person into the channel, more than a minute after the bot's last."""
    ts = f"{float(desk.messages[-1]['ts']) + 90:.6f}"
    desk.environment.slack.channels.roots[ts] = {
        "type": "message",
        "user": "U0ALICE",
        "text": "Oh!",
        "channel": CHANNEL,
    }


@asynccontextmanager
async def outage_ended_by_the_first(
    environment: Environment, redis_url: str
) -> AsyncIterator[tuple[Desk, Watching, Watching]]:
    """Yield two processes on one Redis that saw an outage, of which the first has ended it."""
    desk, script = Desk(environment), environment.telnyx.script
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        await first.cycle()
        script.always(faults.status(401), key=LIST)
        await fail_cycles(first, (second,))
        write(desk)
        await second.cycle(is_good=False)
        script.reset()
        await first.cycle()
        yield desk, first, second


async def test_an_outage_that_another_process_ended_is_over(environment: Environment, redis_url: str) -> None:
    """A process that saw it begin leaves its message as it is, and tells the next outage in another one."""
    async with outage_ended_by_the_first(environment, redis_url) as (desk, first, second):
        ended = dict(desk.of_kind("portout_outage")[0])
        first.clock.offset += 86_400
        second.clock.offset = first.clock.offset
        await first.cycle()
        await second.cycle()
        assert desk.of_kind("portout_outage") == [ended]
        environment.telnyx.script.always(faults.status(401), key=LIST)
        await fail_cycles(second)

    assert [payload(one)["is_over"] for one in desk.of_kind("portout_outage")] == [True, False]


async def test_an_outage_that_another_process_ended_does_not_hide_the_next(
    environment: Environment, redis_url: str
) -> None:
    """Also where no cycle of this process has succeeded since."""
    async with outage_ended_by_the_first(environment, redis_url) as (desk, _, second):
        environment.telnyx.script.always(faults.status(401), key=LIST)
        await fail_cycles(second)

    assert [payload(one)["is_over"] for one in desk.of_kind("portout_outage")] == [True, False]


async def test_an_outage_that_goes_on_over_a_restart_counts_from_its_beginning(
    environment: Environment, redis_url: str
) -> None:
    """Redis remembers when a cycle last succeeded."""
    desk = Desk(environment)
    async with watching(environment, REDIS_URL=redis_url) as process:
        await process.cycle()
        good_at = process.clock()
        environment.telnyx.script.always(faults.status(503), key=LIST)
        process.clock.offset = (OUTAGE_CYCLES - 1) * SECONDS
        await process.cycle(is_good=False)
        assert desk.of_kind("portout_outage") == []
    async with watching(environment, REDIS_URL=redis_url) as process:
        process.clock.offset = (OUTAGE_CYCLES + 1) * SECONDS
        await process.cycle(is_good=False)

    (outage,) = desk.of_kind("portout_outage")
    assert abs(payload(outage)["since"] - good_at) < SECONDS
    assert "Telnyx is failing" in outage["text"]


async def test_a_process_is_well_again_once_another_ones_cycle_succeeds(
    environment: Environment, redis_url: str
) -> None:
    """It need not run a cycle for that: only one process runs those that nobody asked for."""
    Desk(environment)
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        first.watch.start()
        await environment.slack.channels.posted(CHANNEL, 1)
        environment.telnyx.script.always(faults.status(503), key=LIST)
        await second.cycle(is_good=False)
        environment.telnyx.script.reset()
        assert second.watch.is_failing
        await first.cycle()
        second.watch.start()
        async with asyncio.timeout(30):
            while second.watch.is_failing:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        for one in (first, second):
            await one.watch.stop(5)


async def test_a_process_that_stood_by_for_long_tells_nothing_again(environment: Environment, redis_url: str) -> None:
    """What the other one told meanwhile it finds in the channel, reminders and all; what is new it tells."""
    desk = Desk(environment)
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        await first.cycle()
        await second.cycle()
        order_id = desk.account.open_order()
        await first.cycle()
        events = [desk.account.add_comment(order_id, "One."), desk.account.add_comment(order_id, "Two.")]
        await first.cycle()
        first.clock.offset = 12.5 * 3600
        await first.watch.remind()
        await first.watch.claims.take(order_id, desk.message_of(order_id)["ts"], "U0ALICE", "")
        second.clock.offset = 13 * 3600
        events.append(desk.account.change_status(order_id, "authorized"))
        await second.cycle()
        await second.watch.remind()

    assert desk.lines_of(order_id) == events
    assert desk.message_of(order_id)["text"].startswith("Authorized")
    assert payload(desk.message_of(order_id))["holder"] == "U0ALICE"
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 3, "portout_reminder": 1}


async def test_a_process_that_waits_for_the_cycle_of_another_stops_at_once(
    environment: Environment, redis_url: str
) -> None:
    """It asks Telnyx for nothing more."""
    Desk(environment)
    release, loop = asyncio.Event(), asyncio.get_running_loop()
    environment.telnyx.script.then(ORDERS, faults.held(release))
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        cycle = asyncio.create_task(first.cycle())
        await environment.slack.called("conversations.history")
        second.watch.start()
        second.watch.wake()
        await asyncio.sleep(0)
        started = loop.time()
        await second.watch.stop(60)
        elapsed = loop.time() - started
        release.set()
        await cycle

    assert elapsed < LEASE_SECONDS / 2
    assert [call.path for call in environment.telnyx.calls] == ["/v2/portouts", "/v2/portouts/events"]


async def test_a_change_keeps_what_another_process_recorded(environment: Environment, redis_url: str) -> None:
    """A message is read afresh before it is changed: somebody may be on it by now."""
    desk = Desk(environment)
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        await first.cycle()
        order_id = desk.account.open_order()
        await first.cycle()
        desk.account.open_order()
        for process in (first, second):
            await process.cycle()
        await first.watch.claims.take(order_id, desk.message_of(order_id)["ts"], "U0ALICE", "")
        environment.telnyx.samples.orders[order_id]["status"] = "authorized"
        for _ in range(PENDING_EVERY):
            await second.cycle()

    assert desk.message_of(order_id)["text"].startswith("Authorized")
    assert payload(desk.message_of(order_id))["holder"] == "U0ALICE"
