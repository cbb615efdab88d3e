"""What runs between two turns of the event loop is short in the worst cases, so that nobody else waits for it.

Measured against the standard library's JSON parser on a page of 250 events, in turns in one run: a slow or a busy
machine fails no test. `make bench` measures the milliseconds.
"""

import json
import time
from collections.abc import Callable
from typing import Final

from bench.measurements.worst_cases import WorstCase, cases, event_page

PARSER_MILLISECONDS: Final = 0.75
"""What the parser takes where the limits in milliseconds hold."""

SLACK: Final = 2.5  # a ratio of two costs differs between machines, and a mistake here costs ten times as much

PAGE: Final = event_page()


def cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def parser_seconds() -> float:
    return min(cpu_seconds(lambda: json.loads(PAGE)) for _ in range(5))


def is_within_its_limit(case: WorstCase) -> bool:
    """Return whether a step takes no longer than its limit, as so many times what the parser takes for a page."""
    ratios = (cpu_seconds(case.run) / parser_seconds() for _ in range(8))
    # The first that is within the limit shows that the code can be; the others are the machine's.
    return any(ratio < SLACK * case.milliseconds / PARSER_MILLISECONDS for ratio in ratios)


def test_the_loop_is_not_kept_busy() -> None:
    """Every step is within its limit."""
    assert [f"{case.kind}: {case.name}" for case in cases() if not is_within_its_limit(case)] == []
