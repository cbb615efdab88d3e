"""How long the bot takes to start, how much memory it has then, and how much after many commands."""

import asyncio
import statistics

from bench.harness import BARE, BOT, Harness
from bench.load import side_by_side
from bench.profiles import Profile
from bench.report import Row, at_most, seconds, times

_SETTLE_SECONDS = 0.3
_WHY_START = "a third are msgspec, structlog and prometheus-client, the rest the bot's own 160 modules"
_WHY_MEMORY = "3.5 MiB are msgspec, structlog and prometheus-client, the rest the bot's own 160 modules"


async def startup_and_memory(harness: Harness, profile: Profile) -> list[Row]:
    """Return the rows of starts of the bot and bare Bolt in turn, and of the memory that many commands leave."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for number in range(profile.rounds * 2 + 1):
        for module, taken in ((BARE, theirs), (BOT, ours)):
            async with harness.server(module) as server:
                await asyncio.sleep(_SETTLE_SECONDS)
                if number:  # the first fills the disk's cache
                    taken.append((server.start_seconds, server.resident_mib))
    start, memory = zip(*ours, strict=True)
    other_start, other_memory = zip(*theirs, strict=True)
    async with harness.server(BOT) as bot, harness.users(bot.url) as users:
        await side_by_side(lambda: users.wait_for_card(harness.new_event()), profile.bulk // 4, 50)
        before = bot.resident_mib
        await side_by_side(lambda: users.wait_for_card(harness.new_event()), profile.bulk, 50)
        grown = bot.resident_mib - before
    return [
        times(f"start to listening ({seconds(start)})", "bare Bolt", start, other_start, 1.1, _WHY_START),
        times(
            f"memory, idle ({statistics.median(memory):.0f} MiB)", "bare Bolt", memory, other_memory, 1.15, _WHY_MEMORY
        ),
        at_most(f"growth after {profile.bulk:,} commands, warmed up", max(0.0, grown), 5, " MiB"),
    ]
