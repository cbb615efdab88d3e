"""Lenient decoding: Telnyx guarantees no field; one unexpected field must not make the others unreadable.

A body that fails the decoding in one pass elsewhere is decoded here field by field, and odd spellings are read.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeVar, get_args

import msgspec
from msgspec import UNSET, Raw, Struct
from msgspec.structs import force_setattr

from portout.telnyx.pin import PinAttempt, names_pin

STATUSES: Final = frozenset({"pending", "authorized", "rejected-pending", "rejected", "canceled", "ported"})
"""The statuses that Telnyx documents."""

UNREADABLE_NUMBER: Final = ""
"""What stands in a list of phone numbers for a value that is none: it is counted all the same."""

_SEPARATOR = re.compile(r"[,;|\n]\s*|\s+(?=\+)")
_UUID = re.compile(r"[0-9a-f]{32}")
_NUMBER_KEYS = ("phone_number", "number", "e164", "value")

_T = TypeVar("_T", bound=Struct)
_Value = TypeVar("_Value")


class UndecodableError(ValueError):
    """A body that is not what was requested."""


class Page(Struct, frozen=True):
    """One page of a list. data: its rows. meta: Telnyx's totals, under names that may be missing."""

    data: list[Raw]
    meta: Raw = Raw(b"null")


_page_decoder = msgspec.json.Decoder(Page)


class StatusStruct(Struct, frozen=True, kw_only=True):
    """A Struct with the status of an order: as documented, whatever its spelling; else as Telnyx sent it.

    reason_names_pin: whether the reason of a rejection speaks of a PIN, which stays true when the reason is masked.
    """

    status: str | None = None
    reason_names_pin: bool = False

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in STATUSES:
            force_setattr(self, "status", _normalize_status(self.status))
        reason = getattr(self, "rejection_reason", None) or getattr(self, "reason", None)
        if reason and not self.reason_names_pin and names_pin(reason):
            force_setattr(self, "reason_names_pin", True)


def object_of(body: bytes, marks: AbstractSet[str]) -> dict[str, Any]:
    """Return the object under `data`, or the only one in a list there; raise `UndecodableError` if there is none.

    marks: names of fields of which an object without the envelope must have one, to be what was requested.
    """
    match load(body):
        case {"data": dict() as data} | {"data": [dict() as data]} | [{"data": dict() as data}]:
            return data
        case (dict() as data) | [dict() as data] if marks & data.keys():
            return data
    raise UndecodableError


def load(body: bytes) -> Any:
    """Return the JSON of a body, which may begin with a byte order mark; raise `UndecodableError`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # The parser's own message quotes the body.
        raise UndecodableError from None


def _normalize_status(status: str) -> str | None:
    """Return Telnyx's spelling of a documented status in any spelling, any other as it is; None for no text."""
    text = status.strip()
    folded = text.casefold().replace("_", "-").replace(" ", "-").replace("cancelled", "canceled")
    if folded in STATUSES:
        return folded
    return text if any(map(str.isalnum, text)) else None


def decode_fitting(decoder: msgspec.json.Decoder[_Value], body: Raw | bytes) -> _Value | None:
    """Return a body that fits in one pass; None for any other.

    A second pass is then outside of the error, which quotes the body, and would be the context of one raised in it.
    """
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError):
        return None


def decode_page(body: bytes) -> Page:
    """Return the page of a list, its rows not decoded yet; raise `UndecodableError`."""
    if page := decode_fitting(_page_decoder, body.removeprefix(codecs.BOM_UTF8)):
        return page
    # What is odd in one row must not cost the others.
    match load(body):
        case {"data": list() as data, **others}:
            rows = [Raw(json.dumps(row).encode()) for row in data]
            return Page(rows, Raw(json.dumps(others.get("meta")).encode()))
    raise UndecodableError


