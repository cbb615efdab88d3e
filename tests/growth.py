"""How the cost of a text grows with its length, whatever the machine."""

import time
from collections.abc import Callable
from typing import Final

_LENGTH: Final = 2_000
_LONGER: Final = 10  # times as long: a linear cost is 10 times as high, a quadratic one 100 times


def is_linear(work: Callable[[int], object]) -> bool:
    """Return whether the CPU time of `work` grows with the length that it is called with, not with its square."""
    return _cost(work, _LENGTH * _LONGER) < 4 * _LONGER * _cost(work, _LENGTH)


def _cost(work: Callable[[int], object], length: int) -> float:
    costs = []
    for _ in range(3):
        started = time.process_time()
        work(length)
        costs.append(time.process_time() - started)
    return min(costs)
