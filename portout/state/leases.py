"""Exclusive work on a subject: one worker at a time, over all processes, as long as its lease is renewed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4
from weakref import WeakValueDictionary

import structlog

from portout.state.store import Hold, Store

LEASE_SECONDS: Final = 15.0
"""How long a lease lasts that is not renewed."""

MAX_WAIT_SECONDS: Final = LEASE_SECONDS + 1
"""How long to wait for a lease: as long as that of a process that died may last."""

_MIN_PAUSE: Final = 0.05
_MAX_PAUSE: Final = 0.5
_PAUSE_FACTOR: Final = 10  # times the time of an answer: a Redis that is slow to answer is asked less often
_MAX_SLOW_PAUSE: Final = 2.0

_log = structlog.get_logger()


class LeaseLostError(Exception):
    """A lease that another process has now."""


class Lease:
    """The right to work on a subject, until it is released, or lost because it was not renewed in time."""

    def __init__(self, store: Store, subject: str) -> None:
        self._store = store
        self._key = f"lease:{subject}"
        self._owner = uuid4().hex
        self._was_interrupted = False

    async def acquire(self) -> bool:
        """Acquire or renew it; return False if another has it."""
        return await self._store.hold(self._key, self._owner, LEASE_SECONDS) is not Hold.HELD_BY_OTHER

    async def confirm(self) -> bool:
        """Renew it; return whether nobody else can have worked on the subject since it was acquired.

        Raises `LeaseLostError` if another has it. To be called right before and after what cannot be undone.
        """
        hold = await self._store.hold(self._key, self._owner, LEASE_SECONDS)
        if hold is Hold.HELD_BY_OTHER:
            _log.warning("lease.lost")
            raise LeaseLostError
        self._was_interrupted = self._was_interrupted or hold is Hold.ACQUIRED
        return not (self._was_interrupted or self._store.is_uncertain)

    async def release(self) -> None:
        """Release it; the lease of another owner stays."""
        await self._store.delete(self._key, self._owner)


class Leases:
    """Grants leases: those who wait in this process get theirs in turn, and only the first of them asks the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subject_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def exclusive(
        self,
        subject: str,
        is_done: Callable[[], Awaitable[bool]] | None = None,
        max_wait: float = MAX_WAIT_SECONDS,
    ) -> AsyncIterator[Lease | None]:
        """Yield the lease of a subject once it is free, and renew it until the block ends.

        Yields None if others in this process, or after them others elsewhere, had it for `max_wait` seconds, or if
        `is_done` meanwhile returns that the work is not needed any more.
        """
        lease, lock = Lease(self._store, subject), self._subject_locks.setdefault(subject, asyncio.Lock())
        try:
            async with asyncio.timeout(max_wait):
                await lock.acquire()
        except TimeoutError:
            yield None
            return
        try:
            try:
                is_acquired = await _acquire(lease, is_done, max_wait)
            except asyncio.CancelledError:
                # The store may have taken the command: nobody else would get the lease until it runs out.
                await lease.release()
                raise
            if not is_acquired:
                yield None
                return
            renewing = asyncio.create_task(_renew(lease))
            try:
                yield lease
            finally:
                renewing.cancel()
                await lease.release()
        finally:
            lock.release()


async def _acquire(lease: Lease, is_done: Callable[[], Awaitable[bool]] | None, max_wait: float) -> bool:
    loop, pause = asyncio.get_running_loop(), _MIN_PAUSE
    deadline = loop.time() + max_wait
    while True:
        asked_at = loop.time()
        if await lease.acquire():
            return True
        answered_at = loop.time()
        if answered_at > deadline or (is_done and await is_done()):
            return False
        await asyncio.sleep(max(pause, min(_PAUSE_FACTOR * (answered_at - asked_at), _MAX_SLOW_PAUSE)))
        pause = min(2 * pause, _MAX_PAUSE)


async def _renew(lease: Lease) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        try:
            await lease.confirm()
        except LeaseLostError:
            return
