"""Two bots, one Redis, and everything that may happen to alerts: in the end each has the reply that it should have."""

import asyncio
import random
from pathlib import Path

import pytest

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from tests.alert_model import ACTION_SECONDS, Play, Replies, draw_alerts, replies_in
from tests.amount import seeds
from tests.conftest import UNKNOWN_ID, Environment
from tests.many_alerts import CHANNELS, add_events, bots_on_one_redis

SEEDS = seeds("MODEL_SEEDS", 3)
METHODS = ("chat.postMessage", "chat.update", "chat.delete", "conversations.replies")
FAULT_RATE = 0.1
ALERTS = 60
IDS = 8


def let_calls_fail(environment: Environment, dice: random.Random) -> None:
    """Make a tenth of the calls of Slack and of Telnyx fail, some of Slack's after they took effect."""
    refused: list[Fault] = [faults.status(503), faults.reset(), faults.rate_limited(retry_after=1)]
    environment.telnyx.script.always(faults.sometimes(FAULT_RATE, refused, dice))
    for method in METHODS:
        environment.slack.script.always(faults.sometimes(FAULT_RATE * 3 / 4, refused, dice), key=method)
        lost = faults.sometimes(FAULT_RATE / 4, [faults.reset()], dice)
        environment.slack.script_after_effect.always(lost, key=method)


async def kill_bots(play: Play, bots: list[BotProcess], dice: random.Random) -> None:
    """Kill each bot twice, while alerts are delivered, and start it again."""
    for number in (0, 1, 0, 1):
        await asyncio.sleep(dice.uniform(1, ACTION_SECONDS / 3))
        play.note("kill bot", number)
        await bots[number].kill()
        await bots[number].start()
        play.note("bot started", number)
    play.last_allowed.set()


async def restart_redis(play: Play, redis: RedisServer, dice: random.Random) -> None:
    """Kill Redis while people are busy, and once among the last deliveries; it starts empty, at once or later."""
    moments = [*(dice.uniform(1, 25) for _ in range(dice.randrange(3))), dice.uniform(40, 60)]
    for moment in sorted(moments):
        await play.until(moment)
        play.note("stop Redis")
        await redis.restart(dice.choice((0, 0.2, 2)))
        play.note("Redis started")


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_alert_has_the_reply_that_it_should_have(
    environment: Environment, redis: RedisServer, tmp_path: Path, seed: int
) -> None:
    """Alerts are posted, edited and deleted, bots are killed, Redis starts empty, and a tenth of all calls fail.

    In the end every alert with known ids has one reply, which shows these and no others; no other alert has one. The
    environment variable MODEL_SEEDS chooses the seeds.
    """
    print(f"MODEL_SEEDS={seed}")  # noqa: T201
    dice = random.Random(seed)
    ids, channels = add_events(environment, IDS), CHANNELS[:4]
    pool = [*ids, UNKNOWN_ID]
    alerts = draw_alerts(dice, ALERTS, channels, pool)
    logs = [tmp_path / f"bot-{number}.log" for number in range(2)]
    async with bots_on_one_redis(environment, redis.url, channels, *logs) as (bots, session):
        let_calls_fail(environment, random.Random(seed))
        play = Play(session, environment.slack, bots)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kill_bots(play, bots, random.Random(seed)))
            tasks.create_task(restart_redis(play, redis, random.Random(seed)))
            for alert in alerts:
                tasks.create_task(play.alert(alert))
        codes = [await bot.stop() for bot in bots]
    (tmp_path / "journal").write_text("\n".join(play.journal))

    expected: Replies = {alert.ts: [(known, known)] for alert in alerts if (known := set(alert.ids) & set(ids))}
    assert replies_in(environment.slack.channels, pool) == expected, f"seed {seed}, see {tmp_path}"
    assert codes == [0, 0]
