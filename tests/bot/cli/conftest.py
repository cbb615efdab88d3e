"""Commands in the process of the tests print as into a pipe."""

import pytest


@pytest.fixture(autouse=True)
def a_pipe_as_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables that set the width and the colours of a terminal."""
    for variable in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)
