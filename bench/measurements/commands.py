"""What a command takes, beside the documented way and beside what Bolt alone takes."""

import statistics
import time
from collections.abc import Callable
from functools import partial

from bench.harness import People, Server, Workshop, cpu_of
from bench.profiles import Effort
from bench.report import Row, faster, seconds, times

_WHY_CACHED = (
    "nothing stands out: a fifth is drawing the card, "
    "the rest the front door, the look-up's tasks, the audit line, counting"
)
_WHY_CALLS = "as above, and each call to Telnyx by aiohttp costs about half of Bolt's whole acknowledgement"


async def commands(shop: Workshop, effort: Effort, bot: Server, documented: Server) -> list[Row]:
    """Let people look new events up, with their orders, here and there."""
    rows = []
    async with shop.people(bot.url) as here, shop.people(documented.url) as there:
        for at_a_time in (1, 50):
            calls = effort.calls if at_a_time > 1 else effort.calls // 4
            ours: list[tuple[float, float]] = []
            theirs: list[tuple[float, float]] = []
            for number in range(effort.rounds + 1):
                taken = await _round(shop, here, bot, calls, at_a_time)
                others = await _round(shop, there, documented, calls // 2, at_a_time)
                if number:  # the first warms up
                    ours.append(taken)
                    theirs.append(others)
            cpu, rate = zip(*ours, strict=True)
            other_cpu, other_rate = zip(*theirs, strict=True)
            what = f"command with the card (event and order) in the acknowledgement, CPU, {at_a_time} at a time"
            rows.append(times(f"{what} ({seconds(cpu)})", "the documented way", cpu, other_cpu, 0.3))
        what = f"commands a second, 50 at a time, one core ({statistics.median(rate):.0f}/s)"
        rows.append(faster(what, "the documented way", other_rate, rate))
    return rows


async def _round(shop: Workshop, people: People, server: Server, calls: int, at_a_time: int) -> tuple[float, float]:
    started = time.perf_counter()
    cpu = await cpu_of(server, lambda: people.see_card(shop.new_event()), calls, at_a_time)
    return cpu, calls / (time.perf_counter() - started)


async def parts(shop: Workshop, effort: Effort, bot: Server, bare: Server) -> list[Row]:
    """Compare what a look-up adds to the least that Bolt does."""
    rows = []
    known = shop.new_event()
    async with shop.people(bot.url) as here, shop.people(bare.url) as there:
        kinds: dict[str, tuple[Callable[[], str], float, str]] = {
            "from the cache": (lambda: known, 2, _WHY_CACHED),
            "event only": (lambda: shop.new_event(order=False), 3, _WHY_CALLS),
            "event and order": (shop.new_event, 3.5, _WHY_CALLS),
        }
        for at_a_time in (1, 50):
            calls = effort.calls if at_a_time > 1 else effort.calls // 2
            measured: dict[str, list[float]] = {kind: [] for kind in kinds}
            floor = []
            for number in range(effort.rounds + 1):
                acknowledged = await cpu_of(bare, lambda: there.ask(known), calls, at_a_time)
                floor += [acknowledged] * bool(number)
                for kind, (event, _, _) in kinds.items():
                    cpu = await cpu_of(bot, partial(_see, here, event), calls, at_a_time)
                    measured[kind] += [cpu] * bool(number)
            for kind, (_, target, why) in kinds.items():
                what = f"command, {kind}, CPU, {at_a_time} at a time ({seconds(measured[kind])})"
                rows.append(times(what, "bare Bolt that only acknowledges", measured[kind], floor, target, why))
    return rows


async def _see(people: People, event: Callable[[], str]) -> None:
    await people.see_card(event())
