"""Signatures that were used: whoever has recorded a signed request must not be able to send it again."""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any, Final

from cachetools import TTLCache

from portout.state.store import Store

SHARED_SECONDS: Final = 0.2
"""How long a request waits for the shared store; after that, this process's memory decides alone."""

_MAX_ENTRIES: Final = 100_000


class UsedSignatures:
    """Records each signature for as long as its timestamp is accepted.

    shared: the store in which all processes record theirs; None for a single process.
    """

    def __init__(self, seconds: float, shared: Store | None) -> None:
        self._seconds = seconds
        self._shared = shared
        self._used: TTLCache[str, str] = TTLCache(_MAX_ENTRIES, seconds)
        self._tasks: set[asyncio.Task[bool | None]] = set()

    async def claim(self, signature: str) -> bool:
        """Record a signature as used; return whether it had not been."""
        if signature in self._used:
            return False
        # Each use has a text of its own, by which the store tells a use by another process from its own command that
        # it had to send twice. Recorded before anything is awaited: of two requests at once, one is served.
        use = self._used[signature] = secrets.token_hex(8)
        if self._shared is None:
            return True
        return await self._ask(self._shared.replace(_key(signature), None, use, self._seconds))

    async def release(self, signature: str) -> None:
        """Allow a signature again: its request was not accepted, and Slack may repeat it within the same second."""
        use = self._used.pop(signature, None)
        if use is not None and self._shared is not None:
            await self._ask(self._shared.delete(_key(signature), use))

    async def _ask(self, operation: Coroutine[Any, Any, bool | None]) -> bool:
        """Return False if the store says so in time; if its answer does not come in time, the operation goes on."""
        # Not cancelled: the store must notice by itself that Redis is away, or every request would wait this long.
        task = asyncio.create_task(operation)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=SHARED_SECONDS)
        return not (task.done() and task.result() is False)


def _key(signature: str) -> str:
    return f"signature:{signature}"
