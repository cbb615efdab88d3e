"""Why a look-up at Telnyx failed.

TelnyxError
├── NotFoundError      404; also 400 and 422, which Telnyx may give for an id it can't read
├── RefusedError       401, 403: our key is wrong, or may not see port-outs
├── RateLimitedError   429: too many requests, ours or those of others on the same key
├── UpstreamError      408, 5xx, no connection, or a status that makes no sense here
├── TooSlowError       no answer within the look-up's deadline
└── UnreadableError    an answer, but not of what was asked for
"""

from typing import ClassVar, Final, TypeAlias, get_args


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


class KeyRejectedError(TelnyxError):
    """Telnyx refused our key."""

    outcome = "refused"


class RateLimitedError(TelnyxError):
    """Telnyx asked us to slow down."""

    outcome = "rate_limited"


class UpstreamError(TelnyxError):
    """Telnyx failed, or could not be reached."""

    outcome = "upstream"


class DeadlineExceededError(TelnyxError):
    """Telnyx did not answer in time."""

    outcome = "timeout"


class InvalidResponseError(TelnyxError):
    """Telnyx answered, but not with what was asked for."""

    outcome = "unreadable"


AnyTelnyxError: TypeAlias = (
    NotFoundError | KeyRejectedError | RateLimitedError | UpstreamError | DeadlineExceededError | InvalidResponseError
)


FOUND: Final = "found"
OUTCOMES: Final = (FOUND, *(error.outcome for error in get_args(AnyTelnyxError)))
"""What a call may come to, by name."""
