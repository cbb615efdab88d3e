"""Standard output as the bot's log: whatever happens to it, people get their answers."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from sandbox.serve import unused_port
from tests.bot.processes import portout_bot, process_bot
from tests.conftest import Bot, Environment, message_of
from tests.portout.telemetry.test_metrics import scraped

LOST = "portout_log_lines_lost_total"
SMALLEST_PIPE = 4096
PAUSE_SECONDS = 0.05  # between looks at what nothing signals


@asynccontextmanager
async def bot_with_small_pipe(environment: Environment) -> AsyncIterator[tuple[Bot, int]]:
    """Start a bot whose log is a pipe of 4 kB; yield it, and the end that only the test reads."""
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
    process = await portout_bot(environment.bot_variables(), "run", stdout=write_end)
    os.close(write_end)
    try:
        async with asyncio.timeout(20):
            started = msgspec.json.decode((await asyncio.to_thread(os.read, read_end, SMALLEST_PIPE)).splitlines()[0])
        async with aiohttp.ClientSession() as session:
            yield Bot(environment, session, started["port"]), read_end
    finally:
        process.kill()
        await process.wait()
        os.close(read_end)


async def test_a_log_that_nobody_reads_prevents_no_answer(environment: Environment) -> None:
    """Lines are lost and counted; when they can be written again, the log says how many were lost."""
    async with bot_with_small_pipe(environment) as (bot, read_end):
        async with asyncio.timeout(60):  # a write that waited would wait for ever
            while not (await scraped(bot.session, bot.url))[LOST]:
                answers = await asyncio.gather(*(bot.command("help", user=f"U{number}") for number in range(20)))
                assert {answer.status for answer in answers} == {200}
            message = message_of(await bot.command(environment.telnyx.samples.names["pending"], user="U0BOB"))
            degraded = await bot.get("/readyz")
            before = b""
            # A line of which a part was written is finished first.
            while b"log.recovered" not in before:
                before += await asyncio.to_thread(os.read, read_end, SMALLEST_PIPE)
                ready = await bot.get("/readyz")
            lines = [msgspec.json.decode(line) for line in before.splitlines()]
            (recovered,) = (line for line in lines if line["event"] == "log.recovered")
            # The page of metrics is made once a second.
            while (await scraped(bot.session, bot.url))[LOST] != recovered["lost"]:  # noqa: ASYNC110
                await asyncio.sleep(PAUSE_SECONDS)

    assert "Waiting for your answer" in message.text
    assert degraded == (200, {"ready": True, "degraded": ["log"]})
    assert ready == (200, {"ready": True, "degraded": []})


async def test_a_log_whose_reader_is_gone_prevents_no_answer(environment: Environment, log_file: Path) -> None:
    """People get their cards, and health reports the log."""
    async with process_bot(environment, log_file) as (bot, process):
        transport = process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]  # noqa: SLF001
        transport.close()
        message = message_of(await bot.command(environment.telnyx.samples.names["pending"]))

        assert "Waiting for your answer" in message.text
        assert await bot.get("/readyz") == (200, {"ready": True, "degraded": ["log"]})


async def test_a_log_on_a_full_disk_prevents_no_answer(environment: Environment) -> None:
    """It looks as if it could be written to."""
    port, full = unused_port(), os.open("/dev/full", os.O_WRONLY)
    process = await portout_bot(environment.bot_variables(PORT=str(port)), "run", stdout=full)
    os.close(full)
    try:
        async with aiohttp.ClientSession() as session:
            bot = Bot(environment, session, port)
            async with asyncio.timeout(20):
                while not await is_alive(bot):  # noqa: ASYNC110  its log, which says so, cannot be read
                    await asyncio.sleep(PAUSE_SECONDS)
            message = message_of(await bot.command(environment.telnyx.samples.names["pending"]))
            ready = [await bot.get("/readyz") for _ in range(3)]
    finally:
        process.kill()
        await process.wait()

    assert "Waiting for your answer" in message.text
    assert ready == [(200, {"ready": True, "degraded": ["log"]})] * 3


async def is_alive(bot: Bot) -> bool:
    """Return whether the bot listens."""
    try:
        return (await bot.get("/healthz"))[0] == 200
    except aiohttp.ClientConnectorError:
        return False
