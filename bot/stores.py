"""Where the ledger keeps its entries: small texts under keys, each for a while."""

from typing import TYPE_CHECKING, Final, Protocol

from cachetools import TLRUCache

if TYPE_CHECKING:
    from redis.asyncio import Redis

_MOST: Final = 100_000  # entries in memory, about 300 bytes each

# Set or delete only what is still one's own.
_RENEW: Final = "return redis.call('get',KEYS[1])==ARGV[1] and redis.call('pexpire',KEYS[1],ARGV[2]) or 0"
_REMOVE: Final = "return redis.call('get',KEYS[1])==ARGV[1] and redis.call('del',KEYS[1]) or 0"


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
        """Whether Redis keeps what it is given: one that is full, or a replica, would still answer a ping."""
        return bool(await self._redis.set("portout:probe", "1", px=1000))

    @property
    def is_alone(self) -> bool:
        """Redis's errors tell."""
        return False


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
