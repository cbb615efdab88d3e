"""What an answer of Telnyx means: status, headers and body in; a value or an error out. No I/O here.

The status decides and the body's error code is only for the log: codes are missing, or contradict each other, in
Telnyx's own schemas. Source: API pages "Show a port-out event" and "API error codes".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from portout.telnyx.decoding import UndecodableError
from portout.telnyx.errors import (
    AnyTelnyxError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    TelnyxError,
    UpstreamError,
)

_T = TypeVar("_T")


def read(status: int, headers: Mapping[str, str], body: bytes, decode: Callable[[bytes], _T]) -> _T:
    """Decide what an answer says, `decode` reading the body of a good one; raises a `TelnyxError`."""
    if 200 <= status < 300:
        try:
            return decode(body)
        except UndecodableError:
            raise InvalidResponseError(status=status, code=_error_code(body)) from None
    raise _error_for(status)(status=status, code=_error_code(body), retry_after=_retry_after(status, headers))


def may_pass(error: TelnyxError) -> bool:
    """Whether the same call, made again soon, may be answered."""
    match error:
        case RateLimitedError():
            return True
        case UpstreamError(status=status):
            # A status that makes no sense here makes no more sense a second later.
            return status is None or status == 408 or status >= 500
        case _:
            return False


def _error_for(status: int) -> type[AnyTelnyxError]:
    match status:
        case 400 | 404 | 422:
            return NotFoundError
        case 401 | 403:
            return KeyRejectedError
        case 429:
            return RateLimitedError
        case _:
            return UpstreamError


def _retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `Retry-After` (seconds or a date), else Telnyx's own `x-ratelimit-reset` (seconds)."""
    # Telnyx sends its rate limit's headers with every answer; only a 429 is about them.
    value = headers.get("Retry-After") or (headers.get("x-ratelimit-reset") if status == 429 else None) or ""
    if value.isdecimal() and value.isascii():
        return float(value) if len(value) < 10 else None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


class _Error(msgspec.Struct):
    code: str | int | None = None


class _Errors(msgspec.Struct):
    errors: list[_Error]


_error_decoder = msgspec.json.Decoder(_Errors)


def _error_code(body: bytes) -> str | None:
    """Telnyx's error code, if the body holds one that can only be a code."""
    try:
        code = str(_error_decoder.decode(body).errors[0].code)
    except (ValueError, RecursionError, IndexError):
        return None
    return code if code.isdecimal() and len(code) < 10 else None
