"""The store that processes share, in Redis, and its fallback in memory while Redis does not answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from portout.state.redis_store import RedisStore
from portout.state.store import Hold, MemoryStore, Store

if TYPE_CHECKING:
    from redis.asyncio import Redis

DEGRADED_SECONDS: Final = 5.0
"""How long Redis is not tried again after it did not answer: every attempt costs a request the time-out."""

_UNREADABLE: Final = "cannot be read; /, ?, # and @ in a password are written %2F, %3F, %23 and %40"

_T = TypeVar("_T")
_log = structlog.get_logger()


class UnusableRedisError(Exception):
    """A Redis that cannot be used at all, and why; never with the address, which may hold a password."""


class PrimaryUnavailableError(Exception):
    """A primary store that does not answer."""


class FallbackStore:
    """The primary store while it answers; this process's memory while it does not (degraded).

    Everything is stored in memory, too, so that a process without the primary knows what it did before. What is stored
    while degraded is not merged into the primary: `is_uncertain` says that the primary does not know it.
    """

    def __init__(
        self, primary: Store, failures: tuple[type[Exception], ...], on_fallback: Callable[[str], None]
    ) -> None:
        """Fall back while `primary` raises one of `failures`; `on_fallback` gets the error's name, once an outage."""
        self._primary = primary
        self._memory = MemoryStore()
        self._failures: tuple[type[Exception], ...] = (*failures, TimeoutError)
        self._on_fallback = on_fallback
        self._degraded_until: float | None = None

    async def get(self, key: str) -> str | None:
        try:
            return await self._call(self._primary.get(key))
        except PrimaryUnavailableError:
            return await self._memory.get(key)

    async def set(self, key: str, value: str, seconds: float) -> None:
        await self._memory.set(key, value, seconds)
        with suppress(PrimaryUnavailableError):
            await self._call(self._primary.set(key, value, seconds))

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        try:
            return await self._call(self._primary.replace(key, old, new, seconds))
        except PrimaryUnavailableError:
            return await self._memory.replace(key, old, new, seconds)

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        try:
            return await self._call(self._primary.hold(key, owner, seconds))
        except PrimaryUnavailableError:
            # Not RENEWED: another process may have held it meanwhile.
            return Hold.ACQUIRED

    async def delete(self, key: str, value: str | None = None) -> bool:
        existed = await self._memory.delete(key, value)
        try:
            return await self._call(self._primary.delete(key, value))
        except PrimaryUnavailableError:
            return existed

    async def is_shared(self) -> bool:
        try:
            return await self._call(self._primary.is_shared())
        except PrimaryUnavailableError:
            return False

    @property
    def is_uncertain(self) -> bool:
        """Whether the primary does not answer, did not answer lately, or lost its entries."""
        return self._degraded_until is not None or self._primary.is_uncertain

    async def _call(self, operation: Coroutine[Any, Any, _T]) -> _T:
        """Return what an operation of the primary returns; raise `PrimaryUnavailableError` if it does not answer."""
        now, is_trial = asyncio.get_running_loop().time(), self._degraded_until is not None
        if self._degraded_until is not None:
            if now < self._degraded_until:
                operation.close()
                raise PrimaryUnavailableError
            # Other calls do not wait for this trial: they use the memory.
            self._degraded_until = now + DEGRADED_SECONDS
        try:
            result = await operation
        except self._failures as error:
            if self._degraded_until is None:
                reason = type(error).__name__
                _log.warning("ledger.degraded", reason=reason)
                self._on_fallback(reason)
            self._degraded_until = asyncio.get_running_loop().time() + DEGRADED_SECONDS
            raise PrimaryUnavailableError from None
        if is_trial:
            self._degraded_until = None
            _log.info("ledger.recovered")
        return result


@asynccontextmanager
async def open_store(redis_url: str, prefix: str, on_fallback: Callable[[str], None]) -> AsyncIterator[Store]:
    """Yield the store: in Redis, or in memory where there is no address. Redis may be down at first.

    prefix: with which all keys in Redis begin.

    Raises `UnusableRedisError` for an address that Redis's client cannot parse, or without the package redis.
    """
    if not redis_url:
        yield MemoryStore()
        return
    redis = _redis_client(redis_url)
    from redis.exceptions import RedisError  # noqa: PLC0415  as below

    primary = RedisStore(redis, prefix)
    try:
        yield FallbackStore(primary, (RedisError, OSError), on_fallback)
    finally:
        await primary.close()
        await redis.aclose(close_connection_pool=True)


def _redis_client(url: str) -> "Redis":
    """Return a client that is not connected yet, without time-outs and retries: those are `RedisStore`'s."""
    try:
        # A process without Redis needs neither the package nor the time to import it.
        from redis.asyncio import ConnectionPool, Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
    except ImportError:
        raise UnusableRedisError("needs the package redis, which requirements.txt has") from None
    try:
        pool = ConnectionPool.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            # Each answer is decoded by itself: one that can't be must not fail the others of its batch.
            decode_responses=False,
        )
        # The options in the address are checked only here.
        pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        # The client's error quotes the address, and with it the password.
        raise UnusableRedisError(_UNREADABLE) from None
    return Redis(connection_pool=pool)
