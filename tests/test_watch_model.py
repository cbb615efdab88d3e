"""Port-outs that happen while bots that watch are killed and calls fail: each is told once, and nothing is left out."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.redis_server import RedisServer
from sandbox.telnyx.server import LIST, ORDERS
from tests.amount import FULL, seeds
from tests.conftest import Environment
from tests.watching import CHANNEL, Desk, payload

SEEDS = seeds("WATCH_SEEDS", 1)
METHODS = ("chat.postMessage", "chat.update", "chat.delete", "conversations.history", "conversations.replies")
FAULT_RATE = 0.1
ORDERS_OPENED = 40 if FULL else 12
LATER_EVENTS = 4
HAPPENING_SECONDS = 12.0 if FULL else 4.0
KILLS = 10 if FULL else 2
STATUSES = ("rejected-pending", "pending", "authorized", "canceled", "ported")


def let_calls_fail(environment: Environment, dice: random.Random) -> None:
    """Make a tenth of the calls of Slack and of Telnyx fail, pages included, some of Slack's after they took effect."""
    refused = [faults.status(503), faults.reset()]
    environment.telnyx.max_page_size = 30
    for key in (None, LIST, ORDERS):
        environment.telnyx.script.always(faults.sometimes(FAULT_RATE, refused, dice), key=key)
    for method in METHODS:
        environment.slack.script.always(faults.sometimes(FAULT_RATE * 3 / 4, refused, dice), key=method)
        lost = faults.sometimes(FAULT_RATE / 4, [faults.reset()], dice)
        environment.slack.script_after_effect.always(lost, key=method)


class Happening:
    """What happens at Telnyx. events: of each order all that belong into its thread, in the order of time."""

    def __init__(self, desk: Desk, dice: random.Random) -> None:
        self.events: dict[str, list[str]] = {}
        self._desk = desk
        self._dice = dice

    async def run(self) -> None:
        """Open orders, and let their events happen, spread over the time."""
        await asyncio.gather(*(self._order() for _ in range(ORDERS_OPENED)))

    async def _order(self) -> None:
        dice, account = self._dice, self._desk.account
        moments = sorted(dice.uniform(0, HAPPENING_SECONDS) for _ in range(1 + LATER_EVENTS))
        await asyncio.sleep(moments[0])
        order_id = account.open_order()
        events = self.events[order_id] = []
        for before, at in itertools.pairwise(moments):
            await asyncio.sleep(at - before)
            if dice.random() < 0.5:
                events.append(account.add_comment(order_id, "Please call us."))
            else:
                events.append(account.change_status(order_id, dice.choice(STATUSES)))

    def is_told(self) -> bool:
        """Return whether Slack shows all of it."""
        kinds = self._desk.kinds
        wanted = sum(map(len, self.events.values()))
        return kinds["portout_order"] >= len(self.events) and kinds["portout_event"] >= wanted


@asynccontextmanager
async def bots(environment: Environment, count: int, tmp_path: Path, **changes: str) -> AsyncIterator[list[BotProcess]]:
    """Run bots that watch; at the end they are killed."""
    variables = environment.bot_variables(WATCH_CHANNEL=CHANNEL, WATCH_SECONDS="5", **changes)
    async with AsyncExitStack() as stack:
        processes = []
        for number in range(count):
            log = stack.enter_context((tmp_path / f"bot-{number}.log").open("ab", buffering=0))
            processes.append(BotProcess(variables, log))
            stack.push_async_callback(processes[-1].kill)
            await processes[-1].start()
        yield processes


async def kill(processes: list[BotProcess], dice: random.Random, redis: RedisServer | None) -> None:
    """Kill bots again and again, and start them; sometimes Redis is started again, too, and has lost its entries."""
    for number in range(KILLS):
        await asyncio.sleep(dice.uniform(0, 1.5))
        process = dice.choice(processes)
        await process.kill()
        if redis is not None and number % 2:
            await redis.restart(dice.choice((0, 0.2)))
        await process.start()


async def settled(desk: Desk, happening: Happening) -> None:
    """Wait until all is told, and the messages have had the time to follow."""
    await desk.environment.slack.until(lambda: happening.is_told() and all_are_current(desk), seconds=90)


def all_are_current(desk: Desk) -> bool:
    """Return whether each message says whether its order waits."""
    orders = desk.environment.telnyx.samples.orders
    return all(
        payload(one)["waits"] == (orders[payload(one)["order"]]["status"] == "pending")
        for one in desk.of_kind("portout_order")
    )


def assert_all_is_told_once(desk: Desk, happening: Happening) -> None:
    """Expect one message for each order, which shows its state, and one line for each later event."""
    messages = Counter(payload(one)["order"] for one in desk.of_kind("portout_order"))
    assert messages == Counter(happening.events.keys())
    assert {order_id: sorted(desk.lines_of(order_id)) for order_id in happening.events} == {
        order_id: sorted(events) for order_id, events in happening.events.items()
    }
    assert all_are_current(desk)
    assert desk.kinds["portout_watch"] == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_bot_in_memory(environment: Environment, tmp_path: Path, seed: int) -> None:
    """It is killed again and again while port-outs happen, and a tenth of all calls fail. WATCH_SEEDS: the seeds."""
    dice, desk = random.Random(seed), Desk(environment)
    happening = Happening(desk, random.Random(seed))
    async with bots(environment, 1, tmp_path) as processes:
        await environment.slack.channels.posted(CHANNEL, 1)
        let_calls_fail(environment, random.Random(seed))
        await asyncio.gather(happening.run(), kill(processes, dice, None))
        await settled(desk, happening)
        assert await processes[0].stop() == 0

    assert_all_is_told_once(desk, happening)


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_bots_on_one_redis(environment: Environment, redis: RedisServer, tmp_path: Path, seed: int) -> None:
    """One of them is killed again and again, every second time Redis loses its entries. WATCH_SEEDS: as above."""
    dice, desk = random.Random(seed), Desk(environment)
    happening = Happening(desk, random.Random(seed))
    async with bots(environment, 2, tmp_path, REDIS_URL=redis.url) as processes:
        await environment.slack.channels.posted(CHANNEL, 1)
        let_calls_fail(environment, random.Random(seed))
        await asyncio.gather(happening.run(), kill(processes, dice, redis))
        await settled(desk, happening)
        assert [await one.stop() for one in processes] == [0, 0]

    assert_all_is_told_once(desk, happening)
