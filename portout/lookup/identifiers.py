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

MAX_IDS: Final = 10
"""How many ids one request looks up."""

_MAX_READ = 200  # of one text: nobody asks for more, and a hostile one takes no longer
_SHORTEST = 32  # characters of an id, without dashes
_LABEL_REACH = 40
_MAX_JSON = 100_000  # characters, of all the texts of a message

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
_MALFORMED = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{5,12}-[0-9A-Fa-f]{1,8}-[0-9A-Fa-f-]{1,60}(?![0-9A-Za-z])")
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
    """What an id is labeled as; lower comes first."""

    EVENT = 0
    UNLABELED = 1
    ORDER = 2
    USER = 3


class ExtractedIds(Struct, frozen=True):
    """The ids in a text: lower case, dashed, in order, without repeats.

    ids: what is looked up. omitted: how many more there were. malformed: what looks like an id that lost a part.
    order_ids: those of the ids, the last ones, that are labeled as orders or comments.
    """

    ids: tuple[str, ...]
    omitted: int = 0
    malformed: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()


def extract_ids(*texts: str) -> ExtractedIds:
    """Return the UUIDs in all the texts of a message."""
    kinds: dict[str, Kind] = {}
    room = _MAX_JSON
    for text in texts:
        if len(kinds) > _MAX_READ:
            break
        for identifier, kind in _read(text, room) if len(text) >= _SHORTEST else ():
            kinds[identifier] = _merge_kinds(kinds.get(identifier, Kind.UNLABELED), kind)
        if "{" in text:
            room -= len(text)
    wanted = sorted((one for one in kinds if kinds[one] is not Kind.USER), key=kinds.__getitem__)
    ids = tuple(wanted[:MAX_IDS])
    order_ids = tuple(one for one in ids if kinds[one] is Kind.ORDER)
    return ExtractedIds(ids, max(0, len(wanted) - MAX_IDS), order_ids=order_ids)


def parse_typed_ids(text: str) -> ExtractedIds:
    """Return the UUIDs in what a person typed, and what was meant to be one."""
    if only := normalize_uuid(text.strip()):
        return ExtractedIds((only,))
    malformed = tuple(dict.fromkeys(_MALFORMED.findall(_UUID.sub(" ", text))))
    return msgspec.structs.replace(extract_ids(text), malformed=malformed[:MAX_IDS])


def normalize_uuid(text: str | None) -> str | None:
    """Return a UUID in lower case and with dashes; None for what is none."""
    if text and _NORMAL.fullmatch(text):
        return text
    return _with_dashes(text) if text and _UUID.fullmatch(text) else None


def _with_dashes(uuid: str) -> str:
    digits = uuid.replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _merge_kinds(one: Kind, other: Kind) -> Kind:
    """Return the kind of an id that has two labels: a user's wins, for it is never looked up; else the labeled one."""
    if Kind.USER in (one, other):
        return Kind.USER
    return other if one is Kind.UNLABELED else one if other is Kind.UNLABELED else min(one, other)


def _read(text: str, room: int) -> Iterator[tuple[str, Kind]]:
    """Yield the ids in a text. room: characters; JSON longer than that is read as plain text."""
    start, end = text.find("{"), text.rfind("}") + 1
    if 0 <= start < end and end - start <= room:
        try:
            document = msgspec.json.decode(text[start:end])
        except (ValueError, RecursionError):
            pass
        else:
            yield from _read_text(text[:start])
            yield from _read_json(document, "", Kind.UNLABELED)
            yield from _read_text(text[end:])
            return
    yield from _read_text(text)


def _read_json(value: Any, name: str, inherited: Kind) -> Iterator[tuple[str, Kind]]:
    """Yield the ids in Telnyx's JSON: an object with an event type is an event, and its payload an order's."""
    match value:
        case dict():
            own = Kind.EVENT if "event_type" in value else Kind.ORDER if name == "payload" else inherited
            for key, inner in value.items():
                yield from _read_json(inner, key, own if key == "id" else Kind.UNLABELED)
        case list():
            for inner in value:
                yield from _read_json(inner, name, inherited)
        case str() if len(value) >= _SHORTEST:
            for identifier, kind in _read_text(value):
                yield identifier, _merge_kinds(_merge_kinds(kind, _label_before(f"{name}:")), inherited)
        case _:
            pass


def _read_text(text: str) -> Iterator[tuple[str, Kind]]:
    for start, uuid in sorted(islice(_uuids(text), _MAX_READ)):
        yield _with_dashes(uuid), _label_before(text[max(0, start - _LABEL_REACH) : start])


def _uuids(text: str) -> Iterator[tuple[int, str]]:
    for match in _DASHED.finditer(text):
        start = match.start() - 8
        if start >= 0 and _FIRST_EIGHT.match(text, start):
            yield start, text[start : match.end()]
    for match in _BARE.finditer(text):
        yield match.start(), match.group()


def _label_before(text: str) -> Kind:
    match = _LABEL.search(text)
    return Kind[match.lastgroup.upper()] if match and match.lastgroup else Kind.UNLABELED
