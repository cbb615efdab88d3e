"""A store that goes on when the shared one is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import structlog

from portout.state.redis_store import RedisStore
from portout.state.store import Hold, MemoryStore, Store

ALONE_SECONDS: Final = 5.0
"""How long the shared store is left alone after it did not answer: every attempt costs somebody its time-out."""

_UNREADABLE: Final = "cannot be read; /, ?, # and @ in a password are written %2F, %3F, %23 and %40"

_T = TypeVar("_T")
_log = structlog.get_logger()


class UnusableRedisError(Exception):
    """Redis can't be used at all, and why; never with the address, which may hold a password."""


class _AwayError(Exception):
    """The shared store is away."""


class SteadyStore:
    """The shared store while it is there; this process's memory while it is not.

    Everything is kept in memory, too, so that a process that is alone knows what it did before. What it keeps while it
    is alone still counts when the shared store is back; all else is then as the shared store says, for others may have
    changed it.
    """

    def __init__(
        self, shared: Store, failures: tuple[type[Exception], ...], on_fallback: Callable[[str], None]
    ) -> None:
        """Keep in `shared` until it raises one of `failures`; `on_fallback` hears why, each time it is away."""
        self._shared = shared
        self._own = MemoryStore()
        self._meanwhile = MemoryStore()
        self._failures: tuple[type[Exception], ...] = (*failures, TimeoutError)
        self._on_fallback = on_fallback
        self._alone_until: float | None = None

    async def get(self, key: str) -> str | None:
        """Give what is kept."""
        try:
            return await self._ask(self._shared.get(key)) or await self._meanwhile.get(key)
        except _AwayError:
            return await self._own.get(key)

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""
        await self._own.put(key, value, seconds)
        try:
            await self._ask(self._shared.put(key, value, seconds))
        except _AwayError:
            await self._meanwhile.put(key, value, seconds)

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none."""
        if await self._meanwhile.get(key) is not None:
            return False
        try:
            is_added = await self._ask(self._shared.add(key, value, seconds))
        except _AwayError:
            return await self._own.add(key, value, seconds) and await self._meanwhile.add(key, value, seconds)
        if is_added:
            await self._own.put(key, value, seconds)
        return is_added

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Keep an owner's name for another while, unless another's is there; alone nobody knows of others."""
        try:
            return await self._ask(self._shared.hold(key, owner, seconds))
        except _AwayError:
            return Hold.TAKEN

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text."""
        was_own = await self._own.remove(key, value)
        await self._meanwhile.remove(key, value)
        try:
            return await self._ask(self._shared.remove(key, value))
        except _AwayError:
            return was_own

    async def is_shared(self) -> bool:
        """Whether the shared store answers now."""
        try:
            return await self._ask(self._shared.is_shared())
        except _AwayError:
            return False

    @property
    def is_uncertain(self) -> bool:
        """Whether the shared store is away, or was, or lost its memory lately."""
        return self._alone_until is not None or self._shared.is_uncertain

    async def _ask(self, asking: Coroutine[Any, Any, _T]) -> _T:
        now, is_trial = asyncio.get_running_loop().time(), self._alone_until is not None
        if self._alone_until is not None:
            if now < self._alone_until:
                asking.close()
                raise _AwayError
            # Whoever comes while this one tries does not wait for it.
            self._alone_until = now + ALONE_SECONDS
        try:
            answer = await asking
        except self._failures as error:
            if self._alone_until is None:
                reason = type(error).__name__
                _log.warning("ledger.alone", reason=reason)
                self._on_fallback(reason)
            self._alone_until = asyncio.get_running_loop().time() + ALONE_SECONDS
            raise _AwayError from None
        if is_trial:
            self._alone_until = None
            _log.info("ledger.shared")
        return answer


@asynccontextmanager
async def open_store(redis_url: str, on_fallback: Callable[[str], None]) -> AsyncIterator[Store]:
    """Open the store in Redis, or in memory where there is no address; Redis may be away, and come later.

    Raises `UnusableRedisError` for an address that Redis's client can't read.
    """
    if not redis_url:
        yield MemoryStore()
        return
    try:
        # One process needs none of it, nor the time to load it.
        from redis.asyncio import ConnectionPool, Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.exceptions import RedisError  # noqa: PLC0415
    except ImportError:
        raise UnusableRedisError("needs the package redis, which requirements.txt has") from None
    try:
        # Time-outs and second attempts are the store's business.
        pool = ConnectionPool.from_url(
            redis_url,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        # Only here are the address's options looked at; nothing is connected yet.
        pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        # Its error quotes the address, and with it the password.
        raise UnusableRedisError(_UNREADABLE) from None
    redis = Redis(connection_pool=pool)
    shared = RedisStore(redis)
    try:
        yield SteadyStore(shared, (RedisError, OSError), on_fallback)
    finally:
        await shared.close()
        await redis.aclose()
        await pool.disconnect()
