"""Measure every promise about speed beside a peer, in one run, round by round, and count instructions.

`make bench` writes the tables to `docs/speed.md`; with QUICK=1 it only shows that the benchmark works. With ONLY=… it
does some parts, and writes nothing. Each of these fails when instructions are counted and one number is too far above
the recorded one. With RECORD=1 the instructions are counted and recorded, and nothing else is done.
"""

import argparse
import asyncio
import os
import platform
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.harness import open_harness
from bench.instructions.callgrind import why_not_counted
from bench.instructions.counting import count_all
from bench.instructions.record import WHAT_TO_DO, Record, compare, read_record, record_of, write_record
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
_COUNTED: Final = (
    "Instructions for one of each, counted by callgrind with {}. `make bench QUICK=1` fails when one of them is more "
    "than 5 % above what `bench/instructions/recorded.json` has:"
)
_INSTRUCTIONS: Final = "instructions"
_PACKAGES: Final = ("slack-bolt", "slack-sdk", "aiohttp", "msgspec", "telnyx")


async def measure(profile: Profile, parts: Iterable[str], *, with_scaling: bool) -> tuple[list[Row], list[str]]:
    """Return the rows of the table and the lines about scaling, measured one after the other."""
    rows: list[Row] = []
    print(HEADING, flush=True)
    for name in parts:
        # With stand-ins of its own: a large account makes them slower.
        async with open_harness() as harness:
            async for row in PARTS[name](harness, profile):
                rows.append(row)
                print(row.line(), flush=True)
    if not with_scaling:
        return rows, []
    async with open_harness() as harness:
        return rows, await scaling(harness, profile)


async def count(*, is_needed: bool) -> Record | None:
    """Return the instructions, counted one after the other; where they cannot be, None, or exit if they are needed."""
    if why := why_not_counted():
        reason = f"Instructions not counted: {why}."
        if is_needed:
            sys.exit(reason)
        print(reason)
        return None
    instructions: dict[str, int] = {}
    async for what, number in count_all():
        instructions[what] = number
        print(f"{what}: {number:,} instructions", flush=True)
    return record_of(instructions)


def page(rows: Sequence[Row], scaling_lines: Sequence[str], counted: Record | None, profile: Profile) -> str:
    """Return the text of `docs/speed.md`."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    where = f"Python {platform.python_version()}, {versions}; over loopback, server and load on a core each"
    made = f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}, on {_processor()}: {where}."
    measured = "\n".join([HEADING, *(row.line() for row in rows)])
    growing = "\n".join(["How the cost grows:\n", *scaling_lines])
    method = _METHOD.format(profile.rounds, profile.far_rounds)
    parts = ["# Speed", f"{made}\n{method}", measured, _PEERS, growing]
    if counted is not None:
        lines = (f"| {what} | {number:,} |" for what, number in counted.instructions.items())
        parts += [_COUNTED.format(counted.interpreter), "\n".join(["| | instructions |", "|---|---|", *lines])]
    return "\n\n".join(parts) + "\n"


def _processor() -> str:
    """Return the kind of processor, and how many cores the benchmark may use."""
    (name, *_) = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE) or [
        "a processor"
    ]
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and count, and write the page unless this is a part or quick; exit with 1 after too large a count."""
    options = _options(arguments)
    if options.record:
        if counted := asyncio.run(count(is_needed=True)):
            write_record(counted)
        return
    profile = QUICK if options.quick else FULL
    parts = [name for name in options.only or PARTS if name in PARTS]
    counts = _INSTRUCTIONS in options.only or not options.only
    counted = asyncio.run(count(is_needed="CI" in os.environ)) if counts else None
    if parts:
        rows, scaling_lines = asyncio.run(measure(profile, parts, with_scaling=not options.only))
        print("\n", "\n".join(scaling_lines), sep="")
        if profile is QUICK:
            print("\nThis was one short round: it shows that the benchmark works, not how fast the bot is.")
        elif not options.only:
            PAGE.write_text(page(rows, scaling_lines, counted, profile), encoding="utf-8")
    if counted:
        _judge(counted)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of everything; writes nothing")
    parser.add_argument(
        "--only", nargs="*", choices=[*PARTS, _INSTRUCTIONS], default=[], help="only these parts; writes nothing"
    )
    parser.add_argument("--record", action="store_true", help="count instructions, and record them; nothing else")
    return parser.parse_args(arguments)


def _judge(counted: Record) -> None:
    """Print how the counts compare with the recorded ones; exit with 1 if one is too far above."""
    comparison = compare(counted, read_record())
    print("", *comparison.notes, sep="\n")
    if not comparison.notes and not comparison.failures:
        print("Instructions: as recorded.")
    if comparison.failures:
        sys.exit("\n".join([*comparison.failures, WHAT_TO_DO]))


if __name__ == "__main__":
    main()
