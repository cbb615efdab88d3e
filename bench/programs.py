"""Programs that a measurement starts, and ends when it is over."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def killed(process: Process) -> AsyncIterator[None]:
    """Kill a program at the end, and wait until it is gone."""
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def exchange(process: Process, line: bytes) -> bytes:
    """Send a line to a program that answers each with one; return the answer."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a process without pipes")
    process.stdin.write(line)
    answer = await process.stdout.readline()
    if not answer:
        raise RuntimeError("the program ended")
    return answer
