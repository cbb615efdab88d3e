"""Read the bodies of requests that nobody has verified yet, within limits of time and memory."""

import asyncio
from typing import Final

from aiohttp import StreamReader, web

MAX_BODY: Final = 2 * 2**20
"""In bytes; a shortcut on Slack's longest message, in Cyrillic, is 560 kB."""

MAX_UNVERIFIED: Final = 64 * 2**20
"""The bytes of all bodies that are being read; beyond it, the body whose reading began first is given up."""

READ_SECONDS: Final = 10.0
"""How long a body may take to arrive."""


class BodyReader:
    """Reads bodies, and limits the size of each and of all together.

    Only bytes that have arrived count, not announced ones: announcing costs a client nothing.
    """

    def __init__(self) -> None:
        self._sizes: dict[asyncio.Timeout, int] = {}
        self._total = 0

    async def read(self, request: web.Request) -> bytes:
        """Return the body of a request; raise an HTTP error if it is too large, too slow, broken or one too many."""
        if (request.content_length or 0) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, reason="Body too large")
        try:
            # Nearly every body has arrived with its headers, and needs neither a time-out nor counting.
            body = request.content.read_nowait() if request.content.is_eof() else await self._arriving(request.content)
        except web.RequestPayloadError:
            raise web.HTTPBadRequest(reason="Body broken") from None
        if len(body) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, reason="Body too large")
        return body

    async def _arriving(self, content: StreamReader) -> bytes:
        """Return a body as soon as it has arrived, or is too large."""
        body, limit = bytearray(), asyncio.timeout(READ_SECONDS)
        try:
            async with limit:
                while len(body) <= MAX_BODY and not content.at_eof():
                    body += await content.readany()
                    self._count(limit, len(body))
        except TimeoutError:
            if body and limit not in self._sizes:
                raise web.HTTPServiceUnavailable(reason="Too many bodies") from None
            raise web.HTTPRequestTimeout(reason="Body too slow") from None
        else:
            return bytes(body)
        finally:
            self._total -= self._sizes.pop(limit, 0)
            # A client that left is an error whose traceback keeps this frame until garbage is collected.
            body.clear()

    def _count(self, limit: asyncio.Timeout, size: int) -> None:
        """Note how much of a body has arrived by now."""
        self._total += size - self._sizes.get(limit, 0)
        self._sizes[limit] = size
        while self._total > MAX_UNVERIFIED:
            # What Slack and Telnyx send is here within milliseconds: the oldest is the one least likely to be theirs.
            oldest = next(iter(self._sizes))
            self._total -= self._sizes.pop(oldest)
            oldest.reschedule(asyncio.get_running_loop().time())
