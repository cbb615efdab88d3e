"""Connections to the HTTP server, with limits: a client that is idle, slow or hostile must not keep others out."""

import asyncio
from http import HTTPStatus
from itertools import chain
from typing import Any, Final, NoReturn, cast

import structlog
from aiohttp import web

from portout.telemetry.logging import Throttle
from portout.telemetry.metrics import REJECTION_REASONS, REJECTIONS

MAX_CONNECTIONS: Final = 1_000
"""How many clients may be connected; for one more, one without a request, or with an unverified one, is closed."""

HEADER_SECONDS: Final = 10.0
"""How long a request may take to arrive, its body excluded."""

MAX_HEADER: Final = 40 * 2**10
"""The largest header, in bytes: a proxy may pass on its client's certificate in 32 kB."""

KEEP_ALIVE_SECONDS: Final = 75.0
"""How long a connection may be idle between two requests."""

_LINGER_SECONDS: Final = 1.0  # a refused client may still be sending: cut off at once, it would not read the answer

_log = structlog.get_logger()


class Connections:
    """The connections of one server.

    A connection is idle while it has no request. It is unverified while nobody knows whether Slack or Telnyx sent its
    request. are_closing: each connection is closed after its next answer.
    """

    def __init__(self) -> None:
        self.are_closing = False
        self._open: set[Connection] = set()
        # In the order in which they became so; a dictionary finds one, and the oldest, at once.
        self._idle: dict[Connection, None] = {}
        self._unverified: dict[Connection, None] = {}
        self._warnings = Throttle()

    def admit(self, connection: "Connection") -> bool:
        """Return whether a new connection may stay.

        If there are too many, the one that has been idle longest is closed for it, else the longest unverified one.
        """
        if len(self._open) >= MAX_CONNECTIONS:
            if self._warnings.allows():
                _log.warning("http.connections_full")
            # What they send is verified within milliseconds: whoever takes longer must not keep it out.
            oldest = next(chain(self._idle, self._unverified), None)
            if oldest is None:
                return False
            oldest.force_close()
            self.remove(oldest)
        self._open.add(connection)
        self._idle[connection] = None
        return True

    def remove(self, connection: "Connection") -> None:
        """Forget a connection that is closed."""
        self._open.discard(connection)
        self._idle.pop(connection, None)
        self._unverified.pop(connection, None)

    def is_idle(self, connection: "Connection") -> bool:
        """Return whether a connection has no request."""
        return connection in self._idle

    def set_unverified(self, connection: "Connection") -> None:
        """Record that a connection has a request."""
        if connection in self._open:
            self._idle.pop(connection, None)
            self._unverified[connection] = None

    def set_verified(self, connection: "Connection") -> None:
        """Record that Slack or Telnyx sent the request of a connection."""
        self._unverified.pop(connection, None)

    def set_idle(self, connection: "Connection") -> None:
        """Record that a connection has no request any more."""
        self._unverified.pop(connection, None)
        if connection in self._open:
            self._idle[connection] = None

    def close_idle(self) -> None:
        """Close the connections on which no request has begun to arrive."""
        for connection in [one for one in self._idle if not one.awaits_headers]:
            connection.force_close()
            self.remove(connection)


class Connection(web.RequestHandler):
    """One client's connection: aiohttp's, with a time-out for a request's headers, and without its error pages."""

    __slots__ = ("_connections", "_header_timer")

    def __init__(self, connections: Connections, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            # A small body may unpack to a huge one, and that before anybody has verified its signature.
            auto_decompress=False,
            max_field_size=MAX_HEADER,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            lingering_time=_LINGER_SECONDS,
            access_log=cast("Any", None),  # aiohttp checks for it, but does not declare it
        )
        self._connections = connections
        self._header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._connections.admit(self):
            cast("asyncio.Transport", transport).write(_bare_answer(503))
            transport.close()
            return
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        if data and self._header_timer is None and self._connections.is_idle(self):
            self._await_headers()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_timer()
        self._connections.remove(self)
        super().connection_lost(exc)

    @property
    def awaits_headers(self) -> bool:
        """Return whether it has no request yet, or one whose headers have not all arrived."""
        return self._header_timer is not None

    @property
    def is_last_answer(self) -> bool:
        """Return whether the connection is to be closed after the next answer, because the process stops."""
        return self._connections.are_closing

    def begin_request(self) -> None:
        """Record that a request's headers have arrived."""
        self._stop_timer()
        self._connections.set_unverified(self)

    def accept_request(self) -> None:
        """Record that Slack or Telnyx sent the request: it is answered, however many others want to connect."""
        self._connections.set_verified(self)

    def end_request(self) -> None:
        """Record that a request has been handled."""
        self._connections.set_idle(self)

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  the signature is aiohttp's
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  as above
    ) -> NoReturn:
        """Answer what is no HTTP, or what our own error kept from being answered, and close the connection.

        aiohttp's own answers name its version, and it logs a traceback for whatever a client sends.
        """
        if not isinstance(exc, ConnectionError):
            if status == 400:
                log_rejection(status, reason="Not HTTP")
            else:
                _log.error("internal_error", exc_info=exc)
            if self.transport is not None:
                self.transport.write(_bare_answer(status))
        # This is how aiohttp itself ends a connection that has its answer already.
        raise ConnectionError

    def _await_headers(self) -> None:
        self._header_timer = asyncio.get_running_loop().call_later(HEADER_SECONDS, self.force_close)

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None


def log_rejection(status: int, reason: str) -> None:
    """Log and count a request that is refused."""
    _log.warning("http.rejected", status=status, reason=reason)
    label = reason.lower().replace(" ", "_")
    REJECTIONS.labels(label if label in REJECTION_REASONS else "other").inc()


def _bare_answer(status: int) -> bytes:
    phrase = HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
