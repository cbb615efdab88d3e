"""The parts of the benchmark, by the names for `make bench ONLY=…`."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, TypeAlias

from bench.harness import BARE, BOT, DOCUMENTED, GET, Harness
from bench.measurements.commands import command_costs, forged_request_cost, lookup_costs
from bench.measurements.in_process import in_process_costs
from bench.measurements.latency import burst_latency, distant_latency, flood_latency
from bench.measurements.searches import home_costs, search_cost
from bench.measurements.startup_and_memory import startup_and_memory
from bench.measurements.upstream_calls import fetch_cost, upstream_calls
from bench.measurements.watch_cycles import watch_cycles
from bench.measurements.worst_cases import worst_cases
from bench.profiles import Profile
from bench.report import Row

Part: TypeAlias = Callable[[Harness, Profile], AsyncIterator[Row]]
"""Measures, and yields rows of the table."""


async def _in_process(_harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    for row in in_process_costs(profile.rounds):
        yield row


async def _worst_cases(_harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    for row in worst_cases(profile.rounds):
        yield row


async def _commands(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    async with harness.server(BOT) as bot, harness.server(DOCUMENTED) as documented:
        for row in await command_costs(harness, profile, bot, documented):
            yield row


async def _lookups(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    async with harness.server(BOT) as bot, harness.server(BARE) as bare, harness.server(GET) as get:
        for row in await lookup_costs(harness, profile, bot, bare, get):
            yield row
        yield await forged_request_cost(profile, bot, bare)


async def _searches(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    async with harness.server(BOT) as bot:
        yield await search_cost(harness, profile, bot)
        for row in await home_costs(harness, profile, bot):
            yield row


async def _calls(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    yield await fetch_cost(harness, profile)
    async with harness.server(BOT) as bot:
        for row in await upstream_calls(harness, profile, bot):
            yield row


async def _waits(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    async with harness.server(BOT) as bot:
        yield await flood_latency(harness, profile, bot)
        yield await burst_latency(harness, profile, bot)
    for idle in profile.idle:
        yield await distant_latency(harness, profile, idle)


async def _processes(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    for row in await startup_and_memory(harness, profile):
        yield row


async def _watch(harness: Harness, profile: Profile) -> AsyncIterator[Row]:
    for row in await watch_cycles(harness, profile):
        yield row


PARTS: Final[Mapping[str, Part]] = {
    "in-process": _in_process,
    "worst-cases": _worst_cases,
    "commands": _commands,
    "lookups": _lookups,
    "searches": _searches,
    "calls": _calls,
    "waits": _waits,
    "processes": _processes,
    "watch": _watch,
}
"""What is measured, in this order."""
