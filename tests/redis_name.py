"""A name of Redis, whose every new connection leads to the server that it points to at that time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.redis_server import RedisServer


class RedisName:
    """A name of Redis. server: where it points to. pause: seconds by which each answer comes later."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.pause = 0.0
        self.url = ""

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client to the server."""
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        except OSError:
            writer.close()
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._copy(reader, server_writer, is_answer=False))
            group.create_task(self._copy(server_reader, writer, is_answer=True))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        try:
            while data := await reader.read(65536):
                if is_answer:
                    await asyncio.sleep(self.pause)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # one of the two is gone, so the other one is closed, too
        finally:
            writer.close()


@asynccontextmanager
async def redis_name(server: RedisServer) -> AsyncIterator[RedisName]:
    """Yield a name that points to a server."""
    name = RedisName(server)
    relay = await asyncio.start_server(name.relay, "127.0.0.1")
    name.url = f"redis://127.0.0.1:{relay.sockets[0].getsockname()[1]}/0"
    async with relay:
        yield name
