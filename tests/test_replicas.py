"""Several bots on one Redis: no alert is lost, and none is answered twice."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from sandbox import faults
from sandbox.redis_name import RedisName, redis_name
from sandbox.redis_server import RedisServer, redis_server
from sandbox.slack.payloads import event_callback
from sandbox.slack.sender import SignedSender
from sandbox.slack.workspace import KEY_PREFIX
from tests.amount import FULL, mostly_full
from tests.conftest import Environment
from tests.many_alerts import CHANNELS, bots_on_one_redis, create_alerts, deliver, replies_per_alert


async def flood(
    environment: Environment, redis: RedisServer | RedisName, log: Path, trouble: Callable[[], Awaitable[None]]
) -> None:
    """Post many alerts, each to two bots at once, while 5 % of Telnyx's and Slack's answers fail: one reply each.

    trouble: is awaited when a tenth of the alerts have their reply. The environment variable ALERTS changes the number.
    """
    alerts = create_alerts(environment, int(os.environ.get("ALERTS", "500" if FULL else "60")))
    dice = random.Random(5)
    environment.telnyx.script.always(faults.sometimes(0.05, [faults.status(500), faults.reset()], dice))
    environment.slack.script.always(faults.sometimes(0.025, [faults.status(503)], dice), key="chat.postMessage")
    environment.slack.script_after_effect.always(
        faults.sometimes(0.025, [faults.reset()], dice), key="chat.postMessage"
    )
    async with bots_on_one_redis(environment, redis.url, CHANNELS, log, log) as (bots, session):
        # A busy machine takes longer than Slack's 3 s; what the bots answer is what counts.
        secret = environment.slack.signing_secret
        senders = [SignedSender(session, f"{bot.url}/slack/events", secret, timeout=30) for bot in bots]
        delivering = [asyncio.create_task(deliver(senders, one)) for one in alerts]
        while sum(replies_per_alert(environment).values()) < len(alerts) / 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await trouble()
        await asyncio.gather(*delivering)
        codes = [await bot.stop() for bot in bots]

    assert replies_per_alert(environment) == Counter(one["ts"] for one in alerts)
    assert codes == [0, 0]


@pytest.mark.full  # a flood in which Redis hangs for a second shows the same, and more
async def test_two_bots_on_one_redis_answer_each_alert_once(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """Each of many, however busy the two are; and neither takes a healthy Redis for an unreachable one."""

    async def none() -> None:
        pass

    log = tmp_path / "log"
    await flood(environment, redis, log, none)

    assert b"bot.started" in log.read_bytes()
    assert b"ledger.degraded" not in log.read_bytes()


async def test_a_redis_that_hangs_for_a_second_degrades_nothing(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """One late answer does not degrade the ledger: the bots go on sharing it, and each alert gets one reply."""
    log = tmp_path / "log"
    await flood(environment, redis, log, partial(redis.hang, 1))

    assert b"bot.started" in log.read_bytes()
    assert b"ledger.degraded" not in log.read_bytes()


@pytest.mark.parametrize("seconds", mostly_full([0, 1, 10], 1))
async def test_a_redis_that_forgets_doubles_no_reply(
    environment: Environment, redis: RedisServer, tmp_path: Path, seconds: float
) -> None:
    """Stopped in the middle of the flood and started empty, at once or later: nothing lost, nothing twice."""
    await flood(environment, redis, tmp_path / "log", partial(redis.restart, seconds))


@pytest.mark.full
async def test_a_redis_that_hangs_for_long_doubles_no_reply(
    environment: Environment, redis: RedisServer, tmp_path: Path
) -> None:
    """Both go on alone and look into the threads; Redis executes the delayed commands afterwards, without harm."""
    log = tmp_path / "log"
    await flood(environment, redis, log, partial(redis.hang, 10))

    assert b"ledger.degraded" in log.read_bytes()


async def test_a_failover_doubles_no_reply(environment: Environment, redis: RedisServer, tmp_path: Path) -> None:
    """The primary becomes a replica, and its name leads to the new one once a bot is degraded: both bots follow it."""
    log = tmp_path / "log"
    async with (
        redis_server() as other,
        redis_name(redis) as name,
        Redis.from_url(redis.url) as old,
        Redis.from_url(other.url) as new,
    ):
        await old.config_set("repl-diskless-sync-delay", 0)
        await new.replicaof("127.0.0.1", redis.port)

        async def fail_over() -> None:
            await new.replicaof("NO", "ONE")
            await old.replicaof("127.0.0.1", other.port)
            while b"ledger.degraded" not in log.read_bytes():  # noqa: ASYNC110  nothing signals it
                await asyncio.sleep(0.01)
            name.server = other

        await flood(environment, name, log, fail_over)


async def test_two_bots_without_redis_that_post_at_once_leave_one_reply(
    environment: Environment, redis: RedisServer, log_text: Callable[[], str]
) -> None:
    """Both looked into the thread before either posted: the later reply is deleted by whoever sees both."""
    (one,) = create_alerts(environment, 1)
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
    assert replies_per_alert(environment) == {one["ts"]: 1}
    assert log_text().count('"reply.twice"') >= 1


async def test_a_lost_answer_beside_another_bots_reply_leaves_one_reply(
    environment: Environment, redis: RedisServer
) -> None:
    """One bot replies while the other's post is on its way; that one is posted, too, and its answer is lost."""
    (one,) = create_alerts(environment, 1)
    variables = {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}
    slower, faster = asyncio.Event(), asyncio.Event()
    environment.slack.script.then("chat.postMessage", faults.held(slower), faults.held(faster))
    environment.slack.script_after_effect.then("chat.postMessage", faults.ok(), faults.reset())
    async with environment.bot(**variables) as first, environment.bot(**variables) as second:
        await redis.stop()
        delivering = [asyncio.create_task(bot.sender.event(one)) for bot in (first, second)]
        await environment.slack.called("conversations.replies", 2)
        faster.set()
        await asyncio.wait(delivering, return_when=asyncio.FIRST_COMPLETED)
        slower.set()
        responses = await asyncio.gather(*delivering)

    assert [response.status for response in responses] == [200, 200]
    assert replies_per_alert(environment) == {one["ts"]: 1}


