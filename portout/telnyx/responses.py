"""What an answer of Telnyx means: status, headers and body in; a value or an error out. No I/O here.

TelnyxError
├── NotFoundError      404; also 400 and 422, which Telnyx may give for an id it can't read
├── RefusedError       401, 403: our key is wrong, or may not see port-outs
├── RateLimitedError   429: too many requests, ours or those of others on the same key
├── UpstreamError      408, 5xx, no connection, or a status that makes no sense here
├── TooSlowError       no answer within the look-up's deadline
└── UnreadableError    an answer, but not of what was asked for

The status decides and the body's error code is only for the log: codes are missing, or contradict each other, in
Telnyx's own schemas. Source: API pages "Show a port-out event" and "API error codes".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar, Final, TypeAlias, TypeVar, get_args

import msgspec

from portout.telnyx.decoding import UndecodableError

_T = TypeVar("_T")


class TelnyxError(Exception):
    """A look-up at Telnyx failed.

    outcome: the failure's name in logs. status: Telnyx's HTTP status, if there was one. code: Telnyx's own error code,
    if it sent one. retry_after: seconds to wait before another try, if Telnyx said so.
    """

    outcome: ClassVar[str]

    def __init__(self, *, status: int | None = None, code: str | None = None, retry_after: float | None = None) -> None:
        """Keep what the person and the operator may need; never the body."""
        super().__init__(self.outcome, status, code)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class NotFoundError(TelnyxError):
    """Telnyx has nothing with this id."""

    outcome = "not_found"


class RefusedError(TelnyxError):
    """Telnyx refused our key."""

    outcome = "refused"


class RateLimitedError(TelnyxError):
    """Telnyx asked us to slow down."""

    outcome = "rate_limited"


class UpstreamError(TelnyxError):
    """Telnyx failed, or could not be reached."""

    outcome = "upstream"


class TooSlowError(TelnyxError):
    """Telnyx did not answer in time."""

    outcome = "timeout"


class UnreadableError(TelnyxError):
    """Telnyx answered, but not with what was asked for."""

    outcome = "unreadable"


AnyTelnyxError: TypeAlias = (
    NotFoundError | RefusedError | RateLimitedError | UpstreamError | TooSlowError | UnreadableError
)


FOUND: Final = "found"
OUTCOMES: Final = (FOUND, *(error.outcome for error in get_args(AnyTelnyxError)))
"""What a call may come to, by name."""


def read(status: int, headers: Mapping[str, str], body: bytes, decode: Callable[[bytes], _T]) -> _T:
    """Decide what an answer says, `decode` reading the body of a good one; raises a `TelnyxError`."""
    if 200 <= status < 300:
        try:
            return decode(body)
        except UndecodableError:
            raise UnreadableError(status=status, code=_error_code(body)) from None
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
            return RefusedError
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
