"""Measure every promise about speed beside a peer, in one run, round by round.

`make bench` writes the table to `docs/speed.md`; with QUICK=1 it only shows that the benchmark works. With ONLY=… it
measures some parts, and writes nothing.
"""

import argparse
import asyncio
import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.harness import open_harness
from bench.measurements.scaling import scaling
from bench.parts import PARTS
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
    "`respond()`. *Bare Bolt* is `bench/peers/bare_bolt.py`: one command, acknowledged with one short text; *Bolt and "
    "bare GETs*, `bench/peers/bolt_get.py`, also fetches the event and its order, and does nothing with them. "
    "*To visible card*: new connections take two round trips, as TCP and TLS 1.3 do."
)
_PACKAGES: Final = ("slack-bolt", "slack-sdk", "aiohttp", "msgspec", "telnyx")


async def measure(profile: Profile, only: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the rows of the table and the lines about scaling, measured one after the other.

    only: the names of the parts; all, and the scaling, if there are none.
    """
    rows: list[Row] = []
    print(HEADING, flush=True)
    for name in only or PARTS:
        # With stand-ins of its own: a large account makes them slower.
        async with open_harness() as harness:
            async for row in PARTS[name](harness, profile):
                rows.append(row)
                print(row.line(), flush=True)
    if only:
        return rows, []
    async with open_harness() as harness:
        return rows, await scaling(harness, profile)


def page(rows: Sequence[Row], scaling_lines: Sequence[str], profile: Profile) -> str:
    """Return the text of `docs/speed.md`."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    where = f"Python {platform.python_version()}, {versions}; over loopback, server and load on a core each"
    made = f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}, on {_processor()}: {where}."
    table = "\n".join([HEADING, *(row.line() for row in rows)])
    growing = "\n".join(["How the cost grows:\n", *scaling_lines])
    return (
        "\n\n".join(
            ["# Speed", f"{made}\n{_METHOD.format(profile.rounds, profile.far_rounds)}", table, _PEERS, growing]
        )
        + "\n"
    )


def _processor() -> str:
    """Return the kind of processor, and how many cores the benchmark may use."""
    (name, *_) = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE) or [
        "a processor"
    ]
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def main() -> None:
    """Measure, and write the page unless the profile is the quick one."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of everything; writes nothing")
    parser.add_argument("--only", nargs="*", choices=[*PARTS], default=[], help="only these parts; writes nothing")
    options = parser.parse_args()
    profile = QUICK if options.quick else FULL
    rows, scaling_lines = asyncio.run(measure(profile, options.only))
    print("\n", "\n".join(scaling_lines), sep="")
    if profile is QUICK:
        print("\nThis was one short round: it shows that the benchmark works, not how fast the bot is.")
    elif not options.only:
        PAGE.write_text(page(rows, scaling_lines, profile), encoding="utf-8")


if __name__ == "__main__":
    main()
