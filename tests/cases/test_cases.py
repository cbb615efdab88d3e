"""Situations that other bots failed in, each run on this one as Slack would run it."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.cases.case import FOLDER, read_case
from tests.cases.checks import problems
from tests.cases.runner import run_case
from tests.conftest import Environment

PATHS: Final = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
async def test_a_case_holds(path: Path, environment: Environment, log_text: Callable[[], str]) -> None:
    """All that it expects is true of what the bot sent, answered, asked and logged."""
    case = read_case(path)

    transcript = await run_case(case, environment)

    found = problems(case.expect, environment, transcript, log_text())
    assert not found, "\n".join([case.title, *found])
