"""The timestamps of signed requests: whoever has recorded one must not be able to send it again later."""

import re
import time
from typing import Final

import structlog

from portout.telemetry.logging import Throttle

MAX_AGE_SECONDS: Final = 300
"""How old, or how far ahead, a request's timestamp may be."""

MAX_STALE: Final = 5
"""How many requests with such a timestamp may come in a row until this machine's clock is suspected."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)

_log = structlog.get_logger()


def is_timestamp(text: str) -> bool:
    """Return whether a text is a time in whole seconds: digits of ASCII, as `int` reads others, too."""
    return _TIMESTAMP.fullmatch(text) is not None


class TimestampCheck:
    """Checks the timestamps of one sender, and logs a series of stale ones: this machine's clock may be wrong.

    Somebody who sends old requests again makes such a series, too.
    """

    def __init__(self) -> None:
        self._stale_in_a_row = 0
        self._warnings = Throttle()

    def is_stale(self, timestamp: str) -> bool:
        """Return whether a timestamp is too old, or too far ahead."""
        age = time.time() - int(timestamp)
        if abs(age) <= MAX_AGE_SECONDS:
            return False
        self._stale_in_a_row += 1
        if self._stale_in_a_row >= MAX_STALE and self._warnings.allows():
            _log.error("clock.suspected", stale=self._stale_in_a_row, ahead_seconds=round(age))
        return True

    def note_verified(self) -> None:
        """Record a request that is signed, by which the clock is right."""
        self._stale_in_a_row = 0
