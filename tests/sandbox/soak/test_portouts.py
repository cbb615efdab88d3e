"""The port-outs of a soak: how they happen, and how long the watch has to tell them."""

import asyncio
import random

from sandbox import faults
from sandbox.soak.portouts import Portouts
from sandbox.soak.told import Counts
from tests.conftest import Environment
from tests.watching import watching


async def settle(portouts: Portouts, environment: Environment, *, is_good: bool) -> None:
    """Run cycles of the watch, which succeed or not, until the soak waits no longer."""
    async with watching(environment) as process:
        waiting = asyncio.create_task(portouts.settle())
        while not waiting.done():
            await process.cycle(is_good=is_good)
        await waiting


async def test_all_that_happens_is_told_at_the_end(environment: Environment) -> None:
    """Orders that waited before, and those that are opened meanwhile, each with four later events."""
    portouts = Portouts(environment.slack, environment.telnyx, random.Random(1))
    async with watching(environment) as process:
        await process.cycle()
        happening = asyncio.create_task(portouts.run(20, 0.5))
        while not happening.done():
            await process.cycle()
        await happening
    await settle(portouts, environment, is_good=True)
    told = portouts.count()
    opened = told.lines.expected // 4

    assert told.is_good
    assert opened > 0
    assert told.messages.expected == 1 + 3 + opened


async def test_a_watch_that_tells_nothing_is_not_awaited_forever(environment: Environment) -> None:
    """It has ten cycles, and then everything is missing."""
    environment.slack.script.always(faults.status(503), key="chat.postMessage")
    portouts = Portouts(environment.slack, environment.telnyx, random.Random(1))
    await portouts.run(20, 0.1)
    await settle(portouts, environment, is_good=False)

    assert portouts.count().messages == Counts(4, 0, missing=4, twice=0, wrong=0)
