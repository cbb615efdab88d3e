"""The cost of a command, beside the documented way and beside Bolt alone, and of a forged one."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
from msgspec import Struct

from bench.harness import WITHOUT_ORDER, Harness, Server, Users, cpu_of
from bench.profiles import Profile
from bench.report import Row, faster, seconds, times
from sandbox.slack.sender import signed_headers

_WHY = "drawing the card is a third of a command; the rest is spread thin: the look-up, verifying, the audit line"


class _Kind(Struct, frozen=True):
    """A kind of look-up. floor: the same for `peer`, which does the least that it takes. target: at most."""

    name: str
    work: Callable[[], Awaitable[object]]
    peer: Server
    floor: Callable[[], Awaitable[object]]
    target: float


async def command_costs(harness: Harness, profile: Profile, bot: Server, documented: Server) -> list[Row]:
    """Return the rows of look-ups of new events, with their orders, by the bot and by the documented way."""
    rows = []
    async with harness.users(bot.url) as here, harness.users(documented.url) as there:
        for at_a_time in (1, 50):
            calls = profile.calls if at_a_time > 1 else profile.calls // 4
            ours: list[tuple[float, float]] = []
            theirs: list[tuple[float, float]] = []
            for number in range(profile.rounds + 1):
                taken = await _round(harness, here, bot, calls, at_a_time)
                others = await _round(harness, there, documented, calls // 2, at_a_time)
                if number:  # the first warms up
                    ours.append(taken)
                    theirs.append(others)
            cpu, rate = zip(*ours, strict=True)
            other_cpu, other_rate = zip(*theirs, strict=True)
            what = f"command with the card (event and order) in the acknowledgement, CPU, {at_a_time} at a time"
            rows.append(times(f"{what} ({seconds(cpu)})", "the documented way", cpu, other_cpu, 0.3, _WHY))
        what = f"commands a second, 50 at a time, one core ({statistics.median(rate):.0f}/s)"
        rows.append(faster(what, "the documented way", other_rate, rate))
    return rows


async def _round(harness: Harness, users: Users, server: Server, calls: int, at_a_time: int) -> tuple[float, float]:
    started = time.perf_counter()
    cpu = await cpu_of(server, lambda: users.wait_for_card(harness.new_event()), calls, at_a_time)
    return cpu, calls / (time.perf_counter() - started)


async def lookup_costs(harness: Harness, profile: Profile, bot: Server, bare: Server, get: Server) -> list[Row]:
    """Return the rows of what a look-up costs, as a multiple of the least that its work costs.

    bare: acknowledges only. get: also fetches the event, and the order that it names. At most ten at a time, as the
    bot makes no more calls to Telnyx at once.
    """
    rows = []
    async with (
        harness.users(bot.url) as here,
        harness.users(bare.url) as acknowledging,
        harness.users(get.url) as fetching,
    ):
        known = harness.new_event()
        kinds = [
            _Kind("from the cache", lambda: here.wait_for_card(known), bare, lambda: acknowledging.command(known), 1.9),
            _Kind(
                "event only",
                lambda: here.wait_for_card(harness.new_event(order=False), WITHOUT_ORDER),
                get,
                lambda: fetching.command(harness.new_event(order=False)),
                1.6,
            ),
            _Kind(
                "event and order",
                lambda: here.wait_for_card(harness.new_event()),
                get,
                lambda: fetching.command(harness.new_event()),
                1.6,
            ),
        ]
        for at_a_time in (1, 10):
            calls = profile.calls if at_a_time > 1 else profile.calls // 2
            costs, floors = await _in_turn(bot, kinds, profile.rounds, calls, at_a_time)
            for kind, cost, floor in zip(kinds, costs, floors, strict=True):
                against = f"{'bare Bolt' if kind.peer is bare else 'Bolt and bare GETs'} ({seconds(floor)})"
                what = f"command, {kind.name}, CPU, {at_a_time} at a time ({seconds(cost)})"
                rows.append(times(what, against, cost, floor, kind.target, _WHY))
    return rows


async def _in_turn(
    bot: Server, kinds: Sequence[_Kind], rounds: int, calls: int, at_a_time: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return the CPU seconds of each kind in each round, by the bot and by its peer."""
    costs: list[list[float]] = [[] for _ in kinds]
    floors: list[list[float]] = [[] for _ in kinds]
    for number in range(rounds + 1):
        for kind, cost, floor in zip(kinds, costs, floors, strict=True):
            least = await cpu_of(kind.peer, kind.floor, calls, at_a_time)
            cpu = await cpu_of(bot, kind.work, calls, at_a_time)
            if number:  # the first warms up
                cost.append(cpu)
                floor.append(least)
    return costs, floors


async def forged_request_cost(profile: Profile, bot: Server, bare: Server) -> Row:
    """Return the row of a large form whose signature is wrong."""
    body = b"a=1&" * 2**18
    headers = signed_headers("not the secret", body) | {"content-type": "application/x-www-form-urlencoded"}
    async with aiohttp.ClientSession() as session:

        def post(server: Server) -> Callable[[], Awaitable[object]]:
            async def work() -> None:
                async with session.post(f"{server.url}/slack/events", data=body, headers=headers) as response:
                    if response.status != 401:
                        raise RuntimeError(f"a forged request was answered {response.status}")

            return work

        ours: list[float] = []
        theirs: list[float] = []
        for number in range(profile.rounds + 1):
            mine, other = await cpu_of(bot, post(bot), 20, 1), await cpu_of(bare, post(bare), 5, 1)
            if number:
                ours, theirs = [*ours, mine], [*theirs, other]
    what = f"a forged 1 MiB form of 262,144 fields, CPU ({seconds(ours)})"
    return times(what, "bare Bolt", ours, theirs, 1 / 50)
