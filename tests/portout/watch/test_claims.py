"""*I'm on it* and *Refresh*, which keep the record of an order's message."""

import asyncio

import pytest

from portout.lookup.results import LookupFailure
from portout.watch.claims import HeldByOther, NotKnown, Over, Taken
from sandbox import faults
from tests.conftest import Environment
from tests.watching import Desk, Watching, payload, shown, watching


async def announce(desk: Desk, process: Watching) -> tuple[str, str]:
    """Announce a new order; return its id, and its message's ts."""
    await process.cycle()
    order_id = desk.account.open_order()
    await process.cycle()
    return order_id, desk.message_of(order_id)["ts"]


async def test_who_is_on_it_stands_in_the_message_also_after_a_restart(desk: Desk) -> None:
    """And goes on standing there when the message is changed."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        taken = await process.watch.claims.take(order_id, ts, "U0ALICE", "")
    async with watching(desk.environment) as process:
        desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()
        again = await process.watch.claims.take(order_id, ts, "U0ALICE", "U0ALICE")

    assert (taken, again) == (Taken(""), Taken("U0ALICE"))
    assert "<@U0ALICE> is on it since" in shown(desk.message_of(order_id))
    assert desk.of_kind("portout_handover") == []


async def test_the_next_press_takes_over_with_a_line(desk: Desk) -> None:
    """The line names both."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        await process.watch.claims.take(order_id, ts, "U0ALICE", "")
        taken = await process.watch.claims.take(order_id, ts, "U0BOB", "U0ALICE")

    (line,) = desk.of_kind("portout_handover")
    assert taken == Taken("U0ALICE")
    assert line["text"] == "<@U0BOB> takes over from <@U0ALICE>"
    assert line["thread_ts"] == ts
    assert "<@U0BOB> is on it" in shown(desk.message_of(order_id))


@pytest.mark.parametrize("before", ["", "U0CAROL"])
async def test_of_two_people_who_press_at_once_in_two_processes_one_wins(
    environment: Environment, redis_url: str, before: str
) -> None:
    """Both see who; where somebody had it before, it is handed over once."""
    desk = Desk(environment)
    async with (
        watching(environment, REDIS_URL=redis_url) as first,
        watching(environment, REDIS_URL=redis_url) as second,
    ):
        order_id, ts = await announce(desk, first)
        if before:
            await first.watch.claims.take(order_id, ts, before, "")
        results = await asyncio.gather(
            first.watch.claims.take(order_id, ts, "U0ALICE", before),
            second.watch.claims.take(order_id, ts, "U0BOB", before),
        )

    (winner,) = [one for one in results if isinstance(one, Taken)]
    (loser,) = [one for one in results if isinstance(one, HeldByOther)]
    assert winner.previous == before
    assert loser.claim.holder == payload(desk.message_of(order_id))["holder"]
    assert [payload(one)["holder"] for one in desk.of_kind("portout_handover")] == [loser.claim.holder] * bool(before)


async def test_nobody_can_take_what_no_longer_waits(desk: Desk) -> None:
    """The message is changed, and then has no button."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        before = shown(desk.message_of(order_id))
        desk.account.change_status(order_id, "authorized")
        result = await process.watch.claims.take(order_id, ts, "U0ALICE", "")

    assert result == Over()
    assert "I'm on it" in before
    assert "I'm on it" not in shown(desk.message_of(order_id))


async def test_a_press_on_a_message_that_somebody_deleted_changes_nothing(desk: Desk) -> None:
    """The button may still be on somebody's screen; what is left of the thread gets nothing."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        desk.account.add_comment(order_id, "Please call us.")
        await process.cycle()
        desk.messages.remove(desk.message_of(order_id))
        desk.environment.slack.channels.gone.add(ts)
        n_calls = desk.calls()["chat.update"]
        taken = await process.watch.claims.take(order_id, ts, "U0ALICE", "")
        refreshed = await process.watch.claims.refresh(order_id, ts)

    assert taken == Over()
    assert isinstance(refreshed, LookupFailure)
    assert desk.calls()["chat.update"] == n_calls
    assert desk.kinds == {"portout_watch": 1, "portout_event": 1}


