"""Socket Mode: Slack's requests over a websocket that the bot opens, for a host that Slack cannot reach by HTTP."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.settings import Settings
from bot.startup import SlackUnreachableError, checking_token
from bot.transport.dispatcher import RequestDispatcher
from portout.http_session import Proxy
from portout.slack.responder import Responder
from portout.telemetry.logging import bind_request_id
from portout.telemetry.metrics import SOCKET_CONNECTIONS

PING_SECONDS: Final = 3.0
"""Between pings: a lost connection is replaced after about this time, a silent one after four times this time."""

DEAF_SECONDS: Final = 10.0
"""How long the library may be without a connection until its client is replaced by a new one."""

_CONNECT_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 1.0

_log = structlog.get_logger()


def socket_mode(
    dispatcher: RequestDispatcher, client: AsyncWebClient, responder: Responder, settings: Settings
) -> "SocketMode":
    """Return Socket Mode, not connected yet. responder: sends acknowledgements that could not be sent over it."""

    def new_client() -> SocketModeClient:
        return SocketModeClient(
            settings.slack_app_token, logger=client.logger, web_client=client, ping_interval=PING_SECONDS
        )

    return SocketMode(dispatcher, responder, new_client, settings.proxy)


class SocketMode:
    """Dispatches each request that arrives over the websocket, and acknowledges it with the answer.

    The library replaces a connection that is lost. But it tries the same address again and again, and may stop trying:
    when it has had no connection for a while, its client is replaced.
    """

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        responder: Responder,
        new_client: Callable[[], SocketModeClient],
        proxy: Proxy,
    ) -> None:
        self._dispatcher = dispatcher
        self._responder = responder
        self._new_client = new_client
        self._proxy = proxy
        self._client: SocketModeClient | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open a connection, and replace it from now on when it is lost.

        Raises `SettingsError` or `SlackUnreachableError`.
        """
        with checking_token("SLACK_APP_TOKEN"):
            is_connected = await self._connect()
        if not is_connected:
            raise SlackUnreachableError("no websocket")
        self._watching = asyncio.create_task(self._watch())

    async def _connect(self) -> bool:
        """Open a connection with a new client, at a new address; return whether it is open within 5 s.

        Raises the SDK's errors if Slack gives no address.
        """
        await self._close_client()
        client = self._client = self._new_client()
        client.socket_mode_request_listeners.append(self._handle)
        client.message_listeners.append(_count_connections)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                # The library would fetch the address itself, but would try for ever where Slack refuses the token.
                client.wss_uri = await client.issue_new_wss_url()
                address = URL(client.wss_uri)
                # The library opens the websocket over a session of its own, and read a proxy from the environment.
                is_proxied = self._proxy.is_used_for(address.host or "", address.port)
                client.proxy = self._proxy.url if is_proxied else None
                await client.connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        """Replace the client whenever it has been without a connection for 10 s."""
        loop = asyncio.get_running_loop()
        connected_at = loop.time()
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            if await self.is_connected():
                connected_at = loop.time()
            elif loop.time() - connected_at >= DEAF_SECONDS:
                _log.warning("socket.replaced")
                with suppress(Exception):  # the SDK logs why it failed; the next try is in 10 s
                    await self._connect()
                connected_at = loop.time()

    async def is_connected(self) -> bool:
        """Return whether requests can arrive now."""
        return self._client is not None and await self._client.is_connected()

    async def close(self) -> None:
        """Close the connection, if there is one, and open none any more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await self._close_client()

    async def _close_client(self) -> None:
        if self._client is not None:
            with suppress(Exception):  # of a connection that is broken already
                await self._client.close()  # type: ignore[no-untyped-call]

    async def _handle(self, receiver: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bind_request_id()
        with self._dispatcher.track():
            await self._answer(receiver, request)

    async def _answer(self, receiver: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        headers = {"x-slack-retry-num": str(request.retry_attempt or 0)}
        if request.retry_reason:
            headers["x-slack-retry-reason"] = request.retry_reason
        response = await self._dispatcher.dispatch(request.payload, headers)
        if response.status != 200:
            # Slack delivers a request that is not acknowledged again, to this process or to another.
            _log.warning("socket.not_acknowledged", status=response.status)
            return
        payload = msgspec.json.decode(response.body) if response.body else None
        try:
            # The connection and the client that the request came over may have been replaced since.
            client = self._client or receiver
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
        except Exception:  # noqa: BLE001  whatever the SDK and aiohttp raise for a connection that is gone
            _log.warning("socket.not_acknowledged", status=response.status)
            if payload:
                # A person waits for it, and Slack delivers no command twice.
                await self._responder.send(payload, str(request.payload.get("response_url") or ""))


async def _count_connections(_client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
    """Count a connection: Slack sends one `hello` over each."""
    if message.get("type") == "hello":
        SOCKET_CONNECTIONS.inc()
