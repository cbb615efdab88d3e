"""What happens to Redis during a soak: restarts, failovers, and connections that fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Final

from redis.asyncio import Redis

from sandbox.redis_name import RedisName, redis_name
from sandbox.redis_server import RedisServer, redis_server

_SILENT_SECONDS: Final = 3.0
_DOWN_SECONDS: Final = 1.0


class RedisTrouble:
    """A primary and its replica, and the name by which the bots reach whichever is the primary. count: of troubles."""

    def __init__(self, name: RedisName, replica: RedisServer) -> None:
        """Start with the server that `name` points to as the primary."""
        self.name = name
        self.count = 0
        self._replica = replica

    async def make(self, every: float, seconds: float) -> None:
        """Make one trouble after the other, every so many seconds, for some time."""
        troubles = cycle((self._restart, self._fail_over, self._fall_silent))
        for _ in range(int(seconds / every)):
            await asyncio.sleep(every)
            self.count += 1
            await next(troubles)()

    async def replicate(self) -> None:
        """Make the replica follow the primary."""
        await _command(self._replica, "REPLICAOF", "127.0.0.1", str(self.name.server.port))

    async def _restart(self) -> None:
        """Restart the primary, which loses its data, as the replica then does."""
        await self.name.server.restart(_DOWN_SECONDS)

    async def _fail_over(self) -> None:
        """Promote the replica, point the name to it, and stop the old primary, which then follows the new one."""
        old, new = self.name.server, self._replica
        await _command(new, "REPLICAOF", "NO", "ONE")
        self.name.server, self._replica = new, old
        await old.restart(0)
        await self.replicate()

    async def _fall_silent(self) -> None:
        """Suspend the primary for a while: its connections stay open, and bring no answer."""
        await self.name.server.hang(_SILENT_SECONDS)


async def _command(server: RedisServer, *words: str) -> None:
    async with Redis.from_url(server.url) as client:
        await client.execute_command(*words)  # type: ignore[no-untyped-call]


@asynccontextmanager
async def troubled_redis() -> AsyncIterator[RedisTrouble]:
    """Run a primary and a replica while the context is open."""
    async with redis_server() as primary, redis_server() as replica, redis_name(primary) as name:
        trouble = RedisTrouble(name, replica)
        await trouble.replicate()
        yield trouble
