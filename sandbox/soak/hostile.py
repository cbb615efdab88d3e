"""Compare the time of a person's command with and without attackers, in turns."""

import argparse
import asyncio
import random
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import aiohttp
from rich.console import Console
from rich.table import Table

from sandbox import faults
from sandbox.bot_process import ROOT, BotProcess, bot_variables
from sandbox.serve import serve
from sandbox.slack.payloads import command
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.soak import attackers
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

MAX_RATIO: Final = 1.5
"""How many times as long a command may take beside the attackers."""

_ROUND_SECONDS: Final = 10.0  # half of it with attackers
_PAUSE_SECONDS: Final = 0.1  # between an answer and the next command
_TELNYX_SECONDS: Final = 0.05


class Traffic:
    """People who ask, one after the other. users: how many did, each of them once, so that no rate limit counts."""

    def __init__(self, sender: SignedSender, slack_url: str, event_ids: list[str]) -> None:
        """Prepare the traffic, the same in every run."""
        self._sender = sender
        self._slack_url = slack_url
        self._ids = event_ids
        self._dice = random.Random(1)
        self.users = 0
        self.unanswered = 0

    async def measure(self, seconds: float) -> list[float]:
        """Send commands for some seconds; return how long each took."""
        times, end = list[float](), time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.users += 1
            url = f"{self._slack_url}/response/{uuid4().hex}"
            typed = command(self._dice.choice(self._ids), response_url=url, user=f"U{self.users}")
            started = time.perf_counter()
            answer = await self._sender.command(typed)
            times.append(time.perf_counter() - started)
            self.unanswered += answer.status != 200
            await asyncio.sleep(_PAUSE_SECONDS)
        return times


@asynccontextmanager
async def attacking(url: str) -> AsyncIterator[None]:
    """Attack the bot at `url` while the context is open."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", attackers.__name__, url), cwd=ROOT, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == attackers.READY
        yield
    finally:
        process.kill()
        await process.wait()


async def run(options: argparse.Namespace) -> int:
    """Measure, print the result, and return the exit code: 1 if attackers cost people too much."""
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    telnyx.script.always(faults.slow(_TELNYX_SECONDS))
    async with AsyncExitStack() as stack:
        slack_url = await stack.enter_async_context(serve(slack.app()))
        telnyx_url = await stack.enter_async_context(serve(telnyx.app()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        bot = BotProcess(bot_variables(slack, slack_url, telnyx, telnyx_url))
        stack.push_async_callback(bot.kill)
        await bot.start()
        sender = SignedSender(session, f"{bot.url}/slack/events", slack.signing_secret)
        traffic = Traffic(sender, slack_url, list(telnyx.samples.names.values()))
        await traffic.measure(1)
        quiet, hostile = list[float](), list[float]()
        for _ in range(max(3, round(options.minutes * 60 / _ROUND_SECONDS))):
            quiet += await traffic.measure(_ROUND_SECONDS / 2)
            async with attacking(bot.url):
                hostile += await traffic.measure(_ROUND_SECONDS / 2)
        code = await bot.stop()
    ratio = statistics.median(hostile) / statistics.median(quiet)
    _print(quiet, hostile, ratio, traffic.unanswered)
    return 0 if ratio < MAX_RATIO and not traffic.unanswered and code == 0 else 1


def _print(quiet: list[float], hostile: list[float], ratio: float, unanswered: int) -> None:
    table = Table("a person's command", "sent", "p50", "p99")
    for name, times in (("alone", quiet), ("beside the attackers", hostile)):
        ordered = sorted(times)
        cells = (f"{ordered[int(part * (len(ordered) - 1))] * 1000:.1f} ms" for part in (0.5, 0.99))
        table.add_row(name, str(len(times)), *cells)
    console = Console(width=100, highlight=False)
    console.print(
        f"{attackers.GZIP} attackers with gzip, {attackers.IDLE} idle connections, {attackers.SLOW_BODIES} slow "
        f"bodies, {attackers.SCRAPERS} scrapers; Telnyx at {_TELNYX_SECONDS * 1000:.0f} ms"
    )
    console.print(table)
    console.print(f"{ratio:.2f}x as long (less than {MAX_RATIO}x is good); unanswered: {unanswered}")
