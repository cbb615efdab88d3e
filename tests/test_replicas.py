"""Several bots on one Redis, and one bot under load: nothing lost, nothing twice."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.redis_server import RedisServer
from sandbox.slack.payloads import command, event_callback
from sandbox.slack.sender import SignedSender
from tests.conftest import Environment

CHANNELS = [f"C0ALERTS{number}" for number in range(25)]


def alert(event_id: str, number: int) -> dict[str, Any]:
    """One of many alerts, spread over the channels."""
    ts = f"1795{number:06d}.000100"
    said = {"type": "message", "bot_id": "B0MONITOR", "text": f"Port-out event {event_id}"}
    return said | {"channel": CHANNELS[number % len(CHANNELS)], "ts": ts, "event_ts": ts}


def many(environment: Environment, count: int) -> list[dict[str, Any]]:
    """So many alerts, each about an event of its own."""
    pending = environment.telnyx.samples.events[environment.telnyx.samples.names["pending"]]
    ids = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(count)]
    environment.telnyx.samples.events.update({one: pending | {"id": one} for one in ids})
    environment.slack.channels.messages.update({channel: [] for channel in CHANNELS})
    return [alert(one, number) for number, one in enumerate(ids)]


def answered(environment: Environment) -> Counter[str]:
    """How many replies stand under each alert."""
    messages = environment.slack.channels.messages
    return Counter(message["thread_ts"] for channel in CHANNELS for message in messages[channel])


async def deliver(senders: list[SignedSender], event: dict[str, Any], pauses: tuple[float, ...] = (0, 1, 3)) -> None:
    """Deliver an event to all bots at once, and again until one accepts it."""
    callback = event_callback(event)
    for number, pause in enumerate((0.0, *pauses)):
        await asyncio.sleep(pause)
        answers = await asyncio.gather(*(one.event_callback(callback, number, "http_error") for one in senders))
        if any(answer.retry_reason is None for answer in answers):
            return


async def flood(
    environment: Environment, redis: RedisServer, log: Path, trouble: Callable[[], Awaitable[None]]
) -> None:
    """500 alerts, each delivered to two bots at once, 5 % of Telnyx's answers and of Slack's failing: 500 replies.

    trouble: begins when every tenth has its reply. ALERTS=1500 in the environment makes it a larger flood.
    """
    alerts = many(environment, int(os.environ.get("ALERTS", "500")))
    dice = random.Random(5)
    environment.telnyx.script.always(faults.sometimes(0.05, [faults.status(500), faults.reset()], dice))
    environment.slack.script.always(faults.sometimes(0.025, [faults.status(503)], dice), key="chat.postMessage")
    environment.slack.script_after_effect.always(
        faults.sometimes(0.025, [faults.reset()], dice), key="chat.postMessage"
    )
    settings = environment.bot_variables(REDIS_URL=redis.url, ALERT_CHANNELS=",".join(CHANNELS))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        file = stack.enter_context(log.open("wb"))
        bots = [BotProcess(settings, file), BotProcess(settings, file)]
        for bot in bots:
            stack.push_async_callback(bot.kill)
            await bot.start()
        senders = [SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret) for bot in bots]
        delivering = [asyncio.create_task(deliver(senders, one)) for one in alerts]
        while sum(answered(environment).values()) < len(alerts) / 10:  # noqa: ASYNC110  replies stand in many places
            await asyncio.sleep(0.01)
        await trouble()
        await asyncio.gather(*delivering)
        codes = [await bot.stop() for bot in bots]

    assert answered(environment) == Counter(one["ts"] for one in alerts)
    assert codes == [0, 0]


async def test_two_bots_on_one_redis_answer_each_alert_once(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """Each of 500, however busy the two are; and neither takes a healthy Redis to be away."""

    async def none() -> None:
        pass

    log = tmp_path / "log"
    await flood(environment, redis, log, none)

    assert b"bot.started" in log.read_bytes()
    assert b"ledger.degraded" not in log.read_bytes()


async def test_a_redis_that_hangs_for_a_second_is_not_away(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """One late answer says nothing: both go on by what they share, and each alert gets one reply."""

    async def hang() -> None:
        redis.pause()
        await asyncio.sleep(1)
        redis.resume()

    log = tmp_path / "log"
    await flood(environment, redis, log, hang)

    assert b"ledger.degraded" not in log.read_bytes()


@pytest.mark.parametrize("seconds", [0, 1, 10])
async def test_a_redis_that_forgets_doubles_no_reply(
    environment: Environment, redis: RedisServer, tmp_path: Path, seconds: float
) -> None:
    """Stopped in the middle of the flood and started empty, at once or later: nothing lost, nothing twice."""

    async def forget() -> None:
        await redis.stop()
        await asyncio.sleep(seconds)
        await redis.start()

    await flood(environment, redis, tmp_path / "log", forget)


async def test_a_redis_that_hangs_for_long_doubles_no_reply(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """Both go on alone, by what stands in the threads; what Redis was asked before, it does afterwards."""

    async def hang() -> None:
        redis.pause()
        await asyncio.sleep(10)
        redis.resume()

    log = tmp_path / "log"
    await flood(environment, redis, log, hang)

    assert b"ledger.degraded" in log.read_bytes()


async def test_two_bots_without_redis_that_post_at_once_leave_one_reply(
    environment: Environment, redis: RedisServer, log_text: Callable[[], str]
) -> None:
    """Both looked into the thread before either posted: the later reply is deleted by whoever sees both."""
    (one,) = many(environment, 1)
    variables = {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}
    both_have_looked = asyncio.Event()
    environment.slack.script.always(faults.held(both_have_looked), key="chat.postMessage")
    async with environment.bot(**variables) as first, environment.bot(**variables) as second:
        await redis.stop()
        delivering = asyncio.gather(first.sender.event(one), second.sender.event(one))
        await environment.slack.called("conversations.replies", 2)
        both_have_looked.set()
        responses = await delivering

    assert [response.status for response in responses] == [200, 200]
    assert answered(environment) == {one["ts"]: 1}
    assert log_text().count('"reply.twice"') >= 1


async def test_a_bot_whose_lease_was_taken_while_its_post_waited_does_not_post(
    environment: Environment, redis: RedisServer
) -> None:
    """Slack paces the channel; before it is the alert's turn, another process has taken over and replied."""
    first, second = many(environment, 2)
    second["channel"] = first["channel"]
    channel, subject = first["channel"], f"{first['channel']}:{second['ts']}"
    held = asyncio.Event()
    environment.slack.script.then("chat.postMessage", faults.held(held))
    async with (
        environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=channel) as bot,
        Redis.from_url(redis.url) as client,
    ):
        delivering = [asyncio.create_task(bot.sender.event(each)) for each in (first, second)]
        await environment.slack.asked("chat.postMessage")
        while await client.exists(f"lease:{subject}", f"posting:{channel}:{second['ts']}") != 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await client.set(f"lease:{subject}", "another process")
        held.set()
        responses = await asyncio.gather(*delivering)

    assert [response.status for response in responses] == [200, 503]
    assert answered(environment) == {first["ts"]: 1}