async def test_people_can_take_it_while_telnyx_fails(desk: Desk) -> None:
    """As long as this process knows the order; else they are told."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        desk.environment.telnyx.script.always(faults.status(500))
        taken = await process.watch.claims.take(order_id, ts, "U0ALICE", "")
    async with watching(desk.environment) as process:
        unknown = await process.watch.claims.take(order_id, ts, "U0BOB", "U0ALICE")

    assert (taken, unknown) == (Taken(""), NotKnown("Telnyx is failing"))
    assert "<@U0ALICE> is on it" in shown(desk.message_of(order_id))


async def test_a_lost_answer_hands_over_once(desk: Desk) -> None:
    """The line is found in the thread."""
    async with watching(desk.environment) as process:
        order_id, ts = await announce(desk, process)
        await process.watch.claims.take(order_id, ts, "U0ALICE", "")
        desk.environment.slack.script_after_effect.then("chat.postMessage", faults.reset())
        await process.watch.claims.take(order_id, ts, "U0BOB", "U0ALICE")

    assert len(desk.of_kind("portout_handover")) == 1
    assert payload(desk.message_of(order_id))["holder"] == "U0BOB"


async def test_refresh_keeps_the_record_the_claim_and_the_call(desk: Desk) -> None:
    """In a process that does not remember the order."""
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        order_id, ts = await announce(desk, process)
        await process.watch.claims.take(order_id, ts, "U0ALICE", "")
        before = payload(desk.message_of(order_id))
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        await process.watch.claims.refresh(order_id, ts)
        await process.cycle()

    assert payload(desk.message_of(order_id)) == before
    assert "<@U0ALICE> is on it" in shown(desk.message_of(order_id))
    assert "<!here>" in shown(desk.message_of(order_id))
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1}


async def test_a_refresh_takes_no_call_away(desk: Desk) -> None:
    """It shows that a port-out waits again, which notifies nobody: the line that tells it still calls, once."""
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        order_id, ts = await announce(desk, process)
        desk.account.change_status(order_id, "rejected-pending")
        await process.cycle()
        desk.account.change_status(order_id, "pending")
        await process.watch.claims.refresh(order_id, ts)
        shown_early = shown(desk.message_of(order_id))
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        await process.cycle()
        desk.account.change_status(order_id, "pending")
        await process.cycle()

    assert "Waiting for your answer" in shown_early
    assert ["<!here>" in shown(one) for one in desk.of_kind("portout_event")] == [False, True, False]


async def test_a_line_calls_nobody_for_what_is_decided_by_now(desk: Desk) -> None:
    """It waited again for a while, and was authorized before anybody was told."""
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        order_id, _ = await announce(desk, process)
        for status in ("rejected-pending", "pending", "authorized"):
            desk.account.change_status(order_id, status)
        await process.cycle()

    assert ["<!here>" in shown(one) for one in desk.of_kind("portout_event")] == [False, False, False]


async def test_a_port_out_that_waits_again_calls_again(desk: Desk) -> None:
    """In the line that tells it; other lines call nobody, and what no longer waits has no call."""
    async with watching(desk.environment, WATCH_MENTION="here") as process:
        order_id, _ = await announce(desk, process)
        desk.account.change_status(order_id, "rejected-pending")
        await process.cycle()
        meanwhile = shown(desk.message_of(order_id))
        desk.account.change_status(order_id, "pending")
        await process.cycle()

    rejected, pending = desk.of_kind("portout_event")
    assert "<!here>" not in meanwhile + shown(rejected)
    assert "<!here>" in shown(pending)
    assert "<!here>" in shown(desk.message_of(order_id))
