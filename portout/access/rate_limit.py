"""The rate limit per person, and per app that acts without one.

People need a few look-ups a minute, a script in their name makes thousands.
"""

import asyncio
from array import array
from typing import Final

from cachetools import TTLCache

MAX_LOOK_UPS: Final = 30
"""The number of requests that a person, or an app, may make in a minute, in each process."""

_WINDOW_SECONDS: Final = 60.0
_MAX_USERS: Final = 20_000  # at most 600 bytes each


class UserRateLimiter:
    """Counts the look-ups of each person and app in the last minute."""

    def __init__(self) -> None:
        self._times: TTLCache[str, array[float]] = TTLCache(
            _MAX_USERS, _WINDOW_SECONDS, timer=lambda: asyncio.get_running_loop().time()
        )

    def take(self, user_id: str) -> float:
        """Count a look-up and return 0; over the limit, return the seconds until the next one, without counting it."""
        now = asyncio.get_running_loop().time()
        times = self._times.get(user_id) or array("d")
        while times and times[0] <= now - _WINDOW_SECONDS:
            times.pop(0)
        if len(times) >= MAX_LOOK_UPS:
            return times[0] + _WINDOW_SECONDS - now
        times.append(now)
        self._times[user_id] = times
        return 0.0
