"""How much the tests try: in two minutes what a change needs, with FULL=1 in the environment all, as CI does."""

import os
from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

FULL: Final = bool(os.environ.get("FULL"))

_QUICK_EXAMPLES: Final = 20
_QUICKER: Final = 100


def examples(number: int, *suppressed: HealthCheck) -> settings:
    """Return settings for a property test: `number` examples in a full run, else few.

    They have no deadline, because machines are shared. suppressed: health checks that do not apply.
    """
    return settings(
        max_examples=number if FULL else min(number, max(_QUICK_EXAMPLES, number // _QUICKER)),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, *suppressed],
    )


def seeds(variable: str, full: int) -> list[int]:
    """Return the seeds that an environment variable chooses; else the first, and `full` of them in a full run."""
    chosen = os.environ.get(variable)
    return [int(seed) for seed in chosen.split(",")] if chosen else list(range(1, full + 1 if FULL else 2))


def mostly_full(values: Iterable[Any], *quick: Any) -> list[Any]:
    """Return values for `parametrize`: those of `quick` for every run, the others for a full one.

    A tuple has the values of several parameters.
    """
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*row, marks=() if row in quick or row[0] in quick else pytest.mark.full) for row in rows]
