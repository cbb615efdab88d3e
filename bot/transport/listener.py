"""The address on which the HTTP server listens: bound at first, so that a wrong one is noticed early."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, cast

import structlog
from aiohttp import web

from bot.transport.connections import Connection, Connections
from portout.telemetry.logging import Throttle

_SHUTDOWN_SECONDS: Final = 1.0
_NO_DESCRIPTORS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

_log = structlog.get_logger()


class Listener:
    """The server of one address, bound but not listening yet. port: of the address."""

    def __init__(self, connections: Connections, listener: asyncio.Server) -> None:
        self._connections = connections
        self._listener = listener
        self.port: int = listener.sockets[0].getsockname()[1]

    async def start(self) -> None:
        """Listen; raise `OSError` if another process has begun to listen on the same address meanwhile."""
        await self._listener.start_serving()

    def close_after_answers(self) -> None:
        """Close each connection after its next answer, but still accept new ones."""
        self._connections.are_closing = True

    def stop(self) -> None:
        """Accept no new connections, and close those without a request; the others are closed after their answers."""
        # aiohttp's own way would not read the rest of a request that is still arriving.
        self._listener.close()
        self._connections.close_idle()


@asynccontextmanager
async def bound(app: web.Application, host: str, port: int) -> AsyncIterator[Listener]:
    """Bind an address for `app`, and close it at the end; raises `OSError` or `UnicodeError` if it cannot be bound."""
    connections, warnings, loop = Connections(), Throttle(), asyncio.get_running_loop()

    def handle_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _NO_DESCRIPTORS and "socket" in context:
            # asyncio stops accepting for a second, but reports this for each of the connections that wait.
            if warnings.allows():
                _log.warning("http.no_descriptors")
        else:
            loop.default_exception_handler(context)

    runner = web.AppRunner(app, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    http_server = cast("web.Server", runner.server)
    before = loop.get_exception_handler()
    loop.set_exception_handler(handle_loop_error)
    try:
        listener = await _bind(partial(Connection, connections, http_server), host, port)
        try:
            yield Listener(connections, listener)
        finally:
            listener.close()
    finally:
        await runner.cleanup()
        loop.set_exception_handler(before)


async def _bind(protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if host != "::" or not socket.has_dualstack_ipv6():
        return await loop.create_server(protocol, host, port, start_serving=False)
    # asyncio would serve IPv6 only.
    both = socket.socket(socket.AF_INET6)
    try:
        both.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        both.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        both.bind((host, port))
    except OSError:
        both.close()
        raise
    return await loop.create_server(protocol, sock=both, start_serving=False)
