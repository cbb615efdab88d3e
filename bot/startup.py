"""Errors that end the start, in words for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.settings import SettingsError
from portout.slack.web_api import SlackError, SlackRejectedError, read_error

_MAX_CLOCK_SECONDS: Final = 60.0  # above 300 s, requests over HTTP are refused as too old, or as from the future


class SlackUnreachableError(Exception):
    """Slack's Web API did not answer when the bot started, or its answer could not be read."""


@contextmanager
def checking_token(variable: str) -> Iterator[None]:
    """Raise `SettingsError` for a token that Slack refuses, and `SlackUnreachableError` for any other failure."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        failure = error if isinstance(error, SlackError) else read_error(error)
        if isinstance(failure, SlackRejectedError):
            raise SettingsError([f"{variable}: Slack refused it ({failure.reason})"]) from None
        raise SlackUnreachableError(failure.reason) from None


def is_clock_wrong(ahead: float) -> bool:
    """Return whether this machine's clock and Slack's differ by more than a minute. ahead: by how many seconds."""
    return abs(ahead) > _MAX_CLOCK_SECONDS
