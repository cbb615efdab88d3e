"""Where the ledger and the leases keep their entries: small texts under keys, each for a while."""

from enum import IntEnum
from typing import Final, Protocol

from cachetools import TLRUCache

_MAX_ENTRIES: Final = 100_000  # about 300 bytes each


class Hold(IntEnum):
    """What trying to hold a key came to: another owner has it, it was free, or it was held all the time."""

    OTHERS = 0
    TAKEN = 1
    KEPT = 2


class Store(Protocol):
    """Texts under keys, each for some seconds."""

    async def get(self, key: str) -> str | None:
        """Return what is kept."""

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a text, in the place of another."""

    async def set_if_absent(self, key: str, value: str, seconds: float) -> bool:
        """Keep a text if there is none; return whether it was kept."""

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Keep an owner's name for another while, unless another's is there."""

    async def delete(self, key: str, value: str | None = None) -> bool:
        """Drop what is kept, or only this very text; return whether it was there."""

    async def is_shared(self) -> bool:
        """Return whether other processes see what this one keeps, where they should; found out now."""

    @property
    def is_uncertain(self) -> bool:
        """Whether something may have been done lately that is not remembered here."""


class MemoryStore:
    """In this process's memory: enough for one process."""

    def __init__(self) -> None:
        self._entries: TLRUCache[str, tuple[str, float]] = TLRUCache(
            _MAX_ENTRIES, ttu=lambda _key, entry, now: now + entry[1]
        )

    async def get(self, key: str) -> str | None:
        entry = self._entries.get(key)
        return entry and entry[0]

    async def set(self, key: str, value: str, seconds: float) -> None:
        self._entries[key] = value, seconds

    async def set_if_absent(self, key: str, value: str, seconds: float) -> bool:
        if key in self._entries:
            return False
        self._entries[key] = value, seconds
        return True

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        holder = await self.get(key)
        if holder not in (None, owner):
            return Hold.OTHERS
        self._entries[key] = owner, seconds
        return Hold.TAKEN if holder is None else Hold.KEPT

    async def delete(self, key: str, value: str | None = None) -> bool:
        if value is not None and await self.get(key) != value:
            return False
        return self._entries.pop(key, None) is not None

    async def is_shared(self) -> bool:
        """Return True: nobody else is to see it."""
        return True

    @property
    def is_uncertain(self) -> bool:
        """Whether others did something: there are none."""
        return False
