"""Distance: a way to a server on which everything takes as long as over an ocean."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


@asynccontextmanager
async def distance(url: str, round_trip: float, *, handshakes: int) -> AsyncIterator[str]:
    """Yield an address that leads to the server at `url`, so many seconds away.

    handshakes: round trips that a new connection takes, 2 for TCP and TLS 1.3.
    """
    target = urlsplit(url)

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(handshakes * round_trip)
        there, back = await asyncio.open_connection(target.hostname, target.port)
        async with asyncio.TaskGroup() as ways:
            ways.create_task(_carry(reader, back, round_trip / 2))
            ways.create_task(_carry(there, writer, round_trip / 2))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while chunk := await reader.read(2**16):
            loop.call_later(delay, writer.write, chunk)
    loop.call_later(delay, writer.close)
