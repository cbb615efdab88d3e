"""What is counted: work that needs no server, a person's command through the whole bot, and the watch."""

from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeAlias

from bench.harness import BOT, Harness, open_harness
from bench.instructions.callgrind import VARIABLES, open_counter
from bench.programs import exchange, killed
from portout.watch.cycle import PENDING_EVERY

_BATCHES: Final = 3  # of which the smallest counts: what a timer starts in one is not in all of them
_WARM_UP: Final = 20
_COMMANDS: Final = 25  # in a batch, which has to end before the bot's cache forgets
_WORKLOAD: Final[Mapping[str, tuple[str, int]]] = {
    "decode an event": ("decode-event", 400),
    "a whole answer, encoded: event and order": ("draw-card", 40),
    "read a list of 250 events": ("read-list", 3),
    "a whole answer, encoded: order with 250 events": ("draw-list", 3),
}
"""Rows: the name of the work in `bench.instructions.workload`, and how many times it is done in a batch."""

_Read: TypeAlias = Callable[[], Awaitable[int]]  # returns the instructions since the last call


async def count_all() -> AsyncIterator[tuple[str, int]]:
    """Yield each row: what is done, and the instructions that it takes."""
    for count in (_workload, _commands, _watch):
        async with open_harness() as harness:
            async for row in count(harness):
                yield row


async def _workload(harness: Harness) -> AsyncIterator[tuple[str, int]]:
    async with _program(harness, "bench.instructions.workload", {}) as (send, read):
        for what, (name, times) in _WORKLOAD.items():
            line = f"{name} {times}\n".encode()
            await send(line)
            yield what, await _least(read, partial(send, line)) // times


async def _commands(harness: Harness) -> AsyncIterator[tuple[str, int]]:
    async with (
        open_counter() as counter,
        harness.server(counter.module(*BOT), VARIABLES, counter.prefix) as bot,
        harness.users(bot.url) as users,
    ):
        known = harness.new_event()
        kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "a command, from the cache": lambda: users.wait_for_card(known),
            "a command, event and order fetched": lambda: users.wait_for_card(harness.new_event()),
        }
        for what, command in kinds.items():
            for _ in range(_WARM_UP):
                await command()

            async def batch(command: Callable[[], Awaitable[None]] = command) -> None:
                for _ in range(_COMMANDS):
                    await command()

            yield what, await _least(counter.read, batch) // _COMMANDS


async def _watch(harness: Harness) -> AsyncIterator[tuple[str, int]]:
    variables = {**harness.variables, "WATCH_CHANNEL": "C0DESK", "LOG_LEVEL": "error"}
    async with _program(harness, "bench.watcher", variables) as (send, read):

        async def batch() -> None:
            for _ in range(PENDING_EVERY):
                await send(b"\n")

        await batch()
        yield "a cycle of the watch when nothing is new", await _least(read, batch) // PENDING_EVERY


async def _least(read: _Read, batch: Callable[[], Awaitable[object]]) -> int:
    """Return the instructions of the cheapest of some batches."""
    counts = []
    for _ in range(_BATCHES):
        await read()
        await batch()
        counts.append(await read())
    return min(counts)


@asynccontextmanager
async def _program(
    harness: Harness, module: str, variables: Mapping[str, str]
) -> AsyncIterator[tuple[Callable[[bytes], Awaitable[bytes]], _Read]]:
    """Run a program that answers each line with one; yields how to send one, and how to read its count."""
    async with open_counter() as counter:
        process = await harness.spawn(
            *counter.module(module),
            variables={**variables, **VARIABLES},
            stdin=PIPE,
            stdout=PIPE,
            prefix=counter.prefix,
        )
        async with killed(process):
            yield partial(exchange, process), counter.read
