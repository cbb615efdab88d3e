"""A bot whose Redis fails over, or is slow: it follows, and Slack has its answers in time."""

import asyncio
from collections import Counter

from redis.asyncio import Redis

from sandbox.redis_server import RedisServer, redis_server
from sandbox.slack.workspace import BOT_ID, TEAM_ID
from tests.conftest import Environment
from tests.many_alerts import CHANNELS, create_alerts, replies_per_alert
from tests.redis_name import redis_name


async def test_a_bot_follows_a_failover_without_a_restart(environment: Environment, redis: RedisServer) -> None:
    """The old primary goes on as a replica; the bot records in the new one, and `/readyz` says 200."""
    alerts = create_alerts(environment, 2)
    async with redis_server() as other, redis_name(redis) as name, Redis.from_url(redis.url) as old:
        async with environment.bot(REDIS_URL=name.url, ALERT_CHANNELS=",".join(CHANNELS)) as bot:
            before = await bot.sender.event(alerts[0])
            await old.replicaof("127.0.0.1", other.port)
            name.server = other
            after = await bot.sender.event(alerts[1])
            ready, _ = await bot.get("/readyz")
        async with Redis.from_url(other.url) as new:
            keys = [key.decode() async for key in new.scan_iter(f"portout:{TEAM_ID}:{BOT_ID}:delivered:*")]

    assert [before.status, after.status, ready] == [200, 200, 200]
    assert any(alerts[1]["ts"] in key for key in keys)
    assert replies_per_alert(environment) == Counter(each["ts"] for each in alerts)


async def test_a_slow_redis_costs_slack_no_time_out(environment: Environment, redis: RedisServer) -> None:
    """Each answer takes almost as long as it may: Slack is told in time to deliver again, and the work goes on."""
    (one,) = create_alerts(environment, 1)
    async with (
        redis_name(redis) as name,
        environment.bot(REDIS_URL=name.url, ALERT_CHANNELS=",".join(CHANNELS)) as bot,
    ):
        assert (await bot.get("/readyz"))[0] == 200
        name.pause = 0.8
        first = await bot.sender.event(one)
        name.pause = 0.0
        await environment.slack.called("chat.postMessage", 1)
        async with asyncio.timeout(10):
            while (again := await bot.sender.event(one, retry_num=1)).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    assert (first.status, again.status) == (503, 200)
    assert replies_per_alert(environment) == {one["ts"]: 1}
