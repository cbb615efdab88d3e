"""How the cost of a text grows with its length, and how it compares with another's, whatever the machine."""

import time
from collections.abc import Callable
from typing import Final

_LENGTH: Final = 20_000
_LONGER: Final = 10  # times as long: a linear cost is 10 times as high, a quadratic one 100 times


def is_linear(work: Callable[[int], object], length: int = _LENGTH, rounds: int = 3) -> bool:
    """Return whether the CPU time of `work` grows with the length that it is called with, not with its square.

    length: the longest.
    """
    longer = cpu_seconds(lambda: work(length), rounds)
    return longer < 4 * _LONGER * cpu_seconds(lambda: work(length // _LONGER), rounds)


def cpu_seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the CPU time of `work`, the least of some rounds."""
    costs = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        costs.append(time.process_time() - started)
    return min(costs)
