"""Socket Mode: Slack's requests over a websocket that the bot opens, for a host that Slack cannot reach by HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.startup import SlackUnreachableError, checking_token
from bot.transport.dispatcher import RequestDispatcher
from portout.telemetry.logging import bind_request_id
from portout.telemetry.metrics import SOCKET_CONNECTIONS

PING_SECONDS: Final = 3.0
"""Between pings: a lost connection is replaced after about this time, a silent one after four times this time."""

_CONNECT_SECONDS: Final = 5.0

_log = structlog.get_logger()


@asynccontextmanager
async def socket_mode(
    dispatcher: RequestDispatcher, client: AsyncWebClient, settings: Settings
) -> AsyncIterator["SocketMode"]:
    """Open a connection, yield it, and close it at the end; raises `SettingsError` or `SlackUnreachableError`."""
    socket = SocketModeClient(
        settings.slack_app_token, logger=client.logger, web_client=client, ping_interval=PING_SECONDS
    )
    socket.proxy = settings.https_proxy or None
    try:
        with checking_token("SLACK_APP_TOKEN"):
            # The client would fetch this address itself, but would retry for ever where Slack refuses the token.
            socket.wss_uri = await socket.issue_new_wss_url()
        mode = SocketMode(dispatcher, socket)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                # Without a time-out, this retries for ever where the Web API can be reached and websockets cannot.
                await socket.connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise SlackUnreachableError("no websocket") from None
        yield mode
    finally:
        await socket.close()  # type: ignore[no-untyped-call]


class SocketMode:
    """Dispatches each request that arrives over the websocket, and acknowledges it with the answer."""

    def __init__(self, dispatcher: RequestDispatcher, client: SocketModeClient) -> None:
        self._dispatcher = dispatcher
        self._client = client
        client.socket_mode_request_listeners.append(self._handle)
        client.message_listeners.append(_count_connections)

    async def is_connected(self) -> bool:
        """Return whether requests can arrive now."""
        return await self._client.is_connected()

    async def _handle(self, _client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bind_request_id()
        with self._dispatcher.track():
            await self._answer(request)

    async def _answer(self, request: SocketModeRequest) -> None:
        headers = {"x-slack-retry-num": str(request.retry_attempt or 0)}
        if request.retry_reason:
            headers["x-slack-retry-reason"] = request.retry_reason
        response = await self._dispatcher.dispatch(request.payload, headers)
        if response.status != 200:
            # Slack delivers a request that is not acknowledged again, to this process or to another.
            _log.warning("socket.not_acknowledged", status=response.status)
            return
        payload = msgspec.json.decode(response.body) if response.body else None
        # Through the client: the connection that the request came over may have been replaced since.
        await self._client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))


async def _count_connections(_client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
    """Count a connection: Slack sends one `hello` over each."""
    if message.get("type") == "hello":
        SOCKET_CONNECTIONS.inc()
