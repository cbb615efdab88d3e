"""What names port-outs in whatever people and machines paste: UUIDs, support keys, phone numbers and PONs.

UUIDs are found bare, quoted, in braces, links, JSON or code, in any case. Labels and Telnyx's own JSON only decide
which of them are looked up first: events, then what is said to be a port-out, then ids without a label, then orders
and comments; ids of users are left out. What an id is, the look-up tells.
"""

import json
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import chain, islice
from typing import Any, Final

import msgspec
from msgspec import Struct

from portout.lookup.texts.folding import fold
from portout.lookup.texts.references import BEGINS, Reference, find_pons, find_support_keys
from portout.lookup.texts.spelled_numbers import find_numbers

MAX_MALFORMED: Final = 10
"""How many strings that look like a damaged id are repeated to the person who typed them."""

_MAX_READ = 200  # ids of one text: people paste fewer, and a hostile text must not take longer
_MIN_LENGTH = 32  # characters of an id without dashes
_MAX_LABEL = 40  # characters before an id in which its label is searched
_MAX_JSON = 100_000  # characters that are decoded, over all the texts of a message
_MAX_FOLDED = 100_000  # characters that are folded, over all the texts of a message
_MAX_READ_FOR_NUMBERS = 20_000  # characters that are searched for them, over all the texts of a message
_MAX_DOCUMENTS = 20  # JSON documents that are tried in one text
_MAX_NESTED = 3  # JSON in a string of JSON in a string of JSON

_JSON = json.JSONDecoder(strict=False)

