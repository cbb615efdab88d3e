"""Posts that Slack took although its answer was lost, and processes that ended between two of them."""

import asyncio

import pytest

from sandbox import faults
from sandbox.telnyx.server import LIST
from tests.watching import Desk, payload, shown, watching


@pytest.mark.parametrize("n_posts", range(4))
@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_post_whose_answer_is_lost_is_there_once(desk: Desk, n_posts: int, *, is_taken: bool) -> None:
    """Whichever it is: that the watch begins, a port-out, a line. n_posts: how many go well before it."""
    script = desk.environment.slack.script_after_effect if is_taken else desk.environment.slack.script
    orders = [desk.account.open_order(has_event=False)]
    script.then("chat.postMessage", *[faults.ok()] * n_posts, faults.reset())
    async with watching(desk.environment) as process:
        await process.cycle()
        orders.append(desk.account.open_order())
        line = desk.account.add_comment(orders[1], "Please call us.")
        await process.cycle()
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 1}
    assert [desk.lines_of(order_id) for order_id in orders] == [[], [line]]


@pytest.mark.parametrize("n_posts", range(4))
async def test_a_first_start_that_ends_early_is_carried_on_by_the_next_process(desk: Desk, n_posts: int) -> None:
    """What waited then is announced, what was over then stays history. n_posts: how many go well before the end."""
    waiting = [desk.account.open_order() for _ in range(3)]
    desk.account.change_status(desk.account.open_order(), "ported")
    desk.environment.slack.script.then("chat.postMessage", *[faults.ok()] * n_posts, *[faults.status(503)] * 3)
    async with watching(desk.environment) as process:
        await process.cycle(is_good=False)
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 3}
    assert {payload(one)["order"] for one in desk.of_kind("portout_order")} == set(waiting)


async def test_lines_that_no_record_names_are_found_on_all_pages_of_a_thread(desk: Desk) -> None:
    """The process died before it changed the message; the thread has two pages of replies."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        before = dict(desk.message_of(order_id))
        events = [desk.account.add_comment(order_id, str(number)) for number in range(230)]
        await process.cycle()
    desk.message_of(order_id).update(before)
    async with watching(desk.environment) as process:
        last = desk.account.add_comment(order_id, "Still there?")
        await process.cycle()

    assert desk.lines_of(order_id) == [*events, last]


async def test_a_handover_that_was_not_recorded_is_found_in_the_thread(desk: Desk) -> None:
    """The process died between the line and the change of the message."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        ts = desk.message_of(order_id)["ts"]
        await process.watch.claims.take(order_id, ts, "U0ALICE", "")
        before = dict(desk.message_of(order_id))
        await process.watch.claims.take(order_id, ts, "U0BOB", "U0ALICE")
    desk.message_of(order_id).update(before)
    async with watching(desk.environment) as process:
        desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()

    assert payload(desk.message_of(order_id))["holder"] == "U0BOB"
    assert "<@U0BOB> is on it" in shown(desk.message_of(order_id))
    assert desk.kinds["portout_handover"] == 1


async def test_a_reminder_that_was_not_recorded_is_found_in_the_thread(desk: Desk) -> None:
    """It is not given again, and the next one is."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        before = dict(desk.message_of(order_id))
        process.clock.offset = 12.1 * 3600
        await process.watch.remind()
    desk.message_of(order_id).update(before)
    for hours in (12.2, 20.1):
        async with watching(desk.environment) as process:
            process.clock.offset = hours * 3600
            await process.cycle()
            await process.watch.remind()

    assert [payload(one)["hours"] for one in desk.of_kind("portout_reminder")] == [12, 20]


async def test_the_message_of_an_outage_whose_answer_is_lost_is_there_once(desk: Desk) -> None:
    """And is changed when the outage is over."""
    async with watching(desk.environment) as process:
        await process.cycle()
        desk.environment.telnyx.script.always(faults.status(503), key=LIST)
        desk.environment.slack.script_after_effect.then("chat.postMessage", faults.reset())
        process.clock.offset = 3600
        await process.cycle(is_good=False)
        await process.cycle(is_good=False)
        desk.environment.telnyx.script.reset()
        await process.cycle()

    (outage,) = desk.of_kind("portout_outage")
    assert outage["text"].startswith("Port-outs are watched again")


async def test_a_line_that_the_message_does_not_record_yet_survives_a_handover(desk: Desk) -> None:
    """Its change failed; then somebody takes the port-out over while the next cycle reads the channel."""
    slack, telnyx, release = desk.environment.slack, desk.environment.telnyx, asyncio.Event()
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        ts, claims = desk.message_of(order_id)["ts"], process.watch.claims
        await claims.take(order_id, ts, "U0ALICE", "")
        line = desk.account.add_comment(order_id, "Please call us.")
        slack.script.then("chat.update", *[faults.status(503)] * 3)
        await process.cycle(is_good=False)
        slack.script.then("chat.postMessage", faults.held(release))
        n_posts, n_lists = desk.calls()["chat.postMessage"], desk.calls()["/v2/portouts/events"]
        taking = asyncio.create_task(claims.take(order_id, ts, "U0BOB", "U0ALICE"))
        await slack.asked("chat.postMessage", n_posts + 1)
        cycle = asyncio.create_task(process.cycle())
        await telnyx.called("/v2/portouts/events", n_lists + 1)
        release.set()
        await asyncio.gather(taking, cycle)

    assert desk.lines_of(order_id) == [line]
    assert payload(desk.message_of(order_id))["holder"] == "U0BOB"


async def test_of_two_lines_for_one_event_the_later_is_deleted(desk: Desk) -> None:
    """Two processes posted it at once; so it is with reminders."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        line = desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()
        process.clock.offset = 12.1 * 3600
        await process.watch.remind()
    first = [dict(one) for one in desk.messages]
    for number, one in enumerate(first):
        if one["thread_ts"]:
            desk.messages.append(one | {"ts": f"{float(first[-1]['ts']) + 10 + number:.6f}"})
    async with watching(desk.environment) as process:
        last = desk.account.add_comment(order_id, "Still there?")
        await process.cycle()

    assert desk.lines_of(order_id) == [line, last]
    assert [one["ts"] for one in desk.messages[: len(first)]] == [one["ts"] for one in first]
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 2, "portout_reminder": 1}
