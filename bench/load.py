"""Load: the same work many times, several at a time."""

import asyncio
from collections.abc import Awaitable, Callable


async def side_by_side(work: Callable[[], Awaitable[object]], times: int, at_a_time: int) -> None:
    """Do the work `times` times, at most `at_a_time` at once."""
    left = iter(range(times))

    async def worker() -> None:
        for _ in left:
            await work()

    await asyncio.gather(*(worker() for _ in range(at_a_time)))
