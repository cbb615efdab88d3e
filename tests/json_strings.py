"""The strings in a JSON value."""

import re
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


def words(value: Any) -> str:
    """Return all strings in a value, without the seconds in dates, which may have any digits."""
    return re.sub(r"<!date\^[0-9]+", "", "\n".join(strings(value)))
