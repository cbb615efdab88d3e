"""Signatures that were used: whoever has recorded a signed request must not be able to send it again."""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from portout.state.store import Store

SHARED_SECONDS: Final = 0.2
"""How long a request waits for the shared store; after that, this process's memory decides alone."""

MAX_ENTRIES: Final = 100_000
"""How many signatures come until the older ones are forgotten early."""


class UsedSignatures:
    """Records each signature for as long as its timestamp is accepted, and in memory for at most twice that time.

    shared: the store in which all processes record theirs; None for a single process. clock: seconds that only grow.
    """

    def __init__(self, seconds: float, shared: Store | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._shared = shared
        self._clock = clock
        # By this text the store tells a use by another process from its own command that it had to send twice.
        self._process = secrets.token_hex(8)
        # Numbers of 64 bits in two sets, which take a quarter of the memory of a cache of the signatures.
        self._recent: set[int] = set()
        self._before: set[int] = set()
        self._next_at = 0.0
        self._tasks: set[asyncio.Task[bool | None]] = set()

    async def claim(self, signature: str) -> bool:
        """Record a signature as used; return whether it had not been."""
        self._forget_old()
        number = _number(signature)
        if number in self._recent or number in self._before:
            return False
        # Recorded before anything is awaited: of two requests at once, one is served.
        self._recent.add(number)
        if self._shared is None:
            return True
        return await self._ask(self._shared.replace(_key(signature), None, self._process, self._seconds))

    async def release(self, signature: str) -> None:
        """Allow a signature again: its request was not accepted, and Slack may repeat it within the same second."""
        self._recent.discard(_number(signature))
        self._before.discard(_number(signature))
        if self._shared is not None:
            await self._ask(self._shared.delete(_key(signature), self._process))

    def _forget_old(self) -> None:
        """Forget what was recorded before the last two periods, each as long as a signature is accepted."""
        now = self._clock()
        late = now - self._next_at
        if late >= 0 or len(self._recent) >= MAX_ENTRIES:
            is_idle = late >= self._seconds
            self._recent, self._before = set(), set() if is_idle else self._recent
            # Where one period follows the other, the next one begins on time, although no request came just then.
            begins_on_time = late >= 0 and not is_idle
            self._next_at = (self._next_at if begins_on_time else now) + self._seconds

    async def _ask(self, operation: Coroutine[Any, Any, bool | None]) -> bool:
        """Return False if the store says so in time; if its answer does not come in time, the operation goes on."""
        # Not cancelled: the store must notice by itself that Redis is away, or every request would wait this long.
        task = asyncio.create_task(operation)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=SHARED_SECONDS)
        return not (task.done() and task.result() is False)


def _number(signature: str) -> int:
    return int(signature[-16:], 16)


def _key(signature: str) -> str:
    return f"signature:{signature}"
