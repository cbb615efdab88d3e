"""What must neither be left out nor told twice: lists and histories that are not as one would like them."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from sandbox import faults
from sandbox.telnyx.server import LIST
from tests.conftest import Environment
from tests.watching import CHANNEL, Desk, payload, shown, watching


async def test_an_event_of_2099_is_told_and_deafens_nobody(desk: Desk) -> None:
    """It is told once, at the latest in the tenth cycle; what happens after it is told as ever."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        future = desk.account.add_comment(order_id, "Call us in a while.")
        desk.environment.telnyx.samples.events[future]["created_at"] = "2099-01-01T00:00:00.000000Z"
        for _ in range(10):
            await process.cycle()
        later = desk.account.change_status(order_id, "authorized")
        await process.cycle()
    async with watching(desk.environment) as process:
        last = desk.account.add_comment(order_id, "Thanks.")
        await process.cycle()
        await process.cycle()

    assert desk.lines_of(order_id) == [future, later, last]


async def test_an_event_that_overtakes_another_leaves_it_to_be_told(desk: Desk) -> None:
    """Telnyx lists the later one first, and the earlier one minutes after."""
    async with watching(desk.environment) as process:
        process.clock.offset = -1200
        await process.cycle()
        process.clock.offset = 0
        order_id = desk.account.open_order()
        desk.account.clock.offset = timedelta(minutes=-5)
        earlier = desk.account.add_comment(order_id, "First.")
        hidden = desk.environment.telnyx.samples.events.pop(earlier)
        desk.account.clock.offset = timedelta()
        later = desk.account.add_comment(order_id, "Second.")
        await process.cycle()
        desk.environment.telnyx.samples.events[earlier] = hidden
        await process.cycle()
        await process.cycle()

    assert desk.lines_of(order_id) == [later, earlier]


async def test_nothing_is_told_before_all_pages_are_read(desk: Desk) -> None:
    """A page that fails makes the cycle fail; the next one tells everything, in order."""
    desk.environment.telnyx.max_page_size = 2
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        events = [desk.account.add_comment(order_id, str(number)) for number in range(6)]

        async def fail_later_pages(request: web.Request) -> web.StreamResponse | None:
            return await faults.status(500)(request) if request.query.get("page[number]", "1") != "1" else None

        desk.environment.telnyx.script.always(fail_later_pages, key=LIST)
        await process.cycle(is_good=False)
        assert desk.kinds == {"portout_watch": 1}
        desk.environment.telnyx.script.reset()
        await process.cycle()

    assert desk.lines_of(order_id) == events


async def test_a_list_that_is_too_long_is_not_told_in_part(desk: Desk) -> None:
    """Of 80 pages at most: what is on the others may be older."""
    desk.environment.telnyx.max_page_size = 1
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        for number in range(80):
            desk.account.add_comment(order_id, str(number))
        await process.cycle(is_good=False)

    assert desk.kinds == {"portout_watch": 1}


async def test_people_may_write_450_messages_into_the_channel(desk: Desk) -> None:
    """The watch finds its own among them, all pages of the history long."""
    roots = desk.environment.slack.channels.roots
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
    for number in range(450):
        ts = f"{2_000_000_100 + number}.000200"
        roots[ts] = {"type": "message", "user": "U0ALICE", "text": "Hello", "ts": ts, "channel": CHANNEL}
    line = desk.account.add_comment(order_id, "Please call us.")
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 1}
    assert desk.lines_of(order_id) == [line]


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_an_order_that_cannot_be_asked_for_is_told_from_its_event(desk: Desk, *, is_restarted: bool) -> None:
    """The message says so, and shows the order as soon as it can be had, in whichever process."""
    async with watching(desk.environment) as first, watching(desk.environment) as second:
        await first.cycle()
        order_id = desk.account.open_order()
        desk.environment.telnyx.script.always(faults.status(500), key=order_id)
        await first.cycle()
        message = dict(desk.message_of(order_id))
        desk.environment.telnyx.script.reset()
        await (second if is_restarted else first).cycle()

    assert "not known: Telnyx is failing" in shown(message)
    assert "I'm on it" in shown(message)
    assert "not known" not in shown(desk.message_of(order_id))
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1}


