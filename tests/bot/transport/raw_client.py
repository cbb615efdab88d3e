"""A client that sends any bytes, as slowly as it likes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bot.transport.connections import HEADER_SECONDS
from tests.conftest import Bot

POST = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\n"


class RawClient:
    """One TCP connection to the bot."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> bytes:
        """Return the next answer's head, once it is there; its body stays unread."""
        return await self._reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """Return everything until the bot closes the connection; raises TimeoutError if it keeps it open."""
        try:
            # Longer than a request may take to arrive, much shorter than an idle connection may stay.
            async with asyncio.timeout(HEADER_SECONDS + 10):
                return await self._reader.read()
        except ConnectionResetError:
            return b""

    async def is_closed(self) -> bool:
        """Return whether the bot closes the connection without another byte."""
        return await self.rest() == b""

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


@asynccontextmanager
async def raw_clients(bot: Bot, count: int = 1) -> AsyncIterator[list[RawClient]]:
    """Open connections, one after the other, and close them at the end."""
    url, clients = urlsplit(bot.url), list[RawClient]()
    try:
        for _ in range(count):
            clients.append(RawClient(*await asyncio.open_connection(url.hostname, url.port)))
        yield clients
    finally:
        for client in clients:
            client.close()


def unsigned_post(body: bytes, length: int | None = None) -> bytes:
    """Return a request whose signature has the right form only. length: the declared one of its body."""
    return (
        POST
        + b"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=%s\r\n" % (time.time(), b"0" * 64)
        + b"Content-Length: %d\r\n\r\n%s" % (len(body) if length is None else length, body)
    )
