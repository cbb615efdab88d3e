"""The benchmark: every promise about speed, measured beside a peer in one run, round by round.

`make bench` writes the table to `docs/speed.md`; QUICK=1 only shows that the benchmark works.
"""

import argparse
import asyncio
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.harness import BARE, BOT, DOCUMENTED, workshop
from bench.measurements.commands import commands, parts
from bench.measurements.in_process import inside
from bench.measurements.latency import far_away, flood
from bench.measurements.scaling import growth
from bench.measurements.startup_and_memory import fetching, starting
from bench.measurements.upstream_calls import economy, forged
from bench.profiles import FULL, QUICK, Effort
from bench.report import HEADING, Row

PAGE: Final = Path(__file__).parent.parent / "docs/speed.md"
_MANNER: Final = (
    "A ratio is the median of {} rounds ({} of those that idle), in which the bot and its peer took turns; "
    "rows without a peer are one run. "
    "Trust the ratios more than the times."
)
_PEERS: Final = (
    "*The documented way* is `bench/peers/documented.py`: Bolt's default mode, Telnyx's SDK, block models, "
    "`respond()`. *Bare Bolt* is `bench/peers/bare_bolt.py`: one command, acknowledged with a word. "
    "*To visible card*: new connections take two round trips, as TCP and TLS 1.3 do."
)
_PACKAGES: Final = ("slack-bolt", "slack-sdk", "aiohttp", "msgspec", "telnyx")


async def measure(effort: Effort) -> tuple[list[Row], list[str]]:
    """Measure everything, one after the other."""
    rows: list[Row] = []

    def say(*more: Row) -> None:
        rows.extend(more)
        for row in more:
            print(row.line(), flush=True)

    print(HEADING, flush=True)
    say(*inside(effort.rounds))
    async with workshop() as shop:
        say(await fetching(shop, effort))
        async with shop.server(BOT) as bot, shop.server(DOCUMENTED) as documented:
            say(*await commands(shop, effort, bot, documented))
            say(await flood(shop, effort, bot))
        async with shop.server(BOT) as bot, shop.server(BARE) as bare:
            say(*await parts(shop, effort, bot, bare))
            say(*await economy(shop, effort, bot))
            say(await forged(effort, bot, bare))
        say(await far_away(shop, effort), *await starting(shop, effort))
        return rows, await growth(shop, effort)


def page(rows: Sequence[Row], grown: Sequence[str], effort: Effort) -> str:
    """Write the page."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    where = f"Python {platform.python_version()}, {versions}; over loopback, server and load on a core each"
    made = f"Written by `make bench`: {where}."
    table = "\n".join([HEADING, *(row.line() for row in rows)])
    growing = "\n".join(["How the cost grows:\n", *grown])
    return (
        "\n\n".join(["# Speed", f"{made}\n{_MANNER.format(effort.rounds, effort.far_rounds)}", table, _PEERS, growing])
        + "\n"
    )


def main() -> None:
    """Measure, and write the page unless it was only a try."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of everything; writes nothing")
    effort = QUICK if parser.parse_args().quick else FULL
    rows, grown = asyncio.run(measure(effort))
    print("\n", "\n".join(grown), sep="")
    if effort is QUICK:
        print("\nThis was one short round: it shows that the benchmark works, not how fast the bot is.")
    else:
        PAGE.write_text(page(rows, grown, effort), encoding="utf-8")


if __name__ == "__main__":
    main()