async def test_a_rolling_restart_loses_nothing(environment: Environment, redis: RedisServer) -> None:
    """One bot after the other is stopped and started under load; Slack comes back to the one that is there."""
    alerts = many(environment, 200)
    settings = environment.bot_variables(REDIS_URL=redis.url, ALERT_CHANNELS=",".join(CHANNELS))
    bots = [BotProcess(settings), BotProcess(settings)]
    environment.telnyx.script.always(faults.slow(0.1))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        for bot in bots:
            stack.push_async_callback(bot.kill)
            await bot.start()

        async def post(one: dict[str, Any], number: int) -> None:
            callback = event_callback(one)
            for retry, pause in enumerate((number * 0.02, 0, 2, 8)):
                await asyncio.sleep(pause)
                sender = SignedSender(
                    session, f"{bots[(number + retry) % 2].url}/slack/events", environment.slack.signing_secret
                )
                if (await sender.event_callback(callback, retry, "http_error")).retry_reason is None:
                    return

        posting = [asyncio.create_task(post(one, number)) for number, one in enumerate(alerts)]
        codes = []
        for bot in bots:
            codes.append(await bot.stop())
            await bot.start()
        await asyncio.gather(*posting)
        codes += [await bot.stop() for bot in bots]

    assert answered(environment) == Counter(one["ts"] for one in alerts)
    assert codes == [0] * 4


async def test_redis_may_go_and_come_back(environment: Environment, redis: RedisServer) -> None:
    """Commands notice nothing, alerts are answered, `/readyz` tells; afterwards the bots share again."""
    alerts = many(environment, 30)
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}
    async with environment.bot(**settings) as one, environment.bot(**settings) as other:
        ready = (await one.get("/readyz"))[0]
        before = [await one.sender.event(each) for each in alerts[:10]]
        await redis.stop()
        meanwhile = [await one.sender.event(each) for each in alerts[10:20]]
        said = await one.command(environment.telnyx.samples.names["ported"])
        alone = await one.get("/readyz")
        await redis.start()
        async with asyncio.timeout(10):
            while (await one.get("/readyz"))[0] != 200 or (await other.get("/readyz"))[0] != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        senders = [one.sender, other.sender]
        await asyncio.gather(*(deliver(senders, each) for each in alerts[20:]))
        async with one.session.get(f"{one.url}/metrics") as page:
            scrape = await page.text()

    assert ready == 200
    assert {answer.status for answer in [*before, *meanwhile, said]} == {200}
    assert max(answer.elapsed for answer in [*meanwhile, said]) < 2.5
    assert alone == (503, {"ready": False, "problems": ["ledger not shared"]})
    assert answered(environment) == Counter(each["ts"] for each in alerts)
    assert "portout_ledger_fallbacks_total" in scrape


