"""Lenient decoding: Telnyx guarantees no field; one unexpected field must not make the others unreadable.

A body that fails the decoding in one pass elsewhere is decoded here field by field.
"""

import json
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from portout.telnyx.pin import PinAttempt, decode_pin

_Data = TypeVar("_Data", dict[str, Any], list[Any])
_T = TypeVar("_T", bound=Struct)


class UndecodableError(ValueError):
    """A body that is not what was requested."""


def data_of(body: bytes, kind: type[_Data]) -> _Data:
    """Return the value under `data`; raise `UndecodableError` if there is none of this kind."""
    try:
        answer = json.loads(body.decode())
    except (ValueError, RecursionError):
        # The parser's own message quotes the body.
        raise UndecodableError from None
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, kind):
        raise UndecodableError
    return data


def decode_lenient(struct: type[_T], values: dict[str, Any]) -> _T:
    """Return a Struct of the values that fit; a field whose value does not fit keeps its default."""
    fitting = {}
    for field in msgspec.structs.fields(struct):
        if field.encode_name in values:
            with suppress(ValueError):
                fitting[field.name] = _convert_lenient(values[field.encode_name], field.type)
    return struct(**fitting)


def _convert_lenient(value: Any, field_type: Any) -> Any:
    match value:
        case dict() if isinstance(field_type, type) and issubclass(field_type, Struct):
            return decode_lenient(field_type, value)
        case int() | float() if field_type is not PinAttempt and not isinstance(value, bool):
            value = str(value)
        case list():
            value = [str(item) for item in value if isinstance(item, str | int) and not isinstance(item, bool)]
    return msgspec.convert(value, field_type, dec_hook=decode_pin)
