"""Outages: one message that nothing is watched, and its end."""

from portout.watch.outages import OUTAGE_CYCLES
from sandbox import faults
from sandbox.telnyx.server import LIST
from tests.watching import Desk, payload, refusing, watching

SECONDS = 60.0


async def test_an_outage_of_six_cycles_makes_one_message_that_is_changed_when_it_is_over(desk: Desk) -> None:
    """It says why, also across restarts; what happened meanwhile is told."""
    telnyx = desk.environment.telnyx
    async with watching(desk.environment) as process:
        await process.cycle()
        telnyx.script.always(faults.status(401), key=LIST)
        for number in range(1, OUTAGE_CYCLES + 2):
            process.clock.offset = number * SECONDS
            await process.cycle(is_good=False)
            assert desk.kinds["portout_outage"] == (number >= OUTAGE_CYCLES)
            assert process.watch.is_failing
        (during,) = (dict(one) for one in desk.of_kind("portout_outage"))
        order_id = desk.account.open_order()
    async with watching(desk.environment) as process:
        process.clock.offset = 20 * SECONDS
        await process.cycle(is_good=False)
        telnyx.script.reset()
        await process.cycle()
        await process.cycle()
        assert not process.watch.is_failing

    (after,) = desk.of_kind("portout_outage")
    assert "not being watched" in during["text"]
    assert "Telnyx refused our key" in during["text"]
    assert after["text"].startswith("Port-outs are watched again")
    assert payload(after) == {"since": payload(during)["since"], "is_over": True}
    assert desk.message_of(order_id)


async def test_a_short_outage_is_not_told(desk: Desk) -> None:
    """Four cycles, then all is well; the next outage counts from there."""
    async with watching(desk.environment) as process:
        await process.cycle()
        for start in (0, 5):
            desk.environment.telnyx.script.always(faults.status(401), key=LIST)
            for number in range(1, OUTAGE_CYCLES):
                process.clock.offset = (start + number) * SECONDS
                await process.cycle(is_good=False)
            desk.environment.telnyx.script.reset()
            process.clock.offset = (start + OUTAGE_CYCLES) * SECONDS
            await process.cycle()

    assert desk.kinds == {"portout_watch": 1}


async def test_an_outage_that_is_not_telnyxs_is_told_where_slack_takes_the_message(desk: Desk) -> None:
    """Whatever makes cycles fail: silence would mean that nothing happened. Threads are closed to the bot here."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        ts = desk.message_of(order_id)["ts"]
        desk.environment.slack.script.always(refusing("restricted_action", ts), key="chat.postMessage")
        line = desk.account.add_comment(order_id, "Please call us.")
        for number in range(1, OUTAGE_CYCLES + 2):
            process.clock.offset = number * SECONDS
            await process.cycle(is_good=False)
        during = [one["text"] for one in desk.of_kind("portout_outage")]
        desk.environment.slack.script.reset()
        await process.cycle()

    assert len(during) == 1
    assert "Slack is failing" in during[0]
    assert [payload(one)["is_over"] for one in desk.of_kind("portout_outage")] == [True]
    assert desk.lines_of(order_id) == [line]


async def test_an_outage_of_slack_loses_nothing(desk: Desk) -> None:
    """Whatever could not be posted is told afterwards, once, in order."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        events = [desk.account.add_comment(order_id, "One."), desk.account.add_comment(order_id, "Two.")]
        desk.environment.slack.script.always(faults.status(503))
        for _ in range(2):
            await process.cycle(is_good=False)
        desk.environment.slack.script.reset()
        await process.cycle()

    assert desk.lines_of(order_id) == events
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 2}
