"""The result of a soak test, counted and printed."""

import argparse
from collections.abc import Sequence

import msgspec
from msgspec import structs
from rich.console import Console
from rich.table import Table

from sandbox.soak.told import Told


class Tally(msgspec.Struct):
    """The counts of a soak test.

    alerts: when each was sent, by its ts. placed: seconds until each reply was posted. commands: seconds until each
    answer arrived. cut_off: commands to a bot that was killed meanwhile. memory: bytes, of each bot. told: what the
    watch's channel has; None before it is counted.
    """

    alerts: dict[str, float] = {}
    placed: list[float] = []
    commands: list[float] = []
    redeliveries: int = 0
    lost: int = 0
    twice: int = 0
    unanswered: int = 0
    cut_off: int = 0
    kills: int = 0
    redis_troubles: int = 0
    exit_codes: list[int] = []
    memory_at_start: list[int] = []
    memory_at_end: list[int] = []
    told: Told | None = None

    @property
    def is_good(self) -> bool:
        """Return whether nothing was lost, nothing done twice, all is told, and every bot ended with exit code 0."""
        is_told = self.told is not None and self.told.is_good
        return is_told and not (self.lost or self.twice or self.unanswered or any(self.exit_codes))


def print_table(options: argparse.Namespace, tally: Tally) -> None:
    """Print the tally as a table."""
    table = Table("", "sent", "answered", "lost", "twice", "p50", "p99")
    answered = len(tally.alerts) - tally.lost
    table.add_row(
        "alerts", *map(str, (len(tally.alerts), answered, tally.lost, tally.twice)), *_median_and_p99(tally.placed)
    )
    sent = len(tally.commands) + tally.unanswered + tally.cut_off
    counts = (sent, len(tally.commands), tally.unanswered, "")
    table.add_row("commands", *map(str, counts), *_median_and_p99(tally.commands))
    console = Console(width=100, highlight=False)
    console.print(
        f"{options.minutes:g} min, {options.replicas} bots, one killed every {options.kill_every:g} s ({tally.kills} "
        f"times), {tally.redis_troubles} troubles of Redis, {options.telnyx_faults:.0%} of Telnyx's answers and "
        f"{options.slack_faults:.0%} of Slack's failing"
    )
    console.print(table)
    if tally.told is not None:
        console.print(_watch_table(tally.told))
    console.print(f"alerts delivered again: {tally.redeliveries}; commands cut off by a kill: {tally.cut_off}")
    start, end = _mebibytes(tally.memory_at_start), _mebibytes(tally.memory_at_end)
    console.print(f"memory of each bot: {start} at the start, {end} at the end")
    console.print(f"exit codes at the end: {tally.exit_codes}")


def _watch_table(told: Told) -> Table:
    table = Table("the watch", "expected", "there", "missing", "twice", "wrong")
    for name, counts in (("messages", told.messages), ("lines", told.lines)):
        table.add_row(name, *map(str, structs.astuple(counts)))
    return table


def _median_and_p99(seconds: Sequence[float]) -> tuple[str, str]:
    ordered = sorted(seconds) or [0.0]
    return tuple(f"{ordered[int(part * (len(ordered) - 1))]:.2f} s" for part in (0.5, 0.99))  # type: ignore[return-value]


def _mebibytes(amounts: Sequence[int]) -> str:
    return ", ".join(f"{amount / 2**20:.0f} MiB" for amount in amounts)