async def test_a_bot_whose_lease_was_taken_while_its_post_waited_does_not_post(
    environment: Environment, redis: RedisServer
) -> None:
    """Slack paces the channel; before it is the alert's turn, another process has taken over and replied."""
    first, second = create_alerts(environment, 2)
    second["channel"] = first["channel"]
    channel, subject = first["channel"], f"{first['channel']}:{second['ts']}"
    held = asyncio.Event()
    environment.slack.script.then("chat.postMessage", faults.rate_limited(0), faults.held(held))
    async with (
        asyncio.timeout(60),
        environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=channel) as bot,
        Redis.from_url(redis.url) as client,
    ):
        delivering = [asyncio.create_task(bot.sender.event(first))]
        await environment.slack.asked("chat.postMessage", 2)
        delivering.append(asyncio.create_task(bot.sender.event(second)))
        lease, posting = f"{KEY_PREFIX}lease:{subject}", f"{KEY_PREFIX}reply:{channel}:{second['ts']}"
        while await client.exists(lease, posting) != 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await client.set(lease, "another process")
        held.set()
        responses = await asyncio.gather(*delivering)

    assert [response.status for response in responses] == [200, 503]
    assert replies_per_alert(environment) == {first["ts"]: 1}


async def test_a_rolling_restart_loses_nothing(environment: Environment, redis: RedisServer) -> None:
    """One bot after the other is stopped and started under load; the redelivery reaches the one that runs."""
    alerts = create_alerts(environment, 200 if FULL else 60)
    environment.telnyx.script.always(faults.slow(0.1))
    async with bots_on_one_redis(environment, redis.url, CHANNELS) as (bots, session):

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

    assert replies_per_alert(environment) == Counter(one["ts"] for one in alerts)
    assert codes == [0] * 4


async def test_redis_may_stop_and_start_again(environment: Environment, redis: RedisServer) -> None:
    """Meanwhile commands and alerts are answered, `/readyz` reports it; afterwards the bots share the ledger again."""
    alerts = create_alerts(environment, 30)
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}
    async with environment.bot(**settings) as first, environment.bot(**settings) as second:
        ready = await first.get("/readyz")
        before = [await first.sender.event(each) for each in alerts[:10]]
        await redis.stop()
        meanwhile = [await first.sender.event(each) for each in alerts[10:20]]
        answer = await first.command(environment.telnyx.samples.names["ported"])
        alone = await first.get("/readyz")
        await redis.start()
        async with asyncio.timeout(10):
            while any([(await each.get("/readyz"))[1]["degraded"] for each in (first, second)]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        senders = [first.sender, second.sender]
        await asyncio.gather(*(deliver(senders, each) for each in alerts[20:]))
        async with first.session.get(f"{first.url}/metrics") as page:
            scrape = await page.text()

    assert ready == (200, {"ready": True, "degraded": []})
    assert {each.status for each in [*before, *meanwhile, answer]} == {200}
    assert alone == (200, {"ready": True, "degraded": ["ledger"]})
    assert replies_per_alert(environment) == Counter(each["ts"] for each in alerts)
    assert "portout_ledger_fallbacks_total" in scrape


async def test_a_bot_starts_without_its_redis(environment: Environment, redis: RedisServer) -> None:
    """It answers, and `/readyz` reports that the ledger is not shared."""
    await redis.stop()
    async with environment.bot(REDIS_URL=redis.url) as bot:
        answer = await bot.command(environment.telnyx.samples.names["ported"])
        ready = await bot.get("/readyz")

    assert answer.json()["text"].startswith("Ported")
    assert ready[1]["degraded"] == ["ledger"]
