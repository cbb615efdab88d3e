"""What the bot takes of a machine before anybody asks it anything, and what its client takes for a call."""

import asyncio
import statistics
from asyncio.subprocess import PIPE

from bench.harness import BARE, BOT, Workshop
from bench.load import side_by_side
from bench.profiles import Effort
from bench.report import Row, at_most, faster, seconds, times

_SETTLE_SECONDS = 0.3
_WHY_START = "structlog (and rich, which it imports), prometheus-client, tenacity and the bot itself are imported, too"


async def starting(shop: Workshop, effort: Effort) -> list[Row]:
    """Start the bot and bare Bolt in turn; then see what memory many commands leave behind."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for number in range(effort.rounds * 2 + 1):
        for module, taken in ((BARE, theirs), (BOT, ours)):
            async with shop.server(module) as server:
                await asyncio.sleep(_SETTLE_SECONDS)
                if number:  # the first fills the disk's cache
                    taken.append((server.start_seconds, server.resident_mib))
    start, memory = zip(*ours, strict=True)
    other_start, other_memory = zip(*theirs, strict=True)
    async with shop.server(BOT) as bot, shop.people(bot.url) as people:
        await side_by_side(lambda: people.see_card(shop.new_event()), effort.bulk // 4, 50)
        before = bot.resident_mib
        await side_by_side(lambda: people.see_card(shop.new_event()), effort.bulk, 50)
        grown = bot.resident_mib - before
    return [
        times(f"start to listening ({seconds(start)})", "bare Bolt", start, other_start, 1.4, _WHY_START),
        times(f"memory, idle ({statistics.median(memory):.0f} MiB)", "bare Bolt", memory, other_memory, 1.25),
        at_most(f"growth after {effort.bulk:,} commands, warmed up", max(0.0, grown), 5, " MiB"),
    ]


async def fetching(shop: Workshop, effort: Effort) -> Row:
    """Fetch one event 50 at a time, by each client in processes of their own, in turn."""
    event_id = shop.new_event()
    ours, theirs = [], []
    for _ in range(effort.rounds):
        ours.append(await _fetched(shop, "bot", effort.calls * 2, event_id))
        theirs.append(await _fetched(shop, "sdk", effort.calls // 2, event_id))
    return faster(f"fetch an event, CPU, 50 at a time ({seconds(ours)})", "`AsyncTelnyx`", ours, theirs, 10)


async def _fetched(shop: Workshop, who: str, calls: int, event_id: str) -> float:
    """Give the CPU seconds that a call takes."""
    process = await shop.spawn("bench.peers.fetch", who, str(calls), "50", event_id, stdout=PIPE)
    out, _ = await process.communicate()
    return float(out) / calls
