"""The watch in the running bot: its loops, its buttons, its health, several processes, and its stop."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.redis_server import RedisServer
from sandbox.slack.payloads import MessageLocation
from sandbox.slack.workspace import KEY_PREFIX
from sandbox.telnyx.server import LIST
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import Click, buttons, click
from tests.watching import CHANNEL, Desk, payload, shown

WATCH = {"WATCH_CHANNEL": CHANNEL, "WATCH_SECONDS": "5"}
TIMER = f"{KEY_PREFIX}lease:watch:timer"


@pytest.fixture
def desk(environment: Environment) -> Desk:
    """The watch channel, and an account without port-outs."""
    return Desk(environment)


async def announced(desk: Desk, count: int = 1) -> None:
    """Wait until the channel has the first message of the watch, and `count` more; raises TimeoutError."""
    async with asyncio.timeout(60):
        await desk.environment.slack.channels.posted(CHANNEL, 1 + count)


async def press(bot: Bot, message: dict[str, object], action: str, user: str = "U0ALICE") -> Click:
    """Press a button of a message of the watch."""
    location = MessageLocation(CHANNEL, str(message["ts"]), str(message["ts"]), is_ephemeral=False)
    return await click(bot, buttons(message)[action], location, user=user)


async def test_a_new_port_out_announces_itself(desk: Desk) -> None:
    """With the next cycle, or the one after it if that was about to begin; nobody asked."""
    async with desk.environment.bot(**WATCH):
        await announced(desk, 0)
        order_id = desk.account.open_order()
        before = desk.calls()["/v2/portouts/events"]
        await announced(desk)
        cycles = desk.calls()["/v2/portouts/events"] - before

    assert 1 <= cycles <= 2
    assert "Waiting for your answer" in desk.message_of(order_id)["text"]


async def test_without_a_channel_nothing_is_watched(environment: Environment) -> None:
    """Telnyx is not asked for anything."""
    async with environment.bot() as bot:
        ready = await bot.get("/readyz")

    assert ready == (200, {"ready": True, "degraded": []})
    assert environment.telnyx.calls == []


async def test_what_is_posted_and_logged_identifies_nobody(desk: Desk, log_text: Callable[[], str]) -> None:
    """No number, name or PIN in full: in messages, lines, metadata, buttons and the log."""
    async with desk.environment.bot(**WATCH):
        await announced(desk, 0)
        order_id = desk.account.open_order("+13125550188", subscriber_name="Wilhelmina Quartz", attempted_pin="90417")
        desk.account.add_comment(order_id, "Wilhelmina Quartz (312-555-0188) did not ask for it, PIN 90417.")
        desk.account.change_status(order_id, "rejected", reason="Quartz says no: +1 312 555 0188")
        await announced(desk, 3)
        await desk.environment.slack.called("chat.update")

    posted = json.dumps(desk.messages)
    assert desk.kinds == {"portout_watch": 1, "portout_order": 1, "portout_event": 2}
    for text in (posted, log_text()):
        assert not re.search(r"Quartz|Wilhelmina|555.?0188|5550188|90417", text)
    assert "•••• 0188" in desk.message_of(order_id)["text"]


async def test_a_person_takes_a_port_out_and_another_takes_it_over(desk: Desk, log_text: Callable[[], str]) -> None:
    """Each is told; the audit log says who had it."""
    order_id = desk.account.open_order()
    async with desk.environment.bot(**WATCH) as bot:
        await announced(desk)
        first = await (await press(bot, desk.message_of(order_id), "take")).reply()
        before = json.loads(json.dumps(desk.message_of(order_id)))
        second = await (await press(bot, before, "take", "U0BOB")).reply()
        late = await (await press(bot, before, "take", "U0CAROL")).reply()

    audited = [json.loads(line) for line in log_text().splitlines() if '"audit.taken"' in line]
    assert "You are on it" in first["text"]
    assert "You are on it" in second["text"]
    assert "<@U0BOB> is on it" in late["text"]
    assert [(one["user"], one["previous"], one["ids"]) for one in audited] == [
        ("U0ALICE", "", [order_id]),
        ("U0BOB", "U0ALICE", [order_id]),
    ]


async def test_only_those_who_may_look_up_can_take_a_port_out(desk: Desk) -> None:
    """Others are refused, and nothing changes."""
    order_id = desk.account.open_order()
    async with desk.environment.bot(**WATCH, ALLOWED_USERS="U0BOB") as bot:
        await announced(desk)
        refused = await (await press(bot, desk.message_of(order_id), "take")).reply()

    assert "Not allowed" in refused["text"]
    assert payload(desk.message_of(order_id))["holder"] == ""


async def test_people_of_other_companies_cannot_take_a_port_out(desk: Desk) -> None:
    """In a shared channel they see the button."""
    order_id = desk.account.open_order()
    async with desk.environment.bot(**WATCH) as bot:
        await announced(desk)
        message = desk.message_of(order_id)
        location = MessageLocation(CHANNEL, message["ts"], message["ts"], is_ephemeral=False)
        clicked = await click(bot, buttons(message)["take"], location, user="U0EVE", team="T0OTHER")
        refused = await clicked.reply()

    assert "members of the company" in refused["text"]
    assert payload(desk.message_of(order_id))["holder"] == ""


async def test_refresh_changes_a_watched_message_as_the_watch_does(desk: Desk) -> None:
    """It keeps the record; where nothing is watched any more, it leaves the message alone."""
    order_id = desk.account.open_order()
    async with desk.environment.bot(**WATCH) as bot:
        await announced(desk)
        desk.environment.telnyx.samples.orders[order_id]["status"] = "authorized"
        message = json.loads(json.dumps(desk.message_of(order_id)))
        await press(bot, message, "refresh")
        await desk.environment.slack.called("chat.update")
        after = json.loads(json.dumps(desk.message_of(order_id)))
    async with desk.environment.bot() as bot:
        notices = [await (await press(bot, message, action)).reply() for action in ("refresh", "take")]

    assert after["text"].startswith("Authorized")
    assert payload(after) == {**payload(message), "waits": False, "has_called": False}
    assert desk.message_of(order_id) == after
    assert all("not watched any more" in one["text"] for one in notices)


async def test_a_failing_watch_is_degraded_and_shows_its_age(desk: Desk, log_text: Callable[[], str]) -> None:
    """As long as cycles fail."""
    desk.environment.telnyx.script.always(faults.status(401), key=LIST)
    async with desk.environment.bot(**WATCH) as bot:
        async with asyncio.timeout(10):
            while (await bot.get("/readyz"))[1]["degraded"] != ["watch"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        desk.environment.telnyx.script.reset()
        await announced(desk, 0)
        async with asyncio.timeout(10):
            while (await bot.get("/readyz"))[1]["degraded"] != []:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        async with bot.session.get(f"{bot.url}/metrics") as page:
            age = re.search(r"^portout_watch_age_seconds (\S+)$", await page.text(), re.MULTILINE)

    assert '"watch.cycle_failed"' in log_text()
    assert age is not None
    assert 0 < float(age[1]) < 8


async def test_a_stop_leaves_the_rest_to_the_next_process(desk: Desk) -> None:
    """What is being posted is posted; the rest is told later, once."""
    async with desk.environment.bot(**WATCH):
        await announced(desk, 0)
    orders = [desk.account.open_order() for _ in range(30)]
    desk.environment.slack.script.always(faults.slow(0.2), key="chat.postMessage")
    async with desk.environment.bot(**WATCH):
        await announced(desk, 2)
    early = desk.kinds["portout_order"]
    desk.environment.slack.script.reset()
    async with desk.environment.bot(**WATCH):
        await announced(desk, 30)

    assert 2 <= early < 30
    assert {payload(one)["order"] for one in desk.of_kind("portout_order")} == set(orders)
    assert desk.kinds == {"portout_watch": 1, "portout_order": 30}


async def test_two_processes_run_timed_cycles_as_often_as_one(desk: Desk, redis: RedisServer) -> None:
    """One of them runs them; when it stops, the other one does."""
    settings = {**WATCH, "REDIS_URL": redis.url}
    lists = "/portouts/events"
    async with AsyncExitStack() as running:
        first = await running.enter_async_context(desk.environment.bot(**settings))
        await announced(desk, 0)
        started = asyncio.get_running_loop().time()
        async with desk.environment.bot(**settings) as second:
            await desk.environment.telnyx.called(lists, 3)
            elapsed = asyncio.get_running_loop().time() - started
            assert [await one.get("/readyz") for one in (first, second)] == [(200, {"ready": True, "degraded": []})] * 2
            await running.aclose()
            await desk.environment.telnyx.called(lists, 4)

    assert elapsed > 7  # two pauses of 5 s, from the end of the first cycle on
    async with Redis.from_url(redis.url) as client:
        assert not await client.exists(TIMER)
    assert "None" not in shown(desk.messages[0])


async def test_what_a_killed_process_leased_passes_on(desk: Desk, redis: RedisServer, tmp_path: Path) -> None:
    """At the latest after 15 s, when its leases of the timed cycles and of its cycle run out."""
    variables = desk.environment.bot_variables(**WATCH, REDIS_URL=redis.url)
    async with Redis.from_url(redis.url) as client:
        with (tmp_path / "bot.log").open("ab", buffering=0) as log:
            process = BotProcess(variables, log)
            await process.start()
            try:
                await announced(desk, 0)
            finally:
                await process.kill()
        leases = [key async for key in client.scan_iter(f"{KEY_PREFIX}lease:watch:*")]
        remaining = [await client.pttl(key) for key in leases]
        order_id = desk.account.open_order()
        async with desk.environment.bot(**WATCH, REDIS_URL=redis.url):
            await client.delete(*leases)
            await announced(desk)

    assert TIMER.encode() in leases
    assert all(0 < one <= 15_000 for one in remaining)
    assert desk.message_of(order_id)
