"""UUIDs in whatever people and machines paste: bare, quoted, in braces, links, JSON or code, in any case.

Which of them is the event? Where Telnyx's own JSON or a label tells, events come first, then what nobody labels, then
orders and comments; ids of users are left out.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Struct

MOST_IDS: Final = 10
"""How many ids one request looks up."""

_MOST_READ = 200  # of one text: nobody asks for more, and a hostile one takes no longer
_SHORTEST = 32  # characters of an id, without dashes
_LABEL_REACH = 40
_LARGEST_JSON = 100_000  # characters, of all the texts of a message

# Starting at a dash, the search skips what has none; the eight digits before it are looked at after.
_DASHED = re.compile(r"-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
# What stands before them may be an escape of JSON or of a URL, which ends in a letter or a digit.
_FIRST_EIGHT = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))[0-9A-Fa-f]{8}"
)
# Without dashes only where the version and the variant are a UUID's: other 32-digit hex strings (digests, trace ids)
# are far more common than a UUID written that way.
_BARE = re.compile(r"\b[0-9A-Fa-f]{12}[1-8][0-9A-Fa-f]{3}[89ABab][0-9A-Fa-f]{15}\b", re.ASCII)
# Long runs of hex and dashes that are no UUID: most likely one that was cut or mistyped.
_ALMOST = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{5,12}-[0-9A-Fa-f]{1,8}-[0-9A-Fa-f-]{1,60}(?![0-9A-Za-z])")
_UUID = re.compile(rf"{_FIRST_EIGHT.pattern}{_DASHED.pattern}|{_BARE.pattern}", re.ASCII)
_NORMAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The last word before an id, with at most "id" and punctuation in between.
_LABEL = re.compile(
    r"(?:(?P<event>event|data\.id)|(?P<order>order|portout_id|comment|payload\.id)"
    r"|(?P<user>user|owner|author|organi[sz]ation|account))"
    r"[ _-]?(?:uu)?(?:id)?[\s\"'`*_~:=#<({\[|\\]*\Z",
    re.IGNORECASE,
)


class Kind(IntEnum):
    """What an id is said to be of; lower comes first."""

    EVENT = 0
    UNSAID = 1
    ORDER = 2
    USER = 3


class Identifiers(Struct, frozen=True):
    """The ids in a text: lower case, dashed, in order, without repeats.

    ids: what is looked up. left_out: how many more there were. almost: what looks like an id that lost a part. orders:
    those of the ids, the last ones, that are said to be orders or comments.
    """

    ids: tuple[str, ...]
    left_out: int = 0
    almost: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


def find_identifiers(*texts: str) -> Identifiers:
    """Find the UUIDs in all the texts of a message."""
    kinds: dict[str, Kind] = {}
    room = _LARGEST_JSON
    for text in texts:
        if len(kinds) > _MOST_READ:
            break
        for identifier, kind in _read(text, room) if len(text) >= _SHORTEST else ():
            kinds[identifier] = _agreed(kinds.get(identifier, Kind.UNSAID), kind)
        if "{" in text:
            room -= len(text)
    wanted = sorted((one for one in kinds if kinds[one] is not Kind.USER), key=kinds.__getitem__)
    ids = tuple(wanted[:MOST_IDS])
    orders = tuple(one for one in ids if kinds[one] is Kind.ORDER)
    return Identifiers(ids, max(0, len(wanted) - MOST_IDS), orders=orders)


def find_typed(text: str) -> Identifiers:
    """Find the UUIDs in what a person typed, and what was meant to be one."""
    if only := normal(text.strip()):
        return Identifiers((only,))
    almost = tuple(dict.fromkeys(_ALMOST.findall(_UUID.sub(" ", text))))
    return msgspec.structs.replace(find_identifiers(text), almost=almost[:MOST_IDS])


def normal(text: str | None) -> str | None:
    """Write a UUID as this bot does, lower case and dashed; None for what is none."""
    if text and _NORMAL.fullmatch(text):
        return text
    return _normal(text) if text and _UUID.fullmatch(text) else None


def _normal(uuid: str) -> str:
    digits = uuid.replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _agreed(one: Kind, other: Kind) -> Kind:
    """Take what is labeled anywhere to be that everywhere; a user's id is never looked up, whatever else it is."""
    if Kind.USER in (one, other):
        return Kind.USER
    return other if one is Kind.UNSAID else one if other is Kind.UNSAID else min(one, other)


def _read(text: str, room: int) -> Iterator[tuple[str, Kind]]:
    """Read a text, and the JSON in it by its structure if it is not too long for what is left of a message's room."""
    start, end = text.find("{"), text.rfind("}") + 1
    if 0 <= start < end and end - start <= room:
        try:
            document = msgspec.json.decode(text[start:end])
        except (ValueError, RecursionError):
            pass
        else:
            yield from _read_text(text[:start])
            yield from _read_json(document, "", Kind.UNSAID)
            yield from _read_text(text[end:])
            return
    yield from _read_text(text)


def _read_json(value: Any, name: str, inherited: Kind) -> Iterator[tuple[str, Kind]]:
    """Read Telnyx's JSON by its structure: an object with an event type is an event, and its payload an order's."""
    match value:
        case dict():
            own = Kind.EVENT if "event_type" in value else Kind.ORDER if name == "payload" else inherited
            for key, inner in value.items():
                yield from _read_json(inner, key, own if key == "id" else Kind.UNSAID)
        case list():
            for inner in value:
                yield from _read_json(inner, name, inherited)
        case str() if len(value) >= _SHORTEST:
            for identifier, kind in _read_text(value):
                yield identifier, _agreed(_agreed(kind, _labeled(f"{name}:")), inherited)
        case _:
            pass


def _read_text(text: str) -> Iterator[tuple[str, Kind]]:
    for start, uuid in sorted(islice(_uuids(text), _MOST_READ)):
        yield _normal(uuid), _labeled(text[max(0, start - _LABEL_REACH) : start])


def _uuids(text: str) -> Iterator[tuple[int, str]]:
    for match in _DASHED.finditer(text):
        start = match.start() - 8
        if start >= 0 and _FIRST_EIGHT.match(text, start):
            yield start, text[start : match.end()]
    for match in _BARE.finditer(text):
        yield match.start(), match.group()


def _labeled(before: str) -> Kind:
    match = _LABEL.search(before)
    return Kind[match.lastgroup.upper()] if match and match.lastgroup else Kind.UNSAID
