"""UUIDs in whatever people paste: bare, quoted, in braces, links, JSON or code, in any case."""

import re
from typing import Final

from msgspec import Struct

MOST_IDS: Final = 10
"""How many ids one request looks up."""

# Without dashes only where the version and the variant are a UUID's: other 32-digit hex strings (digests, trace ids)
# are far more common than a UUID written that way.
_UUID = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|[0-9A-Fa-f]{12}[1-8][0-9A-Fa-f]{3}[89ABab][0-9A-Fa-f]{15}"
    r")(?![0-9A-Za-z])"
)
# Long runs of hex and dashes that are no UUID: most likely one that was cut or mistyped.
_ALMOST = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{5,12}-[0-9A-Fa-f-]{8,60}(?![0-9A-Za-z])")


class Identifiers(Struct, frozen=True):
    """The ids in a text: lower case, dashed, in order, without repeats.

    ids: what is looked up. left_out: how many more there were. almost: what looks like an id that lost a part.
    """

    ids: tuple[str, ...]
    left_out: int
    almost: tuple[str, ...]


def find_identifiers(text: str) -> Identifiers:
    """Find the UUIDs that a person typed or pasted."""
    found = list(dict.fromkeys(_dashed(match.group()) for match in _UUID.finditer(text)))
    almost = tuple(dict.fromkeys(_ALMOST.findall(_UUID.sub(" ", text))))
    return Identifiers(tuple(found[:MOST_IDS]), max(0, len(found) - MOST_IDS), almost[:MOST_IDS])


def _dashed(uuid: str) -> str:
    digits = uuid.replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