def decode_rows(
    rows: Iterable[Raw],
    decoder: msgspec.json.Decoder[_Value],
    decode_fields: Callable[[dict[str, Any]], _Value],
) -> list[tuple[Raw, _Value]]:
    """Return the rows of a list that are objects, each decoded in one pass if it fits, else with `decode_fields`."""
    decoded = []
    for row in rows:
        if (value := decode_fitting(decoder, row)) is not None:
            decoded.append((row, value))
            continue
        with suppress(UndecodableError):
            values = load(bytes(row))
            decoded += [(row, decode_fields(values))] if isinstance(values, dict) else []
    return decoded


def uuid_digits(text: str | None) -> str | None:
    """Return the digits of a UUID, with or without dashes, in lower case; None for a text that is no UUID."""
    digits = text.replace("-", "").lower() if text else ""
    return digits if _UUID.fullmatch(digits) else None


def is_uuid(text: str | None) -> bool:
    """Return whether a text is a UUID, with or without dashes."""
    return uuid_digits(text) is not None


def is_same_id(first: str | None, second: str | None) -> bool | None:
    """Return whether two ids belong to the same thing; None if one of them is no UUID, so that nothing is known."""
    digits, others = uuid_digits(first), uuid_digits(second)
    return digits == others if digits and others else None


def decode_lenient(struct: type[_T], values: dict[str, Any]) -> _T:
    """Return a Struct of the values that fit; a field whose value does not fit keeps its default."""
    fitting = {}
    for name, encoded_name, field_type, is_text in _fields(struct):
        value = values.get(encoded_name, UNSET)
        if is_text and (value is None or type(value) is str):
            fitting[name] = value  # as nearly all are
        elif value is not UNSET:
            with suppress(ValueError):
                fitting[name] = _convert_lenient(value, field_type)
    return struct(**fitting)


@cache
def _fields(struct: type[Struct]) -> tuple[tuple[str, str, Any, bool], ...]:
    """Return the name of each field, the name in JSON, the type, and whether it is a text that may be null."""
    return tuple(
        (field.name, field.encode_name, field.type, {str, type(None)} <= set(get_args(field.type)))
        for field in msgspec.structs.fields(struct)
    )


def _convert_lenient(value: Any, field_type: Any) -> Any:
    if isinstance(value, dict) and isinstance(field_type, type) and issubclass(field_type, Struct):
        return decode_lenient(field_type, value)
    if field_type is PinAttempt:
        return PinAttempt(value)
    if field_type == list[str] | None:
        return _read_numbers(value)
    if isinstance(value, dict):
        value = value.get("value")
    if field_type == int | None and not isinstance(value, bool):
        return msgspec.convert(value, field_type, strict=False)
    return msgspec.convert(_text_of(value), field_type)


def _text_of(value: Any) -> Any:
    """Return a number as text, without a fraction of zero; anything else unchanged."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def odd_numbers(numbers: Sequence[str] | None) -> str:
    """Return those of a list of phone numbers that are not written as such, in one text."""
    # There may be thousands, and nearly always none is odd.
    if not numbers or (len(numbers) > 20 and _are_e164(numbers)):
        return ""
    return " ".join([number for number in numbers if not _is_e164(number)])


def _is_e164(number: str) -> bool:
    return len(number) > 8 and number[0] == "+" and number[1:].isdecimal()


def _are_e164(numbers: Sequence[str]) -> bool:
    joined = "\n".join(numbers)
    digits = joined[1:].replace("\n+", "")
    is_separated = len(joined) == 1 + len(digits) + 2 * (len(numbers) - 1)
    return joined[0] == "+" and is_separated and digits.isdecimal() and min(map(len, numbers)) > 8


def _read_numbers(value: Any) -> list[str] | None:
    """Return phone numbers, sent as a list, an object or one text; `UNREADABLE_NUMBER` for each that is no number."""
    match value:
        case None:
            return None
        case str():
            return [part for part in _SEPARATOR.split(value.strip()) if part] or None
        case dict():
            value = [value] if value.keys() & set(_NUMBER_KEYS) else list(value.values())
        case list():
            pass
        case _:
            value = [value]
    return [_read_number(item) for item in value]


def _read_number(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in _NUMBER_KEYS if key in item), None)
    match _text_of(item):
        case str(text) if not isinstance(item, float) or item.is_integer():
            return text
    return UNREADABLE_NUMBER
