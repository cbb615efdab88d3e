"""The store that processes share, in Redis, and its fallback in memory while Redis is not available."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import structlog

from portout.state.store import Hold, MemoryStore, Store, UnavailableError

DEGRADED_SECONDS: Final = 5.0
"""How long Redis is not tried again after it did not answer: every attempt costs a request the time-out."""

_T = TypeVar("_T")
_log = structlog.get_logger()


class UnusableRedisError(Exception):
    """A Redis that cannot be used at all, and why; never with the address, which may hold a password."""


class FallbackStore:
    """The primary store while it is available; this process's memory while it is not (degraded).

    What is stored in the primary is stored in memory, too, so that a process without the primary knows what it did
    before. What is stored while degraded is not merged into the primary: `is_uncertain` says that the primary does not
    know it.
    """

    def __init__(self, primary: Store, on_fallback: Callable[[str], None]) -> None:
        """Fall back while `primary` is not available; `on_fallback` gets the reason, once an outage."""
        self._primary = primary
        self._memory = MemoryStore()
        self._on_fallback = on_fallback
        self._degraded_until: float | None = None

    async def get(self, key: str) -> str | None:
        return await self._call(lambda store: store.get(key))

    async def set(self, key: str, value: str, seconds: float) -> None:
        await self._memory.set(key, value, seconds)
        await self._call(lambda store: store.set(key, value, seconds))

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        is_replaced = await self._call(lambda store: store.replace(key, old, new, seconds))
        if is_replaced:
            await self._memory.set(key, new, seconds)
        return is_replaced

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        return await self._call(lambda store: store.hold(key, owner, seconds))

    async def delete(self, key: str, value: str | None = None) -> None:
        await self._memory.delete(key, value)
        await self._call(lambda store: store.delete(key, value))

    async def is_shared(self) -> bool:
        return await self._call(lambda store: store.is_shared()) and self._degraded_until is None

    @property
    def is_uncertain(self) -> bool:
        """Return whether the primary is not available, was not lately, or lost its entries."""
        return self._degraded_until is not None or self._primary.is_uncertain

    async def _call(self, operation: Callable[[Store], Awaitable[_T]]) -> _T:
        """Return what an operation of the primary returns; that of the memory if the primary is not available."""
        now, trial_at = asyncio.get_running_loop().time(), self._degraded_until
        if trial_at is not None:
            if now < trial_at:
                return await operation(self._memory)
            # Other calls do not wait for this trial: they use the memory.
            self._degraded_until = now + DEGRADED_SECONDS
        try:
            result = await operation(self._primary)
        except UnavailableError as error:
            if self._degraded_until is None:
                _log.warning("ledger.degraded", reason=str(error))
                self._on_fallback(str(error))
            self._degraded_until = asyncio.get_running_loop().time() + DEGRADED_SECONDS
            return await operation(self._memory)
        if trial_at is not None:
            self._degraded_until = None
            _log.info("ledger.recovered")
        return result


@asynccontextmanager
async def open_store(redis_url: str, prefix: str, on_fallback: Callable[[str], None]) -> AsyncIterator[Store]:
    """Yield the store: in Redis, or in memory where there is no address. Redis may be down at first.

    prefix: with which all keys in Redis begin.

    Raises `UnusableRedisError` for an address that Redis's client cannot use, or without the package redis.
    """
    if not redis_url:
        yield MemoryStore()
        return
    try:
        # A process without Redis needs neither the package nor the time to import it.
        from portout.state.redis_store import RedisStore  # noqa: PLC0415

        primary = await asyncio.to_thread(RedisStore, redis_url, prefix)
    except ImportError:
        raise UnusableRedisError("needs the package redis, which requirements.txt has") from None
    except OSError:
        raise UnusableRedisError("names certificates that cannot be read") from None
    except Exception:  # noqa: BLE001  the client's errors quote the address, and with it the password
        raise UnusableRedisError(
            "cannot be read; /, ?, # and @ in a password are written %2F, %3F, %23 and %40"
        ) from None
    store = FallbackStore(primary, on_fallback)
    # Connects before the first request comes, and logs from the start what is wrong with Redis.
    connecting = asyncio.create_task(store.is_shared())
    try:
        yield store
    finally:
        connecting.cancel()
        await primary.close()
