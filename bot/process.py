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

_NEW_OBJECTS: Final = 2_000  # more than before, that start a collection of the youngest generation
_YOUNG_COLLECTIONS: Final = 20  # before one of the middle generation
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


def collect_garbage() -> None:
    """Turn the garbage collector on, in small steps; it never looks at the objects of the start.

    Of what a request leaves, reference counting frees all but a closed connection. While requests are in work, they
    have hundreds of thousands of objects, and to look at all of these takes a tenth of a second. But who opens and
    closes connections must not fill the memory: so everything is looked at after ten collections of the middle
    generation, which is more than a flood of 1,000 alerts makes.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_COLLECTIONS)
    gc.enable()


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


def printing(command: Callable[[], int]) -> int:
    """Return the exit code of a command that prints; 141, as of other programs, if its reader has seen enough."""
    try:
        code = command()
        if sys.stdout:  # else it was closed
            sys.stdout.flush()
    except BrokenPipeError:
        # At its end Python would try to print the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return code


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
