"""How much one person may ask for: a person needs a few look-ups a minute, a script in their name takes thousands."""

import asyncio
from collections import deque
from typing import Final

from cachetools import TTLCache

LOOK_UPS: Final = 30
"""How many requests a person may make in a minute, in each process."""

_SECONDS: Final = 60.0
_MAX_USERS: Final = 20_000


class UserRateLimiter:
    """Counts each person's look-ups of the last minute."""

    def __init__(self) -> None:
        """Know of none."""
        self._times: TTLCache[str, deque[float]] = TTLCache(_MAX_USERS, _SECONDS)

    def take(self, user_id: str) -> float:
        """Count a look-up, and give 0; or, where there have been too many, the seconds until there may be one."""
        now = asyncio.get_running_loop().time()
        times = self._times.get(user_id) or deque()
        while times and times[0] <= now - _SECONDS:
            times.popleft()
        if len(times) >= LOOK_UPS:
            return times[0] + _SECONDS - now
        times.append(now)
        self._times[user_id] = times
        return 0.0
