"""The store of the ledger and the leases: short texts under keys, which expire."""

from enum import IntEnum
from typing import Final, Protocol

from cachetools import TLRUCache

MAX_BYTES: Final = 64 * 2**20
"""The memory that a store takes, about: 100,000 entries, those of 30,000 alerts."""

_ENTRY_BYTES: Final = 600  # of an entry without its text


class Hold(IntEnum):
    """The result of holding a key: another owner has it, it was free, or this owner had it all the time."""

    HELD_BY_OTHER = 0
    ACQUIRED = 1
    RENEWED = 2


class UnavailableError(Exception):
    """A store that does not answer, or refuses; with the reason."""


class Store(Protocol):
    """Texts under keys, each stored for some seconds."""

    async def get(self, key: str) -> str | None:
        """Return the text under a key; None if there is none."""

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Store a text, in the place of another."""

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        """Store a text if the stored one is `old`, or if there is none for None; return whether it was stored."""

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Store an owner's name, for `seconds` from now, unless another's is there."""

    async def delete(self, key: str, value: str | None = None) -> None:
        """Delete the text, or with `value` only this very text."""

    async def is_shared(self) -> bool:
        """Return whether other processes see the entries of this one, where they should; checked now."""

    @property
    def is_uncertain(self) -> bool:
        """Return whether something may have been done lately that has no entry here."""


class MemoryStore:
    """A store in this process's memory, which is enough for one process."""

    def __init__(self) -> None:
        self._entries: TLRUCache[str, tuple[str, float]] = TLRUCache(
            MAX_BYTES, lambda _key, entry, now: now + entry[1], getsizeof=lambda entry: _ENTRY_BYTES + len(entry[0])
        )

    async def get(self, key: str) -> str | None:
        entry = self._entries.get(key)
        return entry and entry[0]

    async def set(self, key: str, value: str, seconds: float) -> None:
        self._entries[key] = value, seconds

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        if await self.get(key) != old:
            return False
        self._entries[key] = new, seconds
        return True

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        holder = await self.get(key)
        if holder not in (None, owner):
            return Hold.HELD_BY_OTHER
        self._entries[key] = owner, seconds
        return Hold.ACQUIRED if holder is None else Hold.RENEWED

    async def delete(self, key: str, value: str | None = None) -> None:
        if value is None or await self.get(key) == value:
            self._entries.pop(key, None)

    async def is_shared(self) -> bool:
        return True  # there is no other process

    @property
    def is_uncertain(self) -> bool:
        return False  # as above
