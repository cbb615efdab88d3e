"""The errors of a look-up at Telnyx.

TelnyxError
├── NotFoundError           404; also 400 and 422, which Telnyx may send for an id that it cannot parse
├── KeyRejectedError        401, 403: our key is wrong, or has no permission to read port-outs
├── IntermediaryError       one of these statuses, but not from Telnyx: from a gateway, a proxy or another server
├── RateLimitedError        429: too many requests, ours or those of others with the same key
├── UpstreamError           408, 5xx, no connection, or a status that is unexpected here
├── DeadlineExceededError   no answer within the look-up's deadline
└── InvalidResponseError    an answer, but not with what was requested
"""

from typing import ClassVar, Final, TypeAlias, get_args


class TelnyxError(Exception):
    """A failed look-up at Telnyx; never with the body of the answer.

    outcome: the error's name in logs and metrics. status: Telnyx's HTTP status, if there was one. code: Telnyx's own
    error code, if it sent one. retry_after: seconds to wait before a retry, if Telnyx sent them. reason: why Telnyx
    could not be reached, or its answer not be read, for the operator.
    """

    outcome: ClassVar[str]

    def __init__(
        self,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_after: float | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(self.outcome, status, code, reason)
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.reason = reason


class NotFoundError(TelnyxError):
    """No port-out has this id."""

    outcome = "not_found"


class KeyRejectedError(TelnyxError):
    """A call for which Telnyx refused our key."""

    outcome = "refused"


class IntermediaryError(TelnyxError):
    """A refusal that something between the bot and Telnyx sent, so that Telnyx's own answer is not known."""

    outcome = "intermediary"


class RateLimitedError(TelnyxError):
    """A call over Telnyx's rate limit."""

    outcome = "rate_limited"


class UpstreamError(TelnyxError):
    """A failure of Telnyx, or of the connection to it."""

    outcome = "upstream"


class DeadlineExceededError(TelnyxError):
    """A call that Telnyx did not answer before the deadline."""

    outcome = "timeout"


class InvalidResponseError(TelnyxError):
    """An answer that is not what was requested."""

    outcome = "unreadable"


AnyTelnyxError: TypeAlias = (
    NotFoundError
    | KeyRejectedError
    | IntermediaryError
    | RateLimitedError
    | UpstreamError
    | DeadlineExceededError
    | InvalidResponseError
)


FOUND: Final = "found"
OUTCOMES: Final = (FOUND, *(error.outcome for error in get_args(AnyTelnyxError)))
"""The names of the possible outcomes of a call."""
