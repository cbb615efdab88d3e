"""Reminders in the threads of port-outs that wait."""

from datetime import timedelta

from sandbox import faults
from tests.conftest import Environment
from tests.portout.telemetry.test_metrics import series_now
from tests.watching import Desk, Watching, payload, shown, watching


def reminders(desk: Desk) -> list[int]:
    """Return after how many hours each reminder was given."""
    return [payload(one)["hours"] for one in desk.of_kind("portout_reminder")]


async def announce(desk: Desk, process: Watching, *, hours: float = 0) -> str:
    """Announce an order that was opened some hours ago."""
    await process.cycle()
    desk.account.clock.offset = timedelta(hours=-hours)
    order_id = desk.account.open_order("+13125550188", subscriber_name="Wilhelmina Quartz", has_event=hours == 0)
    desk.account.clock.offset = timedelta()
    for _ in range(10):
        await process.cycle()
    return order_id


async def test_each_reminder_is_given_once_also_after_restarts(desk: Desk) -> None:
    """After 12, 20 and 24 hours, in the order's thread and in the channel, because nobody is called; and counted."""
    before = series_now()
    async with watching(desk.environment) as process:
        order_id = await announce(desk, process)
    for hours in range(30):
        async with watching(desk.environment) as process:
            process.clock.offset = hours * 3600 + 60
            await process.cycle()
            for _ in range(2):
                await process.watch.remind()

    after = series_now()
    names = [f'portout_watch_reminders_total{{hours="{hours}"}}' for hours in (12, 20, 24)]
    assert [after[name] - before[name] for name in names] == [1, 1, 1]
    assert reminders(desk) == [12, 20, 24]
    assert ["at any moment" in one["text"] for one in desk.of_kind("portout_reminder")] == [False, False, True]
    for one in desk.of_kind("portout_reminder"):
        assert one["thread_ts"] == desk.message_of(order_id)["ts"]
        assert one["reply_broadcast"] is True
        assert "•••• 0188" in shown(one)
        assert "3125550188" not in shown(one)


async def test_two_processes_give_one_reminder(environment: Environment, redis_url: str) -> None:
    """Whichever is first; the other one finds it in the thread."""
    desk = Desk(environment)
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        await announce(desk, first)
        await second.cycle()
        first.clock.offset = second.clock.offset = 12.5 * 3600
        await first.watch.remind()
        await second.watch.remind()

    assert reminders(desk) == [12]


async def test_nobody_is_reminded_of_what_was_decided_a_second_before(desk: Desk) -> None:
    """The message is changed instead."""
    async with watching(desk.environment) as process:
        order_id = await announce(desk, process)
        process.clock.offset = 12.1 * 3600
        desk.account.change_status(order_id, "rejected-pending")
        await process.watch.remind()

    assert reminders(desk) == []
    assert desk.message_of(order_id)["text"].startswith("Rejection under review")


async def test_a_reminder_is_given_when_the_order_cannot_be_asked_for(desk: Desk) -> None:
    """It says so."""
    async with watching(desk.environment) as process:
        order_id = await announce(desk, process)
        process.clock.offset = 12.1 * 3600
        desk.environment.telnyx.script.always(faults.status(500), key=order_id)
        await process.watch.remind()

    assert reminders(desk) == [12]
    assert "Its state now is not known: Telnyx is failing" in shown(desk.of_kind("portout_reminder")[0])


async def test_nobody_is_reminded_of_what_somebody_deleted(desk: Desk) -> None:
    """Its thread goes on under a tombstone, and Slack would take the reminder, and show it in the channel."""
    async with watching(desk.environment) as process:
        order_id = await announce(desk, process)
        desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()
        message = desk.message_of(order_id)
        desk.messages.remove(message)
        desk.environment.slack.channels.gone.add(message["ts"])
        process.clock.offset = 12.1 * 3600
        await process.watch.remind()

    assert reminders(desk) == []


async def test_what_was_due_before_the_message_needs_no_reminder(desk: Desk) -> None:
    """The message covers it; the next one is given."""
    async with watching(desk.environment) as process:
        await announce(desk, process, hours=13)
        await process.watch.remind()
        early = reminders(desk)
        process.clock.offset = 8 * 3600
        await process.watch.remind()

    assert (early, reminders(desk)) == ([], [20])


async def test_a_reminder_calls_who_is_on_it_else_the_mention(desk: Desk) -> None:
    """Then it is not shown in the channel: those who can do something are called."""
    async with watching(desk.environment, WATCH_MENTION="S0DESK, here") as process:
        order_id = await announce(desk, process)
        process.clock.offset = 12.1 * 3600
        await process.watch.remind()
        await process.watch.claims.take(order_id, desk.message_of(order_id)["ts"], "U0ALICE", "")
        process.clock.offset = 20.1 * 3600
        await process.watch.remind()

    first, second = desk.of_kind("portout_reminder")
    assert "<!subteam^S0DESK> <!here>" in shown(first)
    assert "<@U0ALICE>" in shown(second)
    assert "S0DESK" not in shown(second)
    assert not first["reply_broadcast"]
    assert not second["reply_broadcast"]


async def test_an_answer_that_is_lost_makes_no_second_reminder(desk: Desk) -> None:
    """Slack took it: it is found in the thread."""
    async with watching(desk.environment) as process:
        await announce(desk, process)
        process.clock.offset = 12.1 * 3600
        desk.environment.slack.script_after_effect.then("chat.postMessage", faults.reset())
        await process.watch.remind()
        await process.watch.remind()

    assert reminders(desk) == [12]


async def test_an_order_told_from_a_later_event_is_reminded_of_in_time(desk: Desk) -> None:
    """Telnyx had the event before it had the order: the list of those that wait says when it was opened."""
    samples = desk.environment.telnyx.samples
    async with watching(desk.environment) as process:
        await process.cycle()
        desk.account.clock.offset = timedelta(hours=-5)
        order_id = desk.account.open_order(has_event=False)
        desk.account.clock.offset = timedelta()
        desk.account.change_status(order_id, "pending")
        order = samples.orders.pop(order_id)
        await process.cycle()
        samples.orders[order_id] = order
        for _ in range(10):
            await process.cycle()
        process.clock.offset = 7.1 * 3600
        await process.watch.remind()

    assert payload(desk.message_of(order_id))["waits"] is True
    assert reminders(desk) == [12]
