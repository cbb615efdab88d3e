"""What `portout-bot run` imports: nothing that it does not use, for it costs memory and time at every start."""

import asyncio
import re

import aiohttp
import msgspec

from tests.bot.processes import portout_bot
from tests.conftest import Bot, Environment

UNUSED = {
    "rich.console": "draws cards in a terminal, and tracebacks on the console of structlog",
    "pygments": "colours what rich draws",
    "slack_sdk.socket_mode": "only with SLACK_APP_TOKEN",
    "redis": "only with REDIS_URL",
    "nacl": "only with TELNYX_PUBLIC_KEY",
}


async def test_a_bot_imports_nothing_that_it_does_not_use(environment: Environment) -> None:
    """Neither at the start nor for a command."""
    process = await portout_bot(environment.bot_variables(), "run", options=("-X", "importtime"))
    assert process.stdout is not None
    assert process.stderr is not None
    reading = asyncio.create_task(process.stderr.read())
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            started = msgspec.json.decode(await process.stdout.readline())
            answer = await Bot(environment, session, started["port"]).command(
                environment.telnyx.samples.names["pending"]
            )
    finally:
        process.kill()
        await process.wait()
    imported = set(re.findall(r"^import time:.*\| *(\S+)$", (await reading).decode(), re.MULTILINE))

    assert answer.json()["text"].startswith("Waiting")
    assert {"structlog", "portout.lookup.service"} <= imported
    assert imported & set(UNUSED) == set()
