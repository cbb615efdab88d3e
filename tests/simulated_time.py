"""An event loop with a time of its own: waits are twenty times shorter, and a busy machine makes nothing late."""

import asyncio
import selectors
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Final, TypeVar, TypeVarTuple

import pytest

_SPEED: Final = 20  # if more, a packet that the machine delivers late would be taken for none
_STEP_SECONDS: Final = 0.02
_ROUND_SECONDS: Final = 0.0001
_BACKLOG: Final = 1_024

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class SimulatedTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes in small steps while everything in it waits, and hardly at all while it works.

    The bot and its stand-ins all run in it, so they agree on the time, however slow the machine is. While a thread
    works for the loop, and once the loop has started a process, its time is the real one, as theirs is. What the bot
    measures by other clocks has the real time, too, such as the age of the entries of a cache.
    """

    def __init__(self) -> None:
        self._now = time.monotonic()
        self._outside = 0
        self._ahead = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now if self.is_simulated else time.monotonic() + self._ahead

    @property
    def is_simulated(self) -> bool:
        """Return whether neither a process nor a thread works for this loop."""
        return not self._outside

    def advance(self, seconds: float) -> None:
        """Add to the simulated time."""
        self._now += seconds

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:
        # If this queue of new connections is full, the machine tries again after a second of its own, which is 20 here.
        return await super().create_server(*arguments, **options | {"backlog": _BACKLOG})

    async def subprocess_exec(self, *arguments: Any, **options: Any) -> Any:
        self._go_outside()
        return await super().subprocess_exec(*arguments, **options)

    def run_in_executor(self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts) -> asyncio.Future[_T]:
        self._go_outside()
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._come_back)
        return future

    def _go_outside(self) -> None:
        self._ahead = self.time() - time.monotonic()
        self._outside += 1

    def _come_back(self, _future: asyncio.Future[Any]) -> None:
        self._now = self.time()
        self._outside -= 1


class _Selector(selectors.DefaultSelector):
    """Waits until a socket of a loop is ready, and lets the loop's time pass."""

    def __init__(self, loop: SimulatedTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._loop.is_simulated:
            return super().select(timeout)
        # A test may poll without a pause, until something is so or a time-out has passed.
        self._loop.advance(_ROUND_SECONDS)
        if not timeout:
            return super().select(timeout)
        step = min(timeout, _STEP_SECONDS)
        events = super().select(step / _SPEED)
        if not events:
            self._loop.advance(step)
        return events


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # noqa: ARG001  the plugin's arguments
    item: pytest.Item,  # noqa: ARG001
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the loop of the tests in the folder whose conftest imports this hook of pytest-asyncio."""
    return {"simulated time": SimulatedTimeLoop}
