"""What is found in the channel: messages older than what is read at a start, and those of others."""

import time
from datetime import timedelta

import pytest

from portout.watch.channel.record import OrderRecord, Record, WatchRecord, encode, kind_of
from sandbox import faults
from tests.watching import CHANNEL, Desk, pass_time, watching

SIX_WEEKS = 42 * 86_400.0


async def announce_long_ago(desk: Desk) -> str:
    """Return the id of an order that was announced six weeks ago and rejected then; announce another one now."""
    async with watching(desk.environment) as process:
        process.clock.offset = -SIX_WEEKS
        desk.account.clock.offset = timedelta(seconds=-SIX_WEEKS)
        await process.cycle()
        order_id = desk.account.open_order()
        process.clock.offset += 10
        await process.cycle()
        desk.account.change_status(order_id, "rejected-pending")
        process.clock.offset += 10
        await process.cycle()
    for number, message in enumerate(desk.messages):
        ts = f"{time.time() - SIX_WEEKS + number:.6f}"
        for reply in desk.messages:
            if reply["thread_ts"] == message["ts"]:
                reply["thread_ts"] = ts
        message["ts"] = ts
    desk.account.clock.offset = timedelta(seconds=-60)
    desk.account.open_order()
    return order_id


@pytest.mark.parametrize("is_known", [True, False])
async def test_an_old_order_that_waits_again_gets_a_line_in_its_message(desk: Desk, *, is_known: bool) -> None:
    """Also where it cannot be asked for, and only the event tells of it: that one is far later than the order."""
    order_id = await announce_long_ago(desk)
    async with watching(desk.environment) as process:
        await process.cycle()
        if not is_known:
            desk.environment.telnyx.script.always(faults.status(500), key=order_id)
        desk.account.change_status(order_id, "pending")
        await process.cycle()
        desk.environment.telnyx.script.reset()
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 2}
    assert "Waiting for your answer" in desk.message_of(order_id)["text"]


async def test_clocks_that_differ_hide_no_old_message(desk: Desk) -> None:
    """Telnyx's is ahead of Slack's: the message seems to be older than its order."""
    order_id = await announce_long_ago(desk)
    order = desk.environment.telnyx.samples.orders[order_id]
    order["created_at"] = order["inserted_at"] = time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(float(desk.message_of(order_id)["ts"]) + 30)
    )
    async with watching(desk.environment) as process:
        await process.cycle()
        desk.account.change_status(order_id, "canceled")
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 2}
    assert desk.message_of(order_id)["text"].startswith("Canceled")


async def test_an_order_that_is_over_is_forgotten_and_found_again(desk: Desk) -> None:
    """After two weeks it takes no memory; when it has news, its message is looked for, and gets the line."""
    async with watching(desk.environment) as process:
        await process.cycle()
        over, waiting = desk.account.open_order(), desk.account.open_order()
        desk.account.change_status(over, "canceled")
        await process.cycle()
        later = float(desk.messages[-1]["ts"]) + 15 * 86_400 - time.time()
        pass_time(desk, process, hours=later / 3600)
        counts = []
        for order_id in (waiting, None, over):
            if order_id is not None:
                desk.account.add_comment(order_id, "Thanks.")
            before = desk.calls()["conversations.history"]
            await process.cycle()
            counts.append(desk.calls()["conversations.history"] - before)

    assert counts == [1, 1, 2]
    assert (len(desk.lines_of(over)), len(desk.lines_of(waiting))) == (2, 1)
    assert desk.kinds["portout_order"] == 2


async def test_a_watch_that_told_nothing_for_weeks_does_not_begin_again(desk: Desk) -> None:
    """The message that it begins is older than what is read at a start; what happened since then is no history."""
    async with watching(desk.environment) as process:
        process.clock.offset = -SIX_WEEKS
        await process.cycle()
    desk.messages[0]["ts"] = f"{time.time() - SIX_WEEKS:.6f}"
    desk.account.clock.offset = timedelta(days=-1)
    order_id = desk.account.open_order()
    desk.account.change_status(order_id, "canceled")
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 1}


async def test_what_another_app_posts_is_no_record(desk: Desk) -> None:
    """Else it could keep a port-out from announcing itself, and say that the watch began in the future."""
    order_id = desk.account.open_order()
    records: list[Record] = [OrderRecord(order=order_id, since=0.0, told_up_to=1e10), WatchRecord(since=1e10)]
    for number, record in enumerate(records):
        metadata = {"event_type": kind_of(record), "event_payload": encode(record)}
        forged = {"type": "message", "bot_id": "B0OTHER", "text": "Hello", "channel": CHANNEL, "metadata": metadata}
        desk.environment.slack.channels.roots[f"{time.time() - 60 + number:.6f}"] = forged
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 1}
