"""Envelopes reach Slack's own client over Socket Mode, and its acknowledgements come back."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox.slack.payloads import command, event_callback
from tests.sandbox.conftest import Slack
from tests.sandbox.slack.conftest import web_client


@pytest.fixture
async def socket_client(http: aiohttp.ClientSession, slack: Slack) -> AsyncIterator[SocketModeClient]:
    """Slack's own Socket Mode client, connected; it acknowledges a command with its text, other things bare."""

    async def acknowledge(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = {"text": request.payload["text"]} if request.type == "slash_commands" else None
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    # Its web client comes without a token, as the bot's does: the app-level token goes with the call.
    quiet = logging.getLogger("tests.sandbox.quiet")
    client = SocketModeClient(slack.sandbox.app_token, quiet, web_client(slack, http), ping_interval=0.05)
    client.socket_mode_request_listeners.append(acknowledge)
    await client.connect()  # type: ignore[no-untyped-call]
    yield client
    await client.close()  # type: ignore[no-untyped-call]


@pytest.mark.usefixtures("socket_client")
async def test_an_envelope_is_acknowledged(slack: Slack) -> None:
    """Slack's own client gets it and acknowledges it, with a payload or with none."""
    await slack.sandbox.socket_mode.connected()
    typed = command("help", response_url="http://127.0.0.1/response/one")

    answered = await slack.sandbox.socket_mode.deliver("slash_commands", typed)
    accepted = await slack.sandbox.socket_mode.deliver("events_api", event_callback({"type": "app_mention"}))

    assert answered == {"text": "help"}
    assert accepted == {}


@pytest.mark.usefixtures("socket_client")
async def test_a_dropped_connection_is_replaced(slack: Slack) -> None:
    """The client notices the cut, asks for a new address, and envelopes arrive again."""
    typed = command("again", response_url="http://127.0.0.1/response/one")
    await slack.sandbox.socket_mode.connected()

    await slack.sandbox.socket_mode.drop_connections()
    lost = await slack.sandbox.socket_mode.deliver("slash_commands", typed)
    async with asyncio.timeout(5):
        await slack.sandbox.socket_mode.connected(2)

    assert lost is None
    assert await slack.sandbox.socket_mode.deliver("slash_commands", typed) == {"text": "again"}
    assert [call.method for call in slack.sandbox.calls] == ["apps.connections.open"] * 2


async def test_an_envelope_may_stay_unacknowledged(http: aiohttp.ClientSession, slack: Slack) -> None:
    """A client that reads and says nothing, or something late, gives None."""
    async with http.ws_connect(f"{slack.url}/socket") as socket:
        hello = await socket.receive_json()
        silence = await slack.sandbox.socket_mode.deliver("interactive", {}, timeout=0.01)
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        again = await slack.sandbox.socket_mode.deliver("interactive", {}, timeout=0.01)

    assert hello["type"] == "hello"
    assert (silence, again) == (None, None)
