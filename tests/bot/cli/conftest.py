"""Commands in the process of the tests: what they print, and the log as it was."""

from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def a_pipe_as_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands print as into a pipe, whatever the terminal of the tests is."""
    for variable in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def log_of_the_run_again(log_of_the_run: Callable[[], None]) -> Iterator[None]:
    """Write the log into the file of the run again, after a command that set up the log for itself."""
    yield
    log_of_the_run()
