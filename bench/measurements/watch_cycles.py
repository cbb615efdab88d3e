"""What the watch costs while nothing happens: calls, CPU and memory, in a large account in which many orders wait."""

import statistics
from asyncio.subprocess import PIPE, Process
from datetime import timedelta
from typing import Final

from bench.harness import Harness
from bench.profiles import Profile
from bench.programs import exchange, killed
from bench.report import Row, at_most
from sandbox.telnyx.account import Account

_ORDERS: Final = 10_000
_WAITING: Final = 300
_WAITING_HOURS: Final = 20  # the oldest that waits was opened so long ago, and all others before
_DAYS: Final = 30
_WARM_UP: Final = 10
_CHANNEL: Final = "C0DESK"


async def watch_cycles(harness: Harness, profile: Profile) -> list[Row]:
    """Return the rows of cycles without news, after those that post a message for each order that waits.

    The account of `harness` is filled, and is of no use for anything else afterwards.
    """
    _fill(harness.telnyx.account)
    variables = harness.variables | {"WATCH_CHANNEL": _CHANNEL, "LOG_LEVEL": "error"}
    process = await harness.spawn("bench.watcher", variables=variables, stdin=PIPE, stdout=PIPE)
    async with killed(process):
        for _ in range(_WARM_UP):
            await _cycle(process)
        if len(harness.slack.channels.messages[_CHANNEL]) != _WAITING + 1:
            raise RuntimeError("not every order that waits has its message")
        _, resident = await _cycle(process)
        calls, cpu, grown = list[int](), list[float](), 0.0
        for _ in range(profile.cycles):
            before = _calls(harness)
            seconds, now_resident = await _cycle(process)
            cpu.append(seconds * 1e3)
            calls.append(_calls(harness) - before)
            grown = (now_resident - resident) / 2**20
    with_list = [one for one, count in zip(cpu, calls, strict=True) if count > min(calls)]
    what = f"a cycle of the watch when nothing is new, {_ORDERS:,} orders, {_WAITING} of them waiting"
    return [
        at_most(f"{what}: calls to Telnyx and Slack, the most of {profile.cycles} cycles", max(calls), 6),
        at_most("the same, CPU, median", statistics.median(cpu), 20, " ms"),
        at_most("every tenth of these, which lists what waits, CPU, median", statistics.median(with_list), 20, " ms"),
        at_most(f"growth after {profile.cycles} such cycles, warmed up", max(0.0, grown), 10, " MiB"),
    ]


def _fill(account: Account) -> None:
    """Open orders over the last 30 days, most of them authorized since; those that wait are the newest."""
    waiting = timedelta(hours=_WAITING_HOURS)
    account.samples.orders.clear()
    account.samples.events.clear()
    for number in range(_ORDERS - _WAITING):
        account.clock.offset = -timedelta(days=_DAYS) + number / _ORDERS * (timedelta(days=_DAYS) - waiting)
        account.change_status(account.open_order(), "authorized")
    for number in range(_WAITING):
        account.clock.offset = (number / _WAITING - 1) * waiting
        account.open_order()
    account.clock.offset = timedelta()


async def _cycle(process: Process) -> tuple[float, int]:
    """Run a cycle; return the CPU seconds that it took, and the resident bytes of its process after it."""
    seconds, resident = (await exchange(process, b"\n")).split()
    return float(seconds), int(resident)


def _calls(harness: Harness) -> int:
    return len(harness.telnyx.calls) + len(harness.slack.calls)