async def test_a_bot_starts_without_its_redis(environment: Environment, redis: RedisServer) -> None:
    """It answers, and says that it is alone."""
    await redis.stop()
    async with environment.bot(REDIS_URL=redis.url) as bot:
        answer = await bot.command(environment.telnyx.samples.names["ported"])
        ready = await bot.get("/readyz")

    assert answer.json()["text"].startswith("Ported")
    assert ready[1]["problems"] == ["ledger not shared"]


async def test_slack_asking_for_less_costs_time_and_nothing_else(environment: Environment) -> None:
    """Half of the posts are answered 429 with `Retry-After: 2`: all are placed, none twice, none too early."""
    alerts = many(environment, 30)
    dice = random.Random(7)
    refused: dict[str, float] = {}
    early: list[str] = []

    async def limited(request: Any) -> Any:
        form = await request.post()
        body = dict(form) or await request.json()
        now = asyncio.get_running_loop().time()
        if now < refused.get(body["channel"], 0):
            early.append(body["channel"])
        if dice.random() < 0.5:
            refused[body["channel"]] = now + 1.95
            return await faults.rate_limited(retry_after=2)(request)
        return None

    environment.slack.script.always(limited, key="chat.postMessage")
    async with environment.bot(ALERT_CHANNELS=",".join(CHANNELS)) as bot:
        await asyncio.gather(*(deliver([bot.sender], one, (0, 8, 20)) for one in alerts))

    assert answered(environment) == Counter(one["ts"] for one in alerts)
    assert early == []


async def test_twenty_thousand_commands_leave_no_memory_behind(environment: Environment) -> None:
    """After the first two thousand, memory grows by less than 5 MiB."""
    ids = list(environment.telnyx.samples.names.values())
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        try:
            sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret, timeout=30)

            async def person(number: int, times: int) -> None:
                for turn in range(times):
                    typed = command(ids[turn % len(ids)], response_url="https://hooks.slack.com/x", user=f"U{number}")
                    assert (await sender.command(typed)).status == 200

            async def day(first: int, people: int) -> None:
                for start in range(first, first + people, 50):
                    await asyncio.gather(*(person(number, 20) for number in range(start, start + 50)))

            await day(0, 100)
            before = bot.resident_bytes
            await day(100, 1_000)
            growth = bot.resident_bytes - before
        finally:
            await bot.kill()

    assert growth < 5 * 2**20


async def test_one_slow_channel_holds_up_no_other(environment: Environment) -> None:
    """Slack is slow with one channel's posts; those of the others are there at once."""
    alerts = many(environment, 50)
    held, slow = asyncio.Event(), CHANNELS[1]

    async def waits(request: Any) -> None:
        body = dict(await request.post()) or await request.json()
        if body["channel"] == slow:
            await held.wait()

    environment.slack.script.always(waits, key="chat.postMessage")
    async with environment.bot(ALERT_CHANNELS=",".join(CHANNELS)) as bot:
        posting = [asyncio.create_task(deliver([bot.sender], one)) for one in alerts]
        others = [one for one in alerts if one["channel"] != slow]
        async with asyncio.timeout(10):
            while sum(answered(environment).values()) < len(others):  # noqa: ASYNC110  replies stand in many places
                await asyncio.sleep(0.02)
        at_first = answered(environment)
        held.set()
        await asyncio.gather(*posting)

    assert at_first == Counter(one["ts"] for one in others)
    assert answered(environment) == Counter(one["ts"] for one in alerts)


async def test_a_stop_in_the_middle_of_fifty_slow_look_ups_answers_them_all(environment: Environment) -> None:
    """SIGTERM: everybody gets their card, and the exit code is 0."""
    events = many(environment, 50)
    environment.telnyx.script.always(faults.slow(2.5))
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
        urls = [environment.response_url() for _ in events]
        typed = [
            command(one["text"], response_url=url, user=f"U{number}")
            for number, (one, url) in enumerate(zip(events, urls, strict=True))
        ]
        asking = [asyncio.create_task(sender.command(one)) for one in typed]
        await environment.telnyx.called("", 10)
        stopping = asyncio.create_task(bot.stop())
        answers = await asyncio.gather(*asking)
        cards = await asyncio.gather(*(environment.slack.response(url, timeout=25) for url in urls))
        code = await stopping

    assert {answer.status for answer in answers} == {200}
    assert [card["text"].partition(" · ")[0] for card in cards] == ["Waiting for your answer"] * 50
    assert code == 0
