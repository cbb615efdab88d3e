"""The address on which the HTTP server listens."""

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
    """The server of one address. port: where it listens."""

    def __init__(self, connections: Connections, listener: asyncio.Server) -> None:
        self._connections = connections
        self._listener = listener
        self.port: int = listener.sockets[0].getsockname()[1]

    def close_after_answers(self) -> None:
        """Close each connection after its next answer, but still accept new ones."""
        self._connections.are_closing = True

    def stop(self) -> None:
        """Accept no new connections, and close those without a request; the others are closed after their answers."""
        # aiohttp's own way would not read the rest of a request that is still arriving.
        self._listener.close()
        self._connections.close_idle()


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[Listener]:
    """Serve `app` until the end; raises `OSError` or `UnicodeError` if the address cannot be listened on."""
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
        listener = await _listen(partial(Connection, connections, http_server), host, port)
        try:
            yield Listener(connections, listener)
        finally:
            listener.close()
    finally:
        await runner.cleanup()
        loop.set_exception_handler(before)


async def _listen(protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if host != "::" or not socket.has_dualstack_ipv6():
        return await loop.create_server(protocol, host, port)
    # asyncio would serve IPv6 only.
    both = socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=True)
    return await loop.create_server(protocol, sock=both)
