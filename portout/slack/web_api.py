"""Calls of Slack's Web API, and the meaning of their failures.

SlackError
├── SlackRejectedError         Slack refuses the call, now and later
├── SlackOutcomeUnknownError   no answer, or none that shows whether Slack took the call
└── SlackRateLimitedError      Slack did not take the call, and sends the time to wait before the next one
"""

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from portout.telemetry.metrics import SLACK_DURATION, SLACK_SECONDS

Call: TypeAlias = Callable[..., Awaitable[AsyncSlackResponse]]
"""A method of the SDK's client."""

Check: TypeAlias = Callable[[], Awaitable[None]]
"""What is called right before every attempt of a call; an error that it raises ends the call."""

MAX_TRIES: Final = 5
"""How often a call is attempted that Slack rate-limits."""

MAX_PAUSE_SECONDS: Final = 60.0
"""How long, in seconds, the bot waits at most when Slack asks it to."""

_RATE_LIMIT_ERRORS: Final = ("ratelimited", "rate_limited")  # most methods send the first, chat.postMessage both

TEMPORARY_ERRORS: Final = frozenset(
    {
        *("fatal_error", "internal_error", *_RATE_LIMIT_ERRORS, "request_timeout", "service_unavailable"),
        *("org_login_required", "team_added_to_org"),
    }
)
"""Temporary errors of Slack's own: the token may be fine, and the next call may succeed (docs.slack.dev, auth.test).

The last two last as long as a workspace is moved into an organisation.
"""

MAX_CLICK_WAIT_SECONDS: Final = 2.5
"""How long a person who clicked a button waits at most while Slack asks the bot to pause, before they are told."""

GONE_ERRORS: Final = frozenset({"message_not_found", "thread_not_found"})
"""Errors that tell that a message is not there any more, or not the thread that it started."""

TOKEN_ERRORS: Final = frozenset(
    {
        *("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"),
        *("message_limit_exceeded", "team_access_not_granted"),
    }
)
"""Refusals that end when somebody changes the token or the workspace: an event is not to be lost meanwhile."""

_NAME = re.compile(r"[a-z]+(?:_[a-z0-9]+)*", re.ASCII)  # of an error, as Slack writes it
_SCOPES = re.compile(r"[a-z]+(?:[.:_][a-z]+)*(?:,[a-z]+(?:[.:_][a-z]+)*){0,9}", re.ASCII)
_MAX_FAILURES: Final = 3
_PAUSE_SECONDS: Final = 0.2  # after the first failure, twice that after the second

_log = structlog.get_logger()


class SlackError(Exception):
    """A failed call of Slack's Web API.

    reason: Slack's name of the error, or what was wrong with the answer. needed: the scope that the app lacks, or
    several separated by commas, where Slack names them.
    """

    def __init__(self, reason: str, needed: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.needed = needed


class SlackRejectedError(SlackError):
    """A call that Slack refuses, now and later."""


class SlackOutcomeUnknownError(SlackError):
    """A call without an answer, or without one that shows whether Slack took it."""


class SlackRateLimitedError(SlackError):
    """A call that Slack did not take because of a rate limit. seconds: to wait before the next one, 60 at most."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = min(seconds, MAX_PAUSE_SECONDS)


def read_error(error: Exception) -> SlackError:
    """Return the meaning of an error that a call of the SDK raised: the SDK's own, or the transport's."""
    if not isinstance(error, SlackApiError):
        # The SDK raises these for an answer that is no JSON object: a proxy's, or another server's.
        is_odd = isinstance(error, AttributeError | TypeError | ValueError)
        return SlackOutcomeUnknownError("no readable answer" if is_odd else type(error).__name__)
    status, data = _status(error), getattr(error.response, "data", None)
    name = data.get("error") if isinstance(data, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        name = None  # a proxy's text, which may quote the request: it must not reach the log, or a person
    if status == 429 or (status == 200 and name in _RATE_LIMIT_ERRORS):
        return SlackRateLimitedError(retry_after_seconds(error.response.headers.get("Retry-After", "")))
    # Slack may have taken the call all the same, or may take the next one.
    if status != 200 or name is None or name in TEMPORARY_ERRORS:
        return SlackOutcomeUnknownError(name or (f"HTTP {status}" if status != 200 else "no readable answer"))
    needed = data.get("needed") if isinstance(data, dict) else None
    return SlackRejectedError(name, needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "")


def _status(error: Exception) -> int | None:
    """Return the HTTP status of the answer that an error is about, if there was one."""
    return getattr(getattr(error, "response", None), "status_code", None)


async def call_with_retries(
    call: Call, *, before_attempt: Check | None = None, max_wait: float | None = None, **arguments: Any
) -> Any:
    """Call a method that may safely be repeated, with retries and the pauses Slack asks for; return its answer.

    max_wait: how many seconds from now a pause may last, at most; None for as long as Slack asks. Raises what
    `before_attempt` raises, or a `SlackError`: a `SlackRateLimitedError` if all tries were too early, or if the next
    pause is too long.
    """
    loop, failures, refusals = asyncio.get_running_loop(), 0, 0
    until = math.inf if max_wait is None else loop.time() + max_wait
    while True:
        if before_attempt is not None:
            await before_attempt()
        try:
            return await call_once(call, **arguments)
        except SlackRateLimitedError as error:
            refusals += 1
            if refusals >= MAX_TRIES or loop.time() + error.seconds > until:
                raise
            await asyncio.sleep(error.seconds)
        except SlackOutcomeUnknownError:
            failures += 1
            if failures >= _MAX_FAILURES:
                raise
            await asyncio.sleep(_PAUSE_SECONDS * failures)


async def call_once(call: Call, **arguments: Any) -> Any:
    """Call a method once and return its answer; raise a `SlackError`."""
    started, method, outcome = time.perf_counter(), call.__name__, "ok"
    try:
        return (await call(**arguments)).data
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        failure = read_error(error)
        outcome = _OUTCOMES[type(failure)]
        if not isinstance(failure, SlackRateLimitedError):
            status = _status(error)
            _log.warning("slack.failed", method=method, outcome=outcome, status=status, reason=failure.reason)
        raise failure from None
    finally:
        seconds = time.perf_counter() - started
        SLACK_SECONDS.labels(method, outcome).observe(seconds)
        SLACK_DURATION.labels(method).observe(seconds)


def retry_after_seconds(retry_after: str) -> float:
    """Return the seconds in a `Retry-After` header; 1 where it is missing or no number."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else 1.0


_OUTCOMES: Final = {
    SlackRejectedError: "refused",
    SlackOutcomeUnknownError: "unsure",
    SlackRateLimitedError: "slowdown",
}

_METHODS: Final = (
    *("chat_delete", "chat_postEphemeral", "chat_postMessage", "chat_update"),
    *("conversations_history", "conversations_replies"),
    *("views_open", "views_publish", "views_push", "views_update"),
)

# From the start, as `rate` does not see a series that begins with its first failure.
for _method in _METHODS:
    SLACK_DURATION.labels(_method)
    for _outcome in ("ok", *_OUTCOMES.values()):
        SLACK_SECONDS.labels(_method, _outcome)
