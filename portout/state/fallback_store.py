"""The store that processes share, in Redis, and what stands in for it while Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from portout.state.redis_store import RedisStore
from portout.state.store import Hold, MemoryStore, Store

if TYPE_CHECKING:
    from redis.asyncio import Redis

DEGRADED_SECONDS: Final = 5.0
"""How long Redis is not asked again after it did not answer: every attempt costs somebody its time-out."""

_UNREADABLE: Final = "cannot be read; /, ?, # and @ in a password are written %2F, %3F, %23 and %40"

_T = TypeVar("_T")
_log = structlog.get_logger()


class UnusableRedisError(Exception):
    """Redis can't be used at all, and why; never with the address, which may hold a password."""


class PrimaryUnavailableError(Exception):
    """The primary store does not answer."""


class FallbackStore:
    """The primary store while it answers; this process's memory while it does not.

    Everything is kept in memory, too, so that a process without the primary knows what it did before. What is kept
    meanwhile still counts when the primary is back; all else is then as the primary says, for other processes may have
    changed it.
    """

    def __init__(
        self, primary: Store, failures: tuple[type[Exception], ...], on_fallback: Callable[[str], None]
    ) -> None:
        """Fall back while `primary` raises one of `failures`; `on_fallback` gets the error's name, once an absence."""
        self._primary = primary
        self._own = MemoryStore()
        self._meanwhile = MemoryStore()
        self._failures: tuple[type[Exception], ...] = (*failures, TimeoutError)
        self._on_fallback = on_fallback
        self._degraded_until: float | None = None

    async def get(self, key: str) -> str | None:
        try:
            return await self._call(self._primary.get(key)) or await self._meanwhile.get(key)
        except PrimaryUnavailableError:
            return await self._own.get(key)

    async def set(self, key: str, value: str, seconds: float) -> None:
        await self._own.set(key, value, seconds)
        try:
            await self._call(self._primary.set(key, value, seconds))
        except PrimaryUnavailableError:
            await self._meanwhile.set(key, value, seconds)

    async def set_if_absent(self, key: str, value: str, seconds: float) -> bool:
        if await self._meanwhile.get(key) is not None:
            return False
        try:
            is_set = await self._call(self._primary.set_if_absent(key, value, seconds))
        except PrimaryUnavailableError:
            is_set = await self._own.set_if_absent(key, value, seconds)
            return is_set and await self._meanwhile.set_if_absent(key, value, seconds)
        if is_set:
            await self._own.set(key, value, seconds)
        return is_set

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        try:
            return await self._call(self._primary.hold(key, owner, seconds))
        except PrimaryUnavailableError:
            # Whether another process holds it can't be known; it may have done so at any time.
            return Hold.TAKEN

    async def delete(self, key: str, value: str | None = None) -> bool:
        was_own = await self._own.delete(key, value)
        await self._meanwhile.delete(key, value)
        try:
            return await self._call(self._primary.delete(key, value))
        except PrimaryUnavailableError:
            return was_own

    async def is_shared(self) -> bool:
        try:
            return await self._call(self._primary.is_shared())
        except PrimaryUnavailableError:
            return False

    @property
    def is_uncertain(self) -> bool:
        """Whether the primary does not answer, or did not lately, or lost its memory."""
        return self._degraded_until is not None or self._primary.is_uncertain

    async def _call(self, operation: Coroutine[Any, Any, _T]) -> _T:
        """Return what an operation of the primary returns; raise `PrimaryUnavailableError` if it does not answer."""
        now, is_trial = asyncio.get_running_loop().time(), self._degraded_until is not None
        if self._degraded_until is not None:
            if now < self._degraded_until:
                operation.close()
                raise PrimaryUnavailableError
            # Others do not wait for this trial.
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
async def open_store(redis_url: str, on_fallback: Callable[[str], None]) -> AsyncIterator[Store]:
    """Yield the store in Redis, or in memory where there is no address; Redis may be away, and come later.

    Raises `UnusableRedisError` for an address that Redis's client can't read.
    """
    if not redis_url:
        yield MemoryStore()
        return
    redis = _redis_client(redis_url)
    from redis.exceptions import RedisError  # noqa: PLC0415  as below

    primary = RedisStore(redis)
    try:
        yield FallbackStore(primary, (RedisError, OSError), on_fallback)
    finally:
        await primary.close()
        await redis.aclose(close_connection_pool=True)


def _redis_client(url: str) -> "Redis":
    """Return a client, with nothing connected yet; time-outs and second attempts are the store's business."""
    try:
        # A process without Redis needs none of it, nor the time to load it.
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
            decode_responses=True,
        )
        # Only here are the address's options looked at.
        pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        # Its error quotes the address, and with it the password.
        raise UnusableRedisError(_UNREADABLE) from None
    return Redis(connection_pool=pool)