# The pattern begins with a dash, which makes the search fast; the eight digits before it are matched afterwards.
_DASHED = re.compile(r"-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
_FIRST_EIGHT = re.compile(rf"{BEGINS}[0-9A-Fa-f]{{8}}")
# Without dashes only where the version and the variant are a UUID's: other 32-digit hex strings (digests, trace ids)
# are far more common than a UUID written that way.
_BARE = re.compile(r"\b[0-9A-Fa-f]{12}[1-8][0-9A-Fa-f]{3}[89ABab][0-9A-Fa-f]{15}\b", re.ASCII)
# Long runs of hex digits and dashes that are no UUID: most likely one that was cut or mistyped.
_MALFORMED = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{5,12}-[0-9A-Fa-f]{1,8}-[0-9A-Fa-f-]{1,60}(?![0-9A-Za-z])")
_UUID = re.compile(rf"{_FIRST_EIGHT.pattern}{_DASHED.pattern}|{_BARE.pattern}", re.ASCII)
_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The last word before an id, with at most "id", a slash and punctuation in between.
_LABEL = re.compile(
    r"(?:(?P<event>events?|data\.id)|(?P<order>orders?|portout_id|comments?|payload\.id)"
    r"|(?P<portout>port[ _-]?outs?)|(?P<user>user|owner|author|organi[sz]ation|account))"
    r"[ _-]?(?:uu)?(?:id)?[\s\"'`*_~:=#<({\[|\\/]*\Z",
    re.IGNORECASE,
)


class Kind(IntEnum):
    """What an id belongs to, by its label; lower values come first."""

    EVENT = 0
    PORTOUT = 1
    UNLABELED = 2
    ORDER = 3
    USER = 4


class ExtractedIds(Struct, frozen=True):
    """What names port-outs in a text: UUIDs, lower case, with dashes, in the order of the look-up, without repeats.

    malformed: strings that look like an id that lost a part. order_ids: the ids, last of `ids`, that are labeled as
    orders or comments. references: what names orders in another way, without repeats.
    """

    ids: tuple[str, ...]
    malformed: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return all that names a port-out, to compare what two texts name; not for a log."""
        return (*self.ids, *(reference.value for reference in self.references))

    def left_out(self, n_references: int) -> int:
        """Return how many references are left out where only the first ones are looked up.

        Beside an id or a key, phone numbers don't count: most likely they are of its port-out, which may have many.
        """
        is_named = bool(self.ids) or any(one.field == "support_key" for one in self.references)
        left = self.references[n_references:]
        return sum(1 for one in left if one.field != "phone_number" or not is_named)


def extract_ids(*texts: str) -> ExtractedIds:
    """Return the UUIDs and the support keys in all the texts of a message."""
    return _extract(texts, _support_keys(texts))


def extract_ids_and_numbers(*texts: str) -> ExtractedIds:
    """Return the same with the phone numbers, for a person who asks: in what machines post, any number may stand."""
    return _extract(texts, chain(_support_keys(texts), _numbers(texts)))


def parse_typed_ids(text: str) -> ExtractedIds:
    """Return the same of a text that a person typed, with its PONs, and the strings that look like a damaged id."""
    folded = fold(text[:_MAX_FOLDED])
    if uuid := normalize_uuid(folded.strip()):
        return ExtractedIds((uuid,))
    pons = tuple(find_pons(folded))
    for (start, end), _ in reversed(pons):
        folded = f"{folded[:start]};{folded[end:]}"
    malformed = (match for match in _MALFORMED.findall(_UUID.sub(" ", folded)) if not any(find_numbers(match)))
    references = chain(find_support_keys(folded), _numbers((folded,)), (pon for _, pon in pons))
    extracted = _extract((text,), references)
    return msgspec.structs.replace(extracted, malformed=tuple(dict.fromkeys(malformed))[:MAX_MALFORMED])


def _extract(texts: Iterable[str], references: Iterable[Reference]) -> ExtractedIds:
    return msgspec.structs.replace(_extract_uuids(texts), references=tuple(dict.fromkeys(references)))


def _support_keys(texts: Iterable[str]) -> Iterator[Reference]:
    budget = _MAX_FOLDED
    for text in texts:
        yield from find_support_keys(fold(text) if len(text) <= budget else text)
        budget -= len(text)


def _numbers(texts: Iterable[str]) -> Iterator[Reference]:
    budget = _MAX_READ_FOR_NUMBERS
    for text in texts:
        for number in find_numbers(fold(text[: max(0, budget)])):
            yield Reference("phone_number", number)
        budget -= len(text)


def _extract_uuids(texts: Iterable[str]) -> ExtractedIds:
    kinds: dict[str, Kind] = {}
    tails: set[str] = set()
    json_budget, fold_budget = _MAX_JSON, _MAX_FOLDED
    for text in texts:
        if len(kinds) > _MAX_READ:
            break
        if len(text) < _MIN_LENGTH:
            continue
        # Also as it is: what looks like percent-encoding may be a percent sign before an id.
        folded = fold(text) if len(text) <= fold_budget else text
        fold_budget -= len(text)
        for spelling in dict.fromkeys((folded, text)):
            for identifier, kind in _read(spelling, json_budget):
                # But then the digits of an escape within an id may stand in the place of its own first two.
                if spelling is not folded and identifier not in kinds and identifier[2:] in tails:
                    continue
                kinds[identifier] = _merge_kinds(kinds.get(identifier, Kind.UNLABELED), kind)
                tails.add(identifier[2:])
            if "{" in spelling:
                json_budget -= len(spelling)
    ids = tuple(sorted((uuid for uuid in kinds if kinds[uuid] is not Kind.USER), key=kinds.__getitem__))
    return ExtractedIds(ids, order_ids=tuple(uuid for uuid in ids if kinds[uuid] is Kind.ORDER))


def normalize_uuid(text: str | None) -> str | None:
    """Return a UUID in lower case and with dashes; None for a text that is no UUID."""
    if text and _CANONICAL.fullmatch(text):
        return text
    return _with_dashes(text) if text and _UUID.fullmatch(text) else None


def _with_dashes(uuid: str) -> str:
    digits = uuid.replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _merge_kinds(first: Kind, second: Kind) -> Kind:
    """Return the kind of an id that has two labels: a user's wins, for it is never looked up; else the labeled one."""
    if Kind.USER in (first, second):
        return Kind.USER
    return second if first is Kind.UNLABELED else first if second is Kind.UNLABELED else min(first, second)


def _read(text: str, budget: int, depth: int = 0) -> Iterator[tuple[str, Kind]]:
    """Yield the ids in a text. budget: characters; a longer text is not searched for JSON."""
    start = 0
    if "{" in text and len(text) <= budget and depth < _MAX_NESTED:
        for begin, end, document in _json_documents(text):
            yield from _read_text(text[start:begin])
            yield from _read_json(document, "", Kind.UNLABELED, depth)
            start = end
    yield from _read_text(text[start:])


def _json_documents(text: str) -> Iterator[tuple[int, int, Any]]:
    """Yield each JSON object in a text, with where it begins and ends."""
    position = text.find("{")
    for _ in range(_MAX_DOCUMENTS):
        if position < 0:
            return
        end = position + 1
        try:
            document, end = _JSON.raw_decode(text, position)
        except (ValueError, RecursionError):
            pass
        else:
            yield position, end, document
        position = text.find("{", end)


def _read_json(value: Any, name: str, inherited: Kind, depth: int) -> Iterator[tuple[str, Kind]]:
    """Yield the ids in Telnyx's JSON: an object with an event type is an event, and its payload an order's."""
    match value:
        case dict():
            own = Kind.EVENT if "event_type" in value else Kind.ORDER if name == "payload" else inherited
            for key, inner in value.items():
                yield from _read_json(inner, key, own if key == "id" else Kind.UNLABELED, depth)
        case list():
            for inner in value:
                yield from _read_json(inner, name, inherited, depth)
        case str() if len(value) >= _MIN_LENGTH:
            for identifier, kind in _read(value, len(value), depth + 1):
                yield identifier, _merge_kinds(_merge_kinds(kind, _label_before(f"{name}:")), inherited)
        case _:
            pass


def _read_text(text: str) -> Iterator[tuple[str, Kind]]:
    for start, uuid in sorted(islice(_uuids(text), _MAX_READ)):
        yield _with_dashes(uuid), _label_before(text[max(0, start - _MAX_LABEL) : start])


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
