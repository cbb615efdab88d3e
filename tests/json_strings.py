"""The strings in a JSON value."""

from collections.abc import Collection, Iterator
from typing import Any


def strings(value: Any, skipped: Collection[str] = ()) -> Iterator[str]:
    """Yield every string in a value, at any depth, but for those in the fields with these names."""
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from strings(item, skipped)
        case dict():
            for name, item in value.items():
                if name not in skipped:
                    yield from strings(item, skipped)
