"""Cycles: what is told, once, and what is history."""

from datetime import timedelta

from portout.watch.cycle import PENDING_EVERY
from sandbox import faults
from tests.json_strings import words
from tests.watching import Desk, payload, watching


def open_old(desk: Desk, status: str, hours: float) -> str:
    """Open an order some hours ago, with its event, and bring it to a status."""
    desk.account.clock.offset = timedelta(hours=-hours)
    order_id = desk.account.open_order()
    if status != "pending":
        desk.account.change_status(order_id, status)
    desk.account.clock.offset = timedelta()
    return order_id


async def test_the_first_start_announces_what_waits_and_says_so(desk: Desk) -> None:
    """Among 200 orders that are over, five wait: five messages, without lines, and the one that says that it begins."""
    for number in range(200):
        open_old(desk, "ported", 100 + number)
    waiting = {open_old(desk, "pending", 1 + number) for number in range(5)}

    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 5}
    assert {payload(one)["order"] for one in desk.of_kind("portout_order")} == waiting
    assert desk.messages[0] == desk.of_kind("portout_watch")[0]


async def test_a_restart_announces_nothing_anew(desk: Desk) -> None:
    """Nor says again that it begins; also when nothing waited the first time."""
    open_old(desk, "ported", 3)
    for _ in range(3):
        async with watching(desk.environment) as process:
            await process.cycle()
            await process.cycle()

    assert desk.kinds == {"portout_watch": 1}


async def test_a_new_order_has_one_message_and_a_line_for_each_later_event(desk: Desk) -> None:
    """In the order in which they happened; the message shows what holds now."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        first = dict(desk.message_of(order_id))
        later = [
            desk.account.add_comment(order_id, "Please call us."),
            desk.account.change_status(order_id, "authorized"),
        ]
        await process.cycle()
        await process.cycle()

    assert "Waiting for your answer" in first["text"]
    assert desk.message_of(order_id)["text"].startswith("Authorized")
    assert desk.lines_of(order_id) == later
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 2}


async def test_an_order_that_was_rejected_for_its_pin_is_announced_with_the_warning(desk: Desk) -> None:
    """It never waited; the warning stays when the message is changed later, by another process."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order(attempted_pin="0193")
        desk.account.change_status(order_id, "rejected", reason="Invalid PIN", rejection_code=1002)
        await process.cycle()
        first = desk.message_of(order_id)["text"]
    async with watching(desk.environment) as process:
        desk.account.add_comment(order_id, "Noted.")
        await process.cycle()

    assert "A PIN was attempted" in first
    assert "A PIN was attempted" in desk.message_of(order_id)["text"]
    assert "0193" not in words(desk.message_of(order_id)["blocks"])


async def test_hours_of_backlog_are_told_in_order(desk: Desk) -> None:
    """Whoever was down tells all that happened meanwhile, once, the oldest first over all orders."""
    async with watching(desk.environment) as process:
        process.clock.offset = -4 * 3600
        await process.cycle()
    desk.account.clock.offset = timedelta(hours=-3)
    orders = [desk.account.open_order() for _ in range(3)]
    happened = []
    for _ in range(3):
        for order_id in orders:
            desk.account.clock.offset += timedelta(minutes=7)
            happened.append(desk.account.add_comment(order_id, "Still there?"))
    async with watching(desk.environment) as process:
        await process.cycle()
        await process.cycle()

    assert [payload(one)["event"] for one in desk.of_kind("portout_event")] == happened
    assert desk.kinds == {"portout_watch": 1, "portout_order": 3, "portout_event": 9}


async def test_a_backlog_that_is_told_in_part_is_told_to_its_end_by_another_process(desk: Desk) -> None:
    """The cursor follows what was told: an hour of events, and a process that ends in the middle of them."""
    async with watching(desk.environment) as process:
        process.clock.offset = -2 * 3600
        await process.cycle()
    desk.account.clock.offset = timedelta(hours=-1)
    orders = [desk.account.open_order() for _ in range(4)]
    happened = []
    for _ in range(4):
        for order_id in orders:
            desk.account.clock.offset += timedelta(minutes=3)
            happened.append(desk.account.add_comment(order_id, "Still there?"))
    desk.environment.slack.script.then("chat.postMessage", *[faults.ok()] * 9, *[faults.status(503)] * 3)
    async with watching(desk.environment) as process:
        await process.cycle(is_good=False)
        early = desk.kinds["portout_event"]
    async with watching(desk.environment) as process:
        await process.cycle()

    assert 0 < early < len(happened)
    assert [payload(one)["event"] for one in desk.of_kind("portout_event")] == happened
    assert desk.kinds == {"portout_watch": 1, "portout_order": 4, "portout_event": len(happened)}


async def test_what_changes_without_an_event_is_shown_by_the_tenth_cycle(desk: Desk) -> None:
    """The list of those that wait contradicts the message, either way; no line tells it."""
    orders, texts = desk.environment.telnyx.samples.orders, []
    async with watching(desk.environment) as process:
        order_id = desk.account.open_order()
        await process.cycle()
        for status in ("authorized", "pending"):
            orders[order_id]["status"] = status
            for _ in range(PENDING_EVERY):
                await process.cycle()
            texts.append(desk.message_of(order_id)["text"])

    assert texts[0].startswith("Authorized")
    assert "Waiting for your answer" in texts[1]
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1}
