"""The process: signals before the event loop runs, imports, garbage, and an end that waits for no look-up."""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn, TypeVar

_NEW_OBJECTS: Final = 2_000  # between two runs of the garbage collector, which look at new objects only
_RUNS: Final = 1_000  # of these, before one looks at all of those that were new in them, too
_IDLE_SECONDS: Final = 60.0  # between two runs that look at everything
_MAX_THREADS: Final = 32
_JOIN_SECONDS: Final = 0.2  # for all threads together that are about to end

_T = TypeVar("_T")


def exit_on_signals() -> None:
    """Exit with code 0 on SIGTERM and SIGINT: until the event loop handles them, nothing was accepted.

    Without a handler, the first process of a container would not even notice SIGTERM.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Hide an installed package, not imported yet: what is imported meanwhile does without it, as it can."""
    # The import system's own mark of what is not there.
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


def collect_new_garbage() -> None:
    """Turn the garbage collector on, for new objects only: it never looks at those of the start.

    In a flood, what is in work are hundreds of thousands of objects: to look at all takes a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _RUNS)
    gc.enable()


async def collect_when_idle(is_idle: Callable[[], bool], seconds: float = _IDLE_SECONDS) -> None:
    """Collect all garbage every `seconds` while the bot is idle, until cancelled.

    Reference counting frees nearly everything else at once. What is left are closed connections.
    """
    while True:
        await asyncio.sleep(seconds)
        if is_idle():
            gc.collect()


class _LookUps(ThreadPoolExecutor):
    """The threads in which the event loop looks up host names; a shutdown does not wait for them."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().shutdown(wait=False, cancel_futures=True)


def run_async(main: Coroutine[Any, Any, _T]) -> _T:
    """Return the result of `main`, run in a new event loop."""

    async def run() -> _T:
        asyncio.get_running_loop().set_default_executor(_LookUps(_MAX_THREADS))
        return await main

    return asyncio.run(run())


def leave(code: int) -> int:
    """Return the exit code; or exit with it at once, if a thread hangs, for which Python would wait."""
    threads = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    deadline = time.monotonic() + _JOIN_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
