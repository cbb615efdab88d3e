"""What a service can do wrong, one small behavior each, and the script that says when it does."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec
from aiohttp import web

from sandbox.telnyx_errors import error_body

Behavior: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""How a call is met: with an answer of its own, or None to go on and answer normally."""

_HALF_A_BODY: Final = b'{"data": {"id": "'
_CHUNK: Final = b"0" * 2**16


class Script:
    """What goes wrong, and when. Every call has a key: an id, a method's name, whatever its stand-in says."""

    def __init__(self) -> None:
        """Start with nothing going wrong."""
        self._standing: dict[str | None, Behavior] = {}
        self._coming: defaultdict[str, deque[Behavior]] = defaultdict(deque)

    def always(self, behavior: Behavior, *, key: str | None = None) -> None:
        """Meet every call this way, or every call with one key."""
        self._standing[key] = behavior

    def then(self, key: str, *behaviors: Behavior) -> None:
        """Meet the next calls with this key one way each, and those after them as before."""
        self._coming[key].extend(behaviors)

    def reset(self) -> None:
        """Let nothing go wrong from here on."""
        self._standing.clear()
        self._coming.clear()

    async def play(self, request: web.Request, key: str) -> web.StreamResponse | None:
        """Meet one call: the way its turn has, else the way its key has, else the way all have."""
        if coming := self._coming.get(key):
            return await coming.popleft()(request)
        behavior = self._standing.get(key) or self._standing.get(None)
        return await behavior(request) if behavior else None


def ok() -> Behavior:
    """Answer normally, as if nothing were scripted."""

    async def behavior(_request: web.Request) -> None:
        pass

    return behavior


def slow(seconds: float) -> Behavior:
    """Answer normally, after a while."""

    async def behavior(_request: web.Request) -> None:
        await asyncio.sleep(seconds)

    return behavior


def sometimes(rate: float, faults: Sequence[Behavior], dice: random.Random) -> Behavior:
    """Meet a part of the calls in one of these ways, and answer the others normally. rate: from 0 to 1."""

    async def thrown(request: web.Request) -> web.StreamResponse | None:
        return await dice.choice(faults)(request) if dice.random() < rate else None

    return thrown


def held(event: asyncio.Event) -> Behavior:
    """Answer normally, once the event is set."""

    async def behavior(_request: web.Request) -> None:
        await event.wait()

    return behavior


def status(code: int, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Behavior:
    """Refuse with an HTTP status and, unless a body is given, with Telnyx's words for it, if it has any."""
    if body is None:
        error = error_body(code)
        body = msgspec.json.encode(error) if error else b""
    return _answering(body, status=code, headers=headers)


def rate_limited(retry_after: float | str | None = None, reset: float | str | None = None) -> Behavior:
    """Refuse with 429 and either, both or neither of `Retry-After` and Telnyx's own `x-ratelimit-reset`."""
    hints = {"Retry-After": retry_after, "x-ratelimit-reset": reset}
    return status(429, {name: str(hint) for name, hint in hints.items() if hint is not None})


def redirect(location: str) -> Behavior:
    """Send the caller elsewhere."""
    return status(302, {"Location": location})


def raw(body: bytes, content_type: str = "application/json", status: int = 200) -> Behavior:
    """Answer with these very bytes, whatever they are."""
    return _answering(body, content_type=content_type, status=status)


def reset() -> Behavior:
    """Drop the TCP connection without an answer."""

    async def behavior(request: web.Request) -> web.Response:
        cut(request)
        return web.Response()  # into the void

    return behavior


def stalled() -> Behavior:
    """Send the headers and half a body, and nothing more until the caller or the server goes."""

    async def behavior(request: web.Request) -> web.StreamResponse:
        response = await _half_an_answer(request)
        await asyncio.Event().wait()
        return response

    return behavior


def truncated() -> Behavior:
    """Promise more bytes than are sent, then close the connection in good order."""

    async def behavior(request: web.Request) -> web.StreamResponse:
        response = await _half_an_answer(request)
        if request.transport is not None:
            request.transport.close()
        return response

    return behavior


def oversized(n_bytes: int) -> Behavior:
    """Send a well-formed JSON body of more than `n_bytes`, in chunks, so that no header gives its size away."""

    async def behavior(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "application/json"
        response.enable_chunked_encoding()
        # The caller may well hang up before the end.
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write(_HALF_A_BODY)
            for _ in range(n_bytes // len(_CHUNK) + 1):
                await response.write(_CHUNK)
            await response.write(b'"}}')
        return response

    return behavior


def cut(request: web.BaseRequest) -> None:
    """Abort the TCP connection that a request came over."""
    if request.transport is not None:
        request.transport.abort()


def _answering(
    body: bytes,
    *,
    status: int,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Behavior:
    async def behavior(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type, headers=headers)

    return behavior


async def _half_an_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/json"
    response.content_length = 2 * len(_HALF_A_BODY)
    await response.prepare(request)
    await response.write(_HALF_A_BODY)
    return response
