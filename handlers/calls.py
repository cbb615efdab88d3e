"""Calls of Slack's Web API, and what their failures mean."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.metrics import SLACK_SECONDS
from bot.slack import PASSING, read_refusal

Call: TypeAlias = Callable[..., Awaitable[AsyncSlackResponse]]
"""A method of the SDK's client."""

MAX_TRIES: Final = 5
"""How often a call is made that Slack asks to be made later."""

MAX_PAUSE_SECONDS: Final = 30.0
"""How long, in seconds, this bot waits when Slack asks it to."""

_MAX_FAILURES: Final = 3
_PAUSE: Final = 0.2

_log = structlog.get_logger()


class RefusedError(Exception):
    """Slack will not take a call, now or later. reason: its error's name."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class UnsureError(Exception):
    """Slack did not answer, or not so that it is clear whether it took the call."""


class SlowDownError(Exception):
    """Slack didn't take a call, and says when to make it again, in seconds."""

    def __init__(self, seconds: float) -> None:
        """Keep how long to wait."""
        super().__init__(seconds)
        self.seconds = min(seconds, MAX_PAUSE_SECONDS)


async def call_patiently(call: Call, **arguments: Any) -> Any:
    """Make a call that does no harm twice, waiting as Slack asks; raises `RefusedError` or `UnsureError`."""
    failures = 0
    for _ in range(MAX_TRIES):
        try:
            return await call_once(call, **arguments)
        except SlowDownError as refusal:
            await asyncio.sleep(refusal.seconds)
        except UnsureError:
            failures += 1
            if failures >= _MAX_FAILURES:
                raise
            await asyncio.sleep(_PAUSE * failures)
    raise UnsureError


async def call_once(call: Call, **arguments: Any) -> Any:
    """Make a call and give its answer; raises `RefusedError`, `UnsureError` or `SlowDownError`."""
    started, outcome = time.perf_counter(), "ok"
    try:
        return await _call(call, arguments)
    except (RefusedError, UnsureError, SlowDownError) as error:
        outcome = type(error).__name__.removesuffix("Error").lower()
        raise
    finally:
        SLACK_SECONDS.labels(call.__name__, outcome).observe(time.perf_counter() - started)


async def _call(call: Call, arguments: dict[str, Any]) -> Any:
    try:
        return (await call(**arguments)).data
    except SlackApiError as error:
        status, reason = read_refusal(error)
        if status == 429:
            raise SlowDownError(_seconds(error.response.headers.get("Retry-After", ""))) from None
        _log.warning("slack.failed", method=call.__name__, status=status, reason=reason)
        # Slack may have taken the call all the same, or takes the next one.
        if status != 200 or reason is None or reason in PASSING:
            raise UnsureError from None
        raise RefusedError(reason) from None
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        _log.warning("slack.failed", method=call.__name__, reason=type(error).__name__)
        raise UnsureError from None


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else 1.0
