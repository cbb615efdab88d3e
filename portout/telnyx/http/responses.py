"""The meaning of Telnyx's answers: status, headers and body in; a value or an error out. No I/O here.

The status decides and the body's error code is only for the log: codes are missing, or contradict each other, in
Telnyx's own schemas. Only a refusal that is not Telnyx's own, by its body, says nothing about the id or the key: a
gateway, a proxy or another server on the way sent it. Source: API pages "Show a port-out event" and "API error codes".
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from msgspec import Struct

from portout.telnyx.decoding import UndecodableError, load
from portout.telnyx.errors import (
    AnyTelnyxError,
    IntermediaryError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    TelnyxError,
    UpstreamError,
)

_ERROR_FIELDS = frozenset({"code", "title", "detail", "description"})  # its schemas contradict each other

_T = TypeVar("_T")


class RateLimit(Struct, frozen=True):
    """Telnyx's rate limit. remaining: the calls that it still allows until `resets_at`, by the caller's clock."""

    remaining: int
    resets_at: float


def decode_response(status: int, headers: Mapping[str, str], body: bytes, decode: Callable[[bytes], _T]) -> _T:
    """Return the body of a good answer, decoded with `decode`; raise a `TelnyxError` for any other."""
    if 200 <= status < 300:
        try:
            return decode(body)
        except UndecodableError:
            raise InvalidResponseError(status=status, code=_error_code(body)) from None
    error = _error_for(status)
    if error in (NotFoundError, KeyRejectedError) and not _is_from_telnyx(body):
        error = IntermediaryError
    raise error(status=status, code=_error_code(body), retry_after=_retry_after(status, headers))


def rate_limit_of(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Return the rate limit that an answer names, counted from `now`; None if it names none that can be read."""
    remaining, seconds = (headers.get(f"x-ratelimit-{name}") or "" for name in ("remaining", "reset"))
    if not all(value.isascii() and value.isdecimal() and len(value) < 10 for value in (remaining, seconds)):
        return None
    return RateLimit(int(remaining), now + int(seconds))


def is_temporary(error: TelnyxError) -> bool:
    """Return whether the same call may succeed if it is retried soon."""
    match error:
        case RateLimitedError() | IntermediaryError():
            return True
        case InvalidResponseError(reason=reason):
            # It may have been cut short, or belong to another call; but one that is too large stays so.
            return reason is None
        case UpstreamError(status=status):
            # Any other status is unexpected here, and a retry would not change it.
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
    """Return the seconds to wait: `Retry-After` (seconds or a date), else Telnyx's `x-ratelimit-reset` (seconds)."""
    # Telnyx sends the headers of its rate limit with every answer; they matter for a 429 only.
    value = headers.get("Retry-After") or (headers.get("x-ratelimit-reset") if status == 429 else None) or ""
    if value.isdecimal() and value.isascii():
        return float(value) if len(value) < 10 else None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _is_from_telnyx(body: bytes) -> bool:
    """Return whether the body of a refusal can be Telnyx's: its `errors`, or nothing at all."""
    error = _error_of(body)
    # An empty one is Telnyx's, too, as far as is known; a gateway's has other fields.
    return not body.strip() or (error is not None and (not error or not _ERROR_FIELDS.isdisjoint(error)))


def _error_code(body: bytes) -> str | None:
    """Return Telnyx's error code, if the body has one that can only be a code."""
    code = str((_error_of(body) or {}).get("code"))
    # It goes to the log, where no name and no phone number may be.
    return code if code.isdecimal() and len(code) < 10 else None


def _error_of(body: bytes) -> dict[str, Any] | None:
    """Return the first of Telnyx's `errors`, empty for an empty list; None where there are none."""
    with suppress(UndecodableError):
        match load(body):
            case {"errors": [dict() as error, *_] | (dict() as error)}:
                return error
            case {"errors": []}:
                return {}
    return None
