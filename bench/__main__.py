"""Measure every promise about speed beside a peer, in one run, round by round.

`make bench` writes the table to `docs/speed.md`; with QUICK=1 it only shows that the benchmark works.
"""

import argparse
import asyncio
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.harness import BARE, BOT, DOCUMENTED, open_harness
from bench.measurements.commands import command_costs, forged_request_cost, lookup_costs
from bench.measurements.in_process import in_process_costs
from bench.measurements.latency import burst_latency, distant_latency, flood_latency
from bench.measurements.scaling import scaling
from bench.measurements.startup_and_memory import startup_and_memory
from bench.measurements.upstream_calls import fetch_cost, upstream_calls
from bench.profiles import FULL, QUICK, Profile
from bench.report import HEADING, Row

PAGE: Final = Path(__file__).parent.parent / "docs/speed.md"
_METHOD: Final = (
    "A ratio is the median of {} rounds ({} of those that idle), in which the bot and its peer took turns; "
    "rows without a peer are one run. "
    "Trust the ratios more than the times."
)
_PEERS: Final = (
    "*The documented way* is `bench/peers/documented.py`: Bolt's default mode, Telnyx's SDK, block models, "
    "`respond()`. *Bare Bolt* is `bench/peers/bare_bolt.py`: one command, acknowledged with one short text. "
    "*To visible card*: new connections take two round trips, as TCP and TLS 1.3 do."
)
_PACKAGES: Final = ("slack-bolt", "slack-sdk", "aiohttp", "msgspec", "telnyx")


async def measure(profile: Profile) -> tuple[list[Row], list[str]]:
    """Return the rows of the table and the lines about scaling, measured one after the other."""
    rows: list[Row] = []

    def report(*more: Row) -> None:
        rows.extend(more)
        for row in more:
            print(row.line(), flush=True)

    print(HEADING, flush=True)
    report(*in_process_costs(profile.rounds))
    async with open_harness() as harness:
        report(await fetch_cost(harness, profile))
        async with harness.server(BOT) as bot, harness.server(DOCUMENTED) as documented:
            report(*await command_costs(harness, profile, bot, documented))
            report(await flood_latency(harness, profile, bot), await burst_latency(harness, profile, bot))
        async with harness.server(BOT) as bot, harness.server(BARE) as bare:
            report(*await lookup_costs(harness, profile, bot, bare))
            report(*await upstream_calls(harness, profile, bot))
            report(await forged_request_cost(profile, bot, bare))
        report(await distant_latency(harness, profile), *await startup_and_memory(harness, profile))
        return rows, await scaling(harness, profile)


def page(rows: Sequence[Row], scaling_lines: Sequence[str], profile: Profile) -> str:
    """Return the text of `docs/speed.md`."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    where = f"Python {platform.python_version()}, {versions}; over loopback, server and load on a core each"
    made = f"Written by `make bench`: {where}."
    table = "\n".join([HEADING, *(row.line() for row in rows)])
    growing = "\n".join(["How the cost grows:\n", *scaling_lines])
    return (
        "\n\n".join(
            ["# Speed", f"{made}\n{_METHOD.format(profile.rounds, profile.far_rounds)}", table, _PEERS, growing]
        )
        + "\n"
    )


def main() -> None:
    """Measure, and write the page unless the profile is the quick one."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of everything; writes nothing")
    profile = QUICK if parser.parse_args().quick else FULL
    rows, scaling_lines = asyncio.run(measure(profile))
    print("\n", "\n".join(scaling_lines), sep="")
    if profile is QUICK:
        print("\nThis was one short round: it shows that the benchmark works, not how fast the bot is.")
    else:
        PAGE.write_text(page(rows, scaling_lines, profile), encoding="utf-8")


if __name__ == "__main__":
    main()
