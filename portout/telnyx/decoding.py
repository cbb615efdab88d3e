"""Reading what doesn't fit: Telnyx promises little, and one odd field must not cost the rest.

What is decoded in one pass elsewhere is read here field by field when that fails.
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
    """The body is nothing of what was asked for."""


def data_of(body: bytes, kind: type[_Data]) -> _Data:
    """Give what stands under `data`; raises `UndecodableError` if there is no such thing."""
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
    """Make a Struct of the values that fit; a field whose value doesn't keeps its default."""
    fitting = {}
    for field in msgspec.structs.fields(struct):
        if field.encode_name in values:
            with suppress(ValueError):
                fitting[field.name] = _convert_lenient(values[field.encode_name], field.type)
    return struct(**fitting)


def _convert_lenient(value: Any, wanted: Any) -> Any:
    match value:
        case dict() if isinstance(wanted, type) and issubclass(wanted, Struct):
            return decode_lenient(wanted, value)
        case int() | float() if wanted is not PinAttempt and not isinstance(value, bool):
            value = str(value)
        case list():
            value = [str(item) for item in value if isinstance(item, str | int) and not isinstance(item, bool)]
    return msgspec.convert(value, wanted, dec_hook=decode_pin)
