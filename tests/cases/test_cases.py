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

NOT_YET: Final = {
    "12-grid-colleague": "an outsider is whoever's team is not the bot's, whatever their organisation",
    "13-org-wide-install": "the bot's team is the organisation, and a command names a workspace",
    "28-stranger-team": "a message's author is of another company by user_team only",
}
"""The cases that fail today, and why. One that holds must be removed from here."""


def parameter(path: Path) -> object:
    reason = NOT_YET.get(path.stem)
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [parameter(path) for path in PATHS])
async def test_a_case_holds(path: Path, environment: Environment, log_text: Callable[[], str]) -> None:
    """All that it expects is true of what the bot sent, answered, asked and logged."""
    case = read_case(path)

    transcript = await run_case(case, environment)

    found = problems(case.expect, environment, transcript, log_text())
    assert not found, "\n".join([case.title, *found])


def test_only_cases_are_excused() -> None:
    """A name in the list is one of a case."""
    assert {path.stem for path in PATHS} >= set(NOT_YET)
