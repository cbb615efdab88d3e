"""The event loop with a time of its own: how that passes."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.simulated_time import SimulatedTimeLoop


def taken(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the seconds that some work takes, by the loop's time and by the real one."""

    async def measure() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        started, really_started = loop.time(), time.monotonic()
        await work()
        return loop.time() - started, time.monotonic() - really_started

    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(measure())


def test_a_wait_counts_in_full() -> None:
    """Waits that overlap, too: each ends at its own time."""
    order = list[int]()

    async def wait(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    simulated, _ = taken(lambda: asyncio.gather(*map(wait, (20, 3, 11))))

    assert order == [3, 11, 20]
    assert 20 <= simulated < 20.1


def test_what_is_computed_makes_nothing_late() -> None:
    """A slow machine is no reason for a time-out."""

    async def compute() -> None:
        async with asyncio.timeout(0.1):
            time.sleep(0.2)  # noqa: ASYNC251  as if it were computed
            await asyncio.sleep(0)

    simulated, real = taken(compute)

    assert simulated < 0.1 < real


def test_a_question_without_a_pause_has_an_end() -> None:
    """The time of a loop that always works passes, too, so that a time-out ends a test that fails."""

    async def ask() -> None:
        async with asyncio.timeout(0.1):
            while True:  # noqa: ASYNC110  nothing else is under test
                await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        taken(ask)


async def in_a_thread() -> None:
    await asyncio.to_thread(time.sleep, 1)


async def beside_a_process() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    await asyncio.sleep(1)


@pytest.mark.parametrize("work", [in_a_thread, beside_a_process])
def test_what_the_loop_does_not_run_has_real_time(work: Callable[[], Awaitable[object]]) -> None:
    """A thread and a process are no faster than they are."""
    simulated, real = taken(work)

    assert min(simulated, real) > 0.99
