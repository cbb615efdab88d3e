"""How pytest runs the tests: in several processes at once, the longest first, those of the log at the end."""

import gc
import os
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import pytest
import xdist
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.amount import FULL

LOG_TESTS: Final = Path(__file__).with_name("test_log_of_the_run.py")
PAGE_TESTS: Final = "tests/sandbox/page/"
LONGEST: Final = (PAGE_TESTS, "tests/test_model.py", "tests/test_outage.py")
BY_FILE: Final = ("tests/portout/", "tests/cases/", "tests/test_documents.py", "tests/test_structure.py")
"""Where to hand a test out takes as long as to run it, or where all tests of a file read the same."""

ONLY_FULL: Final = pytest.StashKey[int]()


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands the tests out to the processes, in their order, most of them one by one."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what a test is handed out with: tests that return the same stay together."""
        if nodeid.startswith(PAGE_TESTS):
            # Every process that gets one starts a browser.
            return PAGE_TESTS
        return nodeid.partition("::")[0] if nodeid.startswith(BY_FILE) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Return what hands the tests out."""
    return Scheduling(config, log)


def named_paths(config: pytest.Config) -> set[Path]:
    """Return the files and folders whose tests are to run."""
    return {(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args}


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes run tests: some for each core, because many tests wait for most of their time."""
    return (2 if FULL else 4) * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remove the tests of a full run, unless one runs or names their file; in worker processes, those of the log, too.

    Those that take longest begin first: the page's, all in one process, and in this folder bots as processes.
    """
    named = named_paths(config)
    only_full = {item for item in items if not FULL and item.get_closest_marker("full") and item.path not in named}
    config.stash[ONLY_FULL] = len(only_full)
    of_log = [item for item in items if item.path == LOG_TESTS and not hasattr(config, "workerinput")]
    others = [item for item in items if item not in only_full and item.path != LOG_TESTS]
    items[:] = sorted(others, key=_turn) + of_log


def _turn(item: pytest.Item) -> int:
    if item.nodeid.startswith(LONGEST):
        return 0
    return 1 if item.path.parent == LOG_TESTS.parent else 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect tests without the garbage collector: hardly anything is garbage, and later it need not look at them.

    Then let it run seldom: a test leaves little garbage.
    """
    gc.disable()
    result = yield
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """Run the tests of the log where all processes have ended: in the one that started them."""
    result = yield
    if xdist.is_xdist_controller(session) and named_paths(session.config) & {LOG_TESTS, *LOG_TESTS.parents}:
        others = session.testscollected
        items = session.perform_collect([str(LOG_TESTS)])
        session.testscollected += others
        for item, following in zip_longest(items, items[1:]):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Report to the process that started this one how many tests only a full run tries."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["only_full"] = session.config.stash.get(ONLY_FULL, 0)


def pytest_testnodedown(node: Any) -> None:
    """Note what one of the processes reported."""
    node.config.stash[ONLY_FULL] = getattr(node, "workeroutput", {}).get("only_full", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests were left out."""
    if count := terminalreporter.config.stash.get(ONLY_FULL, 0):
        terminalreporter.write_line(f"{count} tests, and most cases of property tests, run with FULL=1 only.")
