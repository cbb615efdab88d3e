"""How the cost scales: with the ids in one request, and with the alerts that come together."""

import asyncio

from bench.harness import BOT, Harness, cpu_of
from bench.load import side_by_side
from bench.profiles import Profile

_MOST_AT_ONCE = 1_000


async def scaling(harness: Harness, profile: Profile) -> list[str]:
    """Return the lines of a table about both."""
    lines = ["| | CPU | each |", "|---|---|---|"]
    async with harness.server(BOT) as bot, harness.users(bot.url) as users:
        await side_by_side(lambda: users.wait_for_card(harness.new_event()), 50, 10)
        for count in (1, 2, 5, 10):

            async def ask(count: int = count) -> None:
                await users.command(" ".join(harness.new_event() for _ in range(count)))

            cpu = await cpu_of(bot, ask, max(10, profile.calls // 5), 1)
            lines.append(_line(f"a command with {count} new id{'s' * (count > 1)}", cpu, count))
        for count in (1, 10, 100, _MOST_AT_ONCE):
            if count > profile.alerts * 10:
                break
            before, wanted = bot.cpu_seconds, len(harness.slack.channels.messages["C0ALERTS"]) + count
            alerts = [asyncio.create_task(users.alert()) for _ in range(count)]
            async with asyncio.timeout(120):
                await harness.slack.channels.posted("C0ALERTS", wanted)
            await asyncio.gather(*alerts)
            lines.append(_line(f"{count:,} alert{'s' * (count > 1)} at once", bot.cpu_seconds - before, count))
    return lines


def _line(what: str, cpu: float, count: int) -> str:
    return f"| {what} | {cpu * 1e3:.1f} ms | {cpu / count * 1e3:.2f} ms |"
