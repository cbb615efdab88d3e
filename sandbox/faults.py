"""The faults of a service, one function each, and the script that decides which calls they affect."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec
from aiohttp import web

from sandbox.telnyx_errors import error_body

Fault: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""The handler of one call: returns a response of its own, or None for the normal one."""

_HALF_A_BODY: Final = b'{"data": {"id": "'
_CHUNK: Final = b"0" * 2**16


class FaultScript:
    """The faults that calls run into. Every call has a key: an id or a method's name, chosen by its stand-in."""

    def __init__(self) -> None:
        """Start without faults."""
        self._permanent: dict[str | None, Fault] = {}
        self._queued: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def always(self, fault: Fault, *, key: str | None = None) -> None:
        """Apply a fault to every call, or to every call with one key."""
        self._permanent[key] = fault

    def then(self, key: str, *faults: Fault) -> None:
        """Apply one fault to each of the next calls with this key; calls after them are as before."""
        self._queued[key].extend(faults)

    def reset(self) -> None:
        """Remove every fault."""
        self._permanent.clear()
        self._queued.clear()

    async def play(self, request: web.Request, key: str) -> web.StreamResponse | None:
        """Apply the fault queued for a call's key, else the permanent one of its key, else the one for every call."""
        if queued := self._queued.get(key):
            return await queued.popleft()(request)
        fault = self._permanent.get(key) or self._permanent.get(None)
        return await fault(request) if fault else None


def ok() -> Fault:
    """Answer normally, as if nothing were scripted."""

    async def fault(_request: web.Request) -> None:
        pass

    return fault


def slow(seconds: float) -> Fault:
    """Answer normally, after a while."""

    async def fault(_request: web.Request) -> None:
        await asyncio.sleep(seconds)

    return fault


def sometimes(rate: float, faults: Sequence[Fault], dice: random.Random) -> Fault:
    """Apply one of these faults to a part of the calls, chosen at random. rate: from 0 to 1."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        return await dice.choice(faults)(request) if dice.random() < rate else None

    return fault


def held(event: asyncio.Event) -> Fault:
    """Answer normally, once the event is set."""

    async def fault(_request: web.Request) -> None:
        await event.wait()

    return fault


def status(code: int, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Fault:
    """Refuse with an HTTP status and, unless a body is given, with Telnyx's error body for it, if it has one."""
    if body is None:
        error = error_body(code)
        body = msgspec.json.encode(error) if error else b""
    return _answering(body, status=code, headers=headers)


def rate_limited(retry_after: float | str | None = None, reset: float | str | None = None) -> Fault:
    """Refuse with 429 and either, both or neither of `Retry-After` and Telnyx's own `x-ratelimit-reset`."""
    hints = {"Retry-After": retry_after, "x-ratelimit-reset": reset}
    return status(429, {name: str(hint) for name, hint in hints.items() if hint is not None})


def redirect(location: str) -> Fault:
    """Redirect the caller to `location`."""
    return status(302, {"Location": location})


def raw(body: bytes, content_type: str = "application/json", status: int = 200) -> Fault:
    """Answer with exactly these bytes."""
    return _answering(body, content_type=content_type, status=status)


def reset() -> Fault:
    """Abort the TCP connection without an answer."""

    async def fault(request: web.Request) -> web.Response:
        abort_connection(request)
        return web.Response()  # aiohttp wants one; nobody receives it

    return fault


def stalled() -> Fault:
    """Send the headers and half a body, and nothing more until the caller or the server closes."""

    async def fault(request: web.Request) -> web.StreamResponse:
        response = await _half_a_response(request)
        await asyncio.Event().wait()
        return response

    return fault


def truncated() -> Fault:
    """Announce more bytes than are sent, then close the connection normally."""

    async def fault(request: web.Request) -> web.StreamResponse:
        response = await _half_a_response(request)
        if request.transport is not None:
            request.transport.close()
        return response

    return fault


def oversized(n_bytes: int) -> Fault:
    """Send a well-formed JSON body of more than `n_bytes`, in chunks, so that no header gives its size away."""

    async def fault(request: web.Request) -> web.StreamResponse:
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

    return fault


def abort_connection(request: web.BaseRequest) -> None:
    """Abort the TCP connection that a request came over."""
    if request.transport is not None:
        request.transport.abort()


def _answering(
    body: bytes,
    *,
    status: int,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Fault:
    async def fault(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type, headers=headers)

    return fault


async def _half_a_response(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/json"
    response.content_length = 2 * len(_HALF_A_BODY)
    await response.prepare(request)
    await response.write(_HALF_A_BODY)
    return response
