"""Where the ledger keeps its entries: small texts under keys, each for a while."""

from enum import IntEnum
from typing import Final, Protocol

from cachetools import TLRUCache

_MOST: Final = 100_000  # entries in memory, about 300 bytes each


class Hold(IntEnum):
    """What trying to hold a key came to: another owner has it, it was free, or it was held all the time."""

    OTHERS = 0
    TAKEN = 1
    KEPT = 2


class Store(Protocol):
    """Texts under keys, each for some seconds."""

    async def get(self, key: str) -> str | None:
        """Give what is kept."""

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none; says whether it was kept."""

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Keep an owner's name for another while, unless another's is there."""

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text; says whether it was there."""

    async def is_shared(self) -> bool:
        """Whether other processes see what this one keeps, where they should; found out now."""

    @property
    def is_uncertain(self) -> bool:
        """Whether something may have been done lately that is not remembered here."""


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

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Keep an owner's name for another while, unless another's is there."""
        holder = await self.get(key)
        if holder not in (None, owner):
            return Hold.OTHERS
        self._kept[key] = owner, seconds
        return Hold.TAKEN if holder is None else Hold.KEPT

    async def remove(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text."""
        if value is not None and await self.get(key) != value:
            return False
        return self._kept.pop(key, None) is not None

    async def is_shared(self) -> bool:
        """Nobody else is to see it."""
        return True

    @property
    def is_uncertain(self) -> bool:
        """Nobody else does anything."""
        return False
