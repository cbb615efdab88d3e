"""The bot as a process of its own, and a command of it in this one."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import aiohttp
import msgspec

from tests.conftest import Bot, Environment, write_log

ROOT = Path(__file__).parents[2]


async def portout_bot(
    variables: dict[str, str], *arguments: str, options: tuple[str, ...] = ("-W", "error"), stdout: int = PIPE
) -> Process:
    """Start `portout-bot` with these arguments, and with these environment variables only. options: of Python."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *options, "-m", "bot", *arguments), env=variables, cwd=ROOT, stdout=stdout, stderr=PIPE
    )


async def outcome(process: Process) -> tuple[int | None, str, str]:
    """Wait for the end of the process; return its exit code, stdout and stderr."""
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def printed(command: Awaitable[int], encoding: str = "utf-8") -> tuple[int, str, str]:
    """Run a command in this process; return its exit code and what it prints, stdout and stderr.

    encoding: of stdout. Bytes that it does not have are returned as lone surrogates.
    """
    out, err = TextIOWrapper(BytesIO(), encoding=encoding, write_through=True), StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = await command
    finally:
        write_log()  # the command has set up a log of its own
    return code, out.buffer.getvalue().decode(encoding, "surrogateescape"), err.getvalue()


@asynccontextmanager
async def process_bot(environment: Environment, log_file: Path, **changes: str) -> AsyncIterator[tuple[Bot, Process]]:
    """Start a bot in a process of its own and yield both; at the end, append its log to the log of the run."""
    process = await portout_bot(environment.bot_variables(**changes), "run")
    async with started(process, environment, log_file) as bot:
        yield bot, process


@asynccontextmanager
async def started(process: Process, environment: Environment, log_file: Path) -> AsyncIterator[Bot]:
    """Wait until the bot of a process listens, and yield it; at the end, append its log to the log of the run."""
    assert process.stdout is not None
    first = b""
    try:
        async with asyncio.timeout(20):
            first = await process.stdout.readline()
        entry = msgspec.json.decode(first)
        assert entry["event"] == "bot.started"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            yield Bot(environment, session, entry["port"])
    finally:
        if process.returncode is None:
            process.kill()
        with log_file.open("ab") as log:
            log.write(first + (await process.communicate())[0])
