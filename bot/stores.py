"""Where the ledger keeps its entries: small texts under keys, each for a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import structlog
from cachetools import TLRUCache

if TYPE_CHECKING:
    from redis.asyncio import Redis

_MOST: Final = 100_000  # entries in memory, about 300 bytes each
_REDIS_SECONDS: Final = 2.0  # for one operation; a ledger that is slower is as good as none
_REDIS_CONNECTIONS: Final = 32
_ALONE_SECONDS: Final = 1.0  # until Redis is tried again

# Set or delete only what is still one's own.
_RENEW: Final = "return redis.call('get',KEYS[1])==ARGV[1] and redis.call('pexpire',KEYS[1],ARGV[2]) or 0"
_REMOVE: Final = "return redis.call('get',KEYS[1])==ARGV[1] and redis.call('del',KEYS[1]) or 0"

_T = TypeVar("_T")
_log = structlog.get_logger()


class Store(Protocol):
    """Texts under keys, each for some seconds."""

    async def get(self, key: str) -> str | None:
        """Give what is kept."""

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none; says whether it was kept."""

    async def renew(self, key: str, value: str, seconds: float) -> bool:
        """Keep this very text longer; says whether it was still there."""

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text; says whether it was there."""

    async def is_shared(self) -> bool:
        """Whether other processes see what this one keeps, where they should; found out now."""

    @property
    def is_alone(self) -> bool:
        """Whether they didn't when that was last found out."""


class MemoryStore:
    """In this process's memory: enough for one process."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: TLRUCache[str, tuple[str, float]] = TLRUCache(_MOST, ttu=lambda _key, kept, now: now + kept[1])

    async def get(self, key: str) -> str | None:
        """Give what is kept."""
        kept = self._kept.get(key)
        return kept and kept[0]

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""
        self._kept[key] = value, seconds

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none."""
        if key in self._kept:
            return False
        self._kept[key] = value, seconds
        return True

    async def renew(self, key: str, value: str, seconds: float) -> bool:
        """Keep this very text longer."""
        if await self.get(key) != value:
            return False
        self._kept[key] = value, seconds
        return True

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text."""
        if value is not None and await self.get(key) != value:
            return False
        return self._kept.pop(key, None) is not None

    async def is_shared(self) -> bool:
        """Nobody else is to see it."""
        return True

    @property
    def is_alone(self) -> bool:
        """There is nobody else."""
        return False


class RedisStore:
    """In Redis, for any number of processes; raises Redis's errors."""

    def __init__(self, redis: "Redis") -> None:
        """Keep in `redis`, which decodes its answers."""
        self._redis = redis

    async def get(self, key: str) -> str | None:
        """Give what is kept."""
        value = await self._redis.get(key)
        return value.decode() if isinstance(value, bytes) else value

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""
        await self._redis.set(key, value, px=_milliseconds(seconds))

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none."""
        return bool(await self._redis.set(key, value, px=_milliseconds(seconds), nx=True))

    async def renew(self, key: str, value: str, seconds: float) -> bool:
        """Keep this very text longer."""
        return bool(await self._redis.eval(_RENEW, 1, key, value, _milliseconds(seconds)))

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text."""
        if value is None:
            return bool(await self._redis.delete(key))
        return bool(await self._redis.eval(_REMOVE, 1, key, value))

    async def is_shared(self) -> bool:
        """Whether Redis answers."""
        return bool(await self._redis.ping())

    @property
    def is_alone(self) -> bool:
        """Redis's errors tell."""
        return False


class SteadyStore:
    """Shared while that goes well, and always in this process's memory too.

    When the shared store is away, a process still knows what it did itself. What it kept meanwhile is not lost when the
    other is back: what either holds counts.
    """

    def __init__(self, shared: Store, failures: tuple[type[Exception], ...], on_fallback: Callable[[], None]) -> None:
        """Keep in `shared` until it raises one of `failures`; `on_fallback` hears of each time that it is away."""
        self._shared = shared
        self._own = MemoryStore()
        self._failures: tuple[type[Exception], ...] = (*failures, TimeoutError)
        self._on_fallback = on_fallback
        self._alone_until: float | None = None

    async def get(self, key: str) -> str | None:
        """Give what either keeps."""
        return await self._try(lambda: self._shared.get(key), None) or await self._own.get(key)

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep in both."""
        await self._own.put(key, value, seconds)
        await self._try(lambda: self._shared.put(key, value, seconds), None)

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep in both, if neither has it."""
        if not await self._own.add(key, value, seconds):
            return False
        if await self._try(lambda: self._shared.add(key, value, seconds), otherwise=True):
            return True
        await self._own.remove(key, value)
        return False

    async def renew(self, key: str, value: str, seconds: float) -> bool:
        """Keep longer in both; also where the shared one has lost it meanwhile."""
        is_own = await self._own.renew(key, value, seconds)
        return is_own and (
            await self._try(lambda: self._shared.renew(key, value, seconds), otherwise=True)
            or await self._try(lambda: self._shared.add(key, value, seconds), otherwise=True)
        )

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop from both."""
        was_own = await self._own.remove(key, value)
        return await self._try(lambda: self._shared.remove(key, value), otherwise=False) or was_own

    async def is_shared(self) -> bool:
        """Whether the shared store answers now."""
        return await self._try(self._shared.is_shared, otherwise=False)

    @property
    def is_alone(self) -> bool:
        """Whether the shared store was away when it was last tried."""
        return self._alone_until is not None

    async def _try(self, work: Callable[[], Awaitable[_T]], otherwise: _T) -> _T:
        now = asyncio.get_running_loop().time()
        if self._alone_until is not None and now < self._alone_until:
            return otherwise
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                result = await work()
        except self._failures as error:
            if self._alone_until is None:
                _log.warning("ledger.alone", reason=type(error).__name__)
                self._on_fallback()
            self._alone_until = asyncio.get_running_loop().time() + _ALONE_SECONDS
            return otherwise
        if self._alone_until is not None:
            self._alone_until = None
            _log.info("ledger.shared")
        return result


@asynccontextmanager
async def open_store(redis_url: str, on_fallback: Callable[[], None]) -> AsyncIterator[Store]:
    """Open the store in Redis, or in memory where there is no address; Redis may be away, and come later."""
    if not redis_url:
        yield MemoryStore()
        return
    # One process needs none of it, nor the time to load it.
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    pool = BlockingConnectionPool.from_url(
        redis_url,
        max_connections=_REDIS_CONNECTIONS,
        timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS / 2,
        decode_responses=True,
    )
    redis = Redis(connection_pool=pool)
    try:
        yield SteadyStore(RedisStore(redis), (RedisError, OSError), on_fallback)
    finally:
        await redis.aclose()
        await pool.disconnect()


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
