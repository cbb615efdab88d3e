"""The HTTP session, with the settings that Telnyx and Slack share."""

import asyncio
import errno
import math
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiohttp
import structlog
from aiohttp.client_proto import ResponseHandler
from msgspec import Struct

IDLE_SECONDS: Final = 10.0
"""After this time without use, a connection may have been dropped by something on the way, without a word."""

FIRST_BYTE_SECONDS: Final = 1.5
"""How long such a connection has to answer, before it is given up for a new one."""

WARM_SECONDS: Final = 50.0
"""How often a connection is used that is to stay open; servers and gateways close one that is idle for a minute."""

_MAX_WARM_BODY: Final = 2**16  # bytes
_WARM_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)

_MAX_HEADER = 32 * 1024  # bytes of one header; aiohttp's 8 kB are less than what some gateways add


_log = structlog.get_logger()


class Proxy(Struct, frozen=True):
    """The proxy to the outside. url: empty for none. exceptions: the hosts that are reached without it (`NO_PROXY`)."""

    url: str = ""
    exceptions: tuple[str, ...] = ()

    def is_used_for(self, host: str, port: int | None) -> bool:
        """Return whether requests to a host go through the proxy."""
        return bool(self.url) and not any(_matches(pattern, host.lower(), port) for pattern in self.exceptions)


def _matches(pattern: str, host: str, port: int | None) -> bool:
    """Return whether a host is meant by one exception: `*`, a domain and what is below it, an address or a network."""
    if pattern == "*":
        return True
    name, _, digits = pattern.rpartition(":")
    if name and digits.isdecimal() and (":" not in name or name.startswith("[")):
        pattern, wanted_port = name, int(digits)
        if wanted_port != port:
            return False
    pattern = pattern.strip("[]").lower().removeprefix("*").lstrip(".")
    try:
        return ip_address(host) in ip_network(pattern, strict=False)
    except ValueError:
        return bool(pattern) and (host == pattern or host.endswith(f".{pattern}"))


class Connector(aiohttp.TCPConnector):
    """Opens connections, through the proxy where one is to be used, and notices those that may be dead.

    A GET over a connection that was idle for `IDLE_SECONDS` has to be answered within `FIRST_BYTE_SECONDS`. If it is
    not, aiohttp sends it once more, over a new connection. The addresses of a host are asked for again when none of
    them could be connected to.
    """

    def __init__(self, proxy: Proxy, *, idle_seconds: float = IDLE_SECONDS, **options: Any) -> None:
        super().__init__(**options)
        self._proxy = proxy
        self._idle_seconds = idle_seconds
        self._idle_since: WeakKeyDictionary[ResponseHandler, float] = WeakKeyDictionary()
        self._suspected_until = -math.inf

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's
    ) -> aiohttp.connector.Connection:
        """Return a connection for a request, from the pool or a new one."""
        if req.proxy is not None and not self._proxy.is_used_for(req.url.host or "", req.url.port):
            req.update_proxy(None, None, None)
        while True:
            try:
                connection = await super().connect(req, traces, timeout)
            except (aiohttp.ClientConnectorError, TimeoutError):
                self.clear_dns_cache()
                raise
            protocol = connection.protocol
            idle_since = None if protocol is None else self._idle_since.pop(protocol, None)
            if idle_since is None or idle_since > self._suspected_until:
                break
            connection.close()
        if protocol is not None:
            connection.add_callback(partial(self._note_idle, protocol))
        if idle_since is not None and req.method == "GET" and self._loop.time() - idle_since >= self._idle_seconds:
            self._loop.call_later(FIRST_BYTE_SECONDS, self._give_up_if_silent, req, connection)
        return connection

    def _note_idle(self, protocol: ResponseHandler) -> None:
        self._idle_since[protocol] = self._loop.time()

    def _give_up_if_silent(self, req: aiohttp.ClientRequest, connection: aiohttp.connector.Connection) -> None:
        """Close a connection that has brought no answer to a request, and use none again that is idle now."""
        is_answered = req.response is not None and bool(req.response.status)
        if is_answered or connection.transport is None:
            return
        _log.info("connection.replaced")
        self._suspected_until = self._loop.time()
        connection.transport.abort()


def open_session(
    *,
    timeout: aiohttp.ClientTimeout,
    proxy: Proxy,
    headers: Mapping[str, str] | None = None,
    middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
) -> aiohttp.ClientSession:
    """Return a session that keeps idle connections open for 2 minutes."""
    # With aiohttp's defaults, 15 s and 10 s, a quiet bot would have to connect anew for nearly every request.
    connector = Connector(proxy, keepalive_timeout=120, ttl_dns_cache=600)
    return aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=middlewares,
        proxy=proxy.url or None,
        max_line_size=_MAX_HEADER,
        max_field_size=_MAX_HEADER,
    )


async def keep_warm(
    session: aiohttp.ClientSession, url: str, connections: int = 1, seconds: float = WARM_SECONDS
) -> None:
    """Fetch `url` over several connections, now and every `seconds`, so that they stay open, until cancelled.

    The answers and the failures do not matter. A connection that was dropped on the way is replaced, as by any other
    GET.
    """
    while True:
        # Side by side: each takes a connection of its own before the first is answered.
        await asyncio.gather(*(_fetch_small(session, url) for _ in range(connections)))
        await asyncio.sleep(seconds)


async def _fetch_small(session: aiohttp.ClientSession, url: str) -> None:
    with suppress(aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError):
        # Not HEAD: where its answer names no length, aiohttp closes the connection.
        async with session.get(url, allow_redirects=False, timeout=_WARM_TIMEOUT) as response:
            # To the end, which comes sooner than so many bytes: else aiohttp closes the connection.
            await response.content.readexactly(_MAX_WARM_BODY)


def reason_of(error: aiohttp.ClientError) -> str:
    """Return why a request failed, for the operator: no address, no body, nothing that the other side sent."""
    match error:
        case aiohttp.ClientConnectorError():
            return _reason_not_connected(error)
        case aiohttp.ConnectionTimeoutError():
            return "connection: time-out"
        case aiohttp.ClientHttpProxyError(status=status):
            return f"proxy: answered {status}"
        case aiohttp.ClientPayloadError():
            return "body cut short"
        case aiohttp.ClientResponseError():
            return "headers that cannot be read"
    return "connection lost"


def _reason_not_connected(error: aiohttp.ClientConnectorError) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as refusal):
            paths = ssl.get_default_verify_paths()
            return f"certificate: {refusal.verify_message}; trusted are the CAs of {paths.cafile or paths.capath}"
        case aiohttp.ClientConnectorSSLError():
            return f"TLS: {error.os_error.reason if isinstance(error.os_error, ssl.SSLError) else 'failed'}"
        case aiohttp.ClientConnectorDNSError():
            return "DNS: no address for this name"
    side = "proxy" if isinstance(error, aiohttp.ClientProxyConnectionError) else "connection"
    return f"{side}: {errno.errorcode.get(error.os_error.errno or 0, 'failed')}"