async def test_a_message_that_somebody_deleted_is_not_posted_again(desk: Desk) -> None:
    """Nor are its events told elsewhere; the next port-out is."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        message = desk.message_of(order_id)
        desk.messages.remove(message)
        desk.environment.slack.channels.gone.add(message["ts"])
        desk.account.add_comment(order_id, "Please call us.")
        for _ in range(12):
            await process.cycle()
        other = desk.account.open_order()
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 1}
    assert desk.message_of(other)


async def test_a_message_that_was_deleted_while_nobody_ran_is_not_posted_again(
    environment: Environment, redis_url: str
) -> None:
    """Redis remembers that there was one."""
    desk = Desk(environment)
    async with watching(environment, REDIS_URL=redis_url) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
    desk.messages.remove(desk.message_of(order_id))
    desk.account.add_comment(order_id, "Please call us.")
    async with watching(environment, REDIS_URL=redis_url) as process:
        await process.cycle()
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1}


async def test_of_two_messages_for_one_order_the_later_is_deleted(desk: Desk) -> None:
    """Its lines with it: what only they told is told in the other one's thread."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        first = dict(desk.message_of(order_id))
    stored = list(desk.messages)
    desk.messages[:] = [one for one in stored if one["ts"] != first["ts"]]
    async with watching(desk.environment) as process:
        await process.cycle()
        line = desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()
        desk.messages.insert(1, next(one for one in stored if one["ts"] == first["ts"]))
    async with watching(desk.environment) as process:
        await process.cycle()
        await process.cycle()

    assert desk.message_of(order_id)["ts"] == first["ts"]
    assert desk.lines_of(order_id) == [line]
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 1}


async def test_a_line_whose_message_was_not_changed_makes_it_be_changed(desk: Desk) -> None:
    """A process died between the two."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        before = dict(desk.message_of(order_id))
        line = desk.account.move_foc_date(order_id, datetime(2027, 3, 15, tzinfo=UTC))
        await process.cycle()
        after = dict(desk.message_of(order_id))
    desk.message_of(order_id).update(before)
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.lines_of(order_id) == [line]
    assert line in payload(desk.message_of(order_id))["told"]
    assert desk.message_of(order_id)["text"] == after["text"]


async def test_a_quiet_cycle_makes_at_most_six_calls(desk: Desk) -> None:
    """With 300 port-outs that wait; two in the usual case, and in every tenth cycle those for the list of them."""
    for _ in range(300):
        desk.account.open_order(has_event=False)
    async with watching(desk.environment) as process:
        await process.cycle()
        await process.cycle()
        counts = []
        for _ in range(10):
            before = desk.calls()
            await process.cycle()
            counts.append(sum((desk.calls() - before).values()))

    assert desk.kinds["portout_order"] == 300
    assert sorted(counts) == [2] * 9 + [4]


async def test_a_rate_limit_that_is_used_up_is_respected(desk: Desk) -> None:
    """The next list, or the next order, is fetched when Telnyx allows it again."""
    loop, used_up = asyncio.get_running_loop(), {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
    async with watching(desk.environment) as process:
        await process.cycle()
        desk.environment.telnyx.script.then(LIST, faults.status(200, used_up, b'{"data": []}'))
        await process.cycle()
        started = loop.time()
        await process.cycle()
        lists_took = loop.time() - started
        orders = [desk.account.open_order() for _ in range(2)]
        for order_id in orders:
            body = json.dumps({"data": desk.environment.telnyx.samples.orders[order_id]}).encode()
            desk.environment.telnyx.script.then(order_id, faults.status(200, used_up, body))
        started = loop.time()
        await process.cycle()

    assert lists_took > 0.9
    assert loop.time() - started > 0.9
    assert all("not known" not in shown(desk.message_of(order_id)) for order_id in orders)
