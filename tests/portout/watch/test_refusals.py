"""What Slack refuses, limits or shows differently: one message must not keep the others back."""

import json
from datetime import timedelta

import pytest

from sandbox import faults
from tests.watching import Desk, payload, refusing, shown, watching


@pytest.mark.parametrize("reason", ["msg_too_long", "metadata_too_large", "invalid_blocks"])
async def test_a_message_that_slack_refuses_keeps_no_other_back(desk: Desk, reason: str) -> None:
    """It is told once Slack takes it, however much was told meanwhile."""
    async with watching(desk.environment) as process:
        await process.cycle()
        bad, good = desk.account.open_order(), desk.account.open_order()
        desk.environment.slack.script.always(refusing(reason, bad), key="chat.postMessage")
        await process.cycle()
        line = desk.account.add_comment(good, "Please call us.")
        await process.cycle()
        early = [payload(one)["order"] for one in desk.of_kind("portout_order")]
        desk.environment.slack.script.reset()
        await process.cycle()

    assert early == [good]
    assert desk.message_of(bad)
    assert desk.lines_of(good) == [line]


async def test_events_after_one_that_slack_refused_wait_for_it(desk: Desk) -> None:
    """Those of the same order, as its thread has them in the order of time."""
    refusal = faults.raw(b'{"ok": false, "error": "invalid_blocks"}')
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        events = [desk.account.add_comment(order_id, "One."), desk.account.add_comment(order_id, "Two.")]
        desk.environment.slack.script.then("chat.postMessage", refusal)
        await process.cycle()
        early = desk.kinds["portout_order"]
        desk.environment.slack.script.then("chat.postMessage", faults.ok(), refusal)
        await process.cycle()
        await process.cycle()

    assert early == 0
    assert desk.lines_of(order_id) == events


async def test_what_slack_refused_is_told_however_much_later(desk: Desk) -> None:
    """The list is read from its event on, until Slack takes it: what was told meanwhile is far newer."""
    async with watching(desk.environment) as process:
        process.clock.offset = -7200
        await process.cycle()
        process.clock.offset = 0
        desk.account.clock.offset = timedelta(hours=-1)
        bad = desk.account.open_order()
        desk.account.change_status(bad, "rejected")
        desk.account.clock.offset = timedelta()
        good = desk.account.open_order()
        desk.environment.slack.script.always(refusing("msg_too_long", bad), key="chat.postMessage")
        await process.cycle()
        await process.cycle()
        desk.environment.slack.script.reset()
        await process.cycle()
        await process.cycle()

    assert len(desk.lines_of(bad)) == 1
    assert desk.message_of(good)


@pytest.mark.parametrize("reason", ["msg_too_long", "edit_window_closed", "cant_update_message"])
async def test_a_change_that_slack_refuses_keeps_no_other_back(desk: Desk, reason: str) -> None:
    """The cycle succeeds, other messages are changed, and the next event changes this one."""
    async with watching(desk.environment) as process:
        await process.cycle()
        bad, good = desk.account.open_order(), desk.account.open_order()
        await process.cycle()
        desk.environment.slack.script.always(refusing(reason, bad), key="chat.update")
        for order_id in (bad, good):
            desk.account.change_status(order_id, "rejected-pending")
        await process.cycle()
        await process.cycle()
        early = [desk.message_of(order_id)["text"].startswith("Rejection") for order_id in (bad, good)]
        desk.environment.slack.script.reset()
        desk.account.change_status(bad, "canceled")
        await process.cycle()

    assert early == [False, True]
    assert desk.message_of(bad)["text"].startswith("Canceled")
    assert len(desk.lines_of(bad)) == 2


async def test_rate_limits_of_slack_are_waited_out(desk: Desk) -> None:
    """One post a second: each is there once."""
    async with watching(desk.environment) as process:
        await process.cycle()
        desk.environment.slack.channels.is_limited = True
        orders = [desk.account.open_order() for _ in range(2)]
        events = [desk.account.add_comment(order_id, "Please call us.") for order_id in orders]
        await process.cycle()

    assert [desk.lines_of(order_id) for order_id in orders] == [[one] for one in events]
    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 2}


ODD = "<!channel> <@U0BOB> *bold* &amp; \u202e evil \x00 http://phish.example"


async def test_what_others_write_calls_nobody(desk: Desk) -> None:
    """Neither a comment nor a carrier's name becomes a mention, a link or markup of Slack's."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order(carrier_name=ODD, spid="<!here>", pon=ODD)
        desk.account.add_comment(order_id, ODD)
        desk.account.change_status(order_id, "rejected", reason=ODD)
        await process.cycle()
        process.clock.offset = 13 * 3600
        await process.watch.remind()

    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 2}
    for one in desk.messages:
        assert not [call for call in ("<!", "<@", "<http") if call in one["text"]]
        assert not [block for block in one["blocks"] if "<!" in json.dumps(block) and block["type"] == "section"]
        assert not {"\x00", "\u202e"} & set(shown(one))


async def test_an_order_is_asked_for_once_in_a_cycle(desk: Desk) -> None:
    """However much news there is of it."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        for number in range(5):
            desk.account.add_comment(order_id, str(number))
        before = desk.calls()["order"]
        await process.cycle()

    assert desk.calls()["order"] - before == 1
    assert len(desk.lines_of(order_id)) == 5


async def test_an_order_that_telnyx_does_not_have_any_more_is_not_asked_for_in_each_cycle(desk: Desk) -> None:
    """Its line is posted, and its message stays as it is."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        await process.cycle()
        before = dict(desk.message_of(order_id))
        line = desk.account.add_comment(order_id, "Please call us.")
        desk.environment.telnyx.script.always(faults.status(404), key=order_id)
        await process.cycle()
        n_calls = desk.calls()["order"]
        await process.cycle()

    assert desk.calls()["order"] == n_calls
    assert desk.lines_of(order_id) == [line]
    assert desk.message_of(order_id)["text"] == before["text"]
