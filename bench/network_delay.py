"""A network delay, as of a server on another continent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


@asynccontextmanager
async def delayed(url: str, round_trip: float, *, handshakes: int) -> AsyncIterator[str]:
    """Run a proxy that delays all traffic to the server at `url`; yields its address.

    round_trip: seconds. handshakes: round trips that a new connection takes, 2 for TCP and TLS 1.3.
    """
    target = urlsplit(url)

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(handshakes * round_trip)
        upstream_reader, upstream_writer = await asyncio.open_connection(target.hostname, target.port)
        async with asyncio.TaskGroup() as directions:
            directions.create_task(_forward(reader, upstream_writer, round_trip / 2))
            directions.create_task(_forward(upstream_reader, writer, round_trip / 2))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while chunk := await reader.read(2**16):
            loop.call_later(delay, writer.write, chunk)
    loop.call_later(delay, writer.close)
