"""Telnyx's webhooks, sent to the bot's HTTP server with a `wake` of the test's own."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
from nacl.signing import SigningKey

from bot.bolt import bolt_app
from bot.health import HealthChecks, SlackHealth
from bot.settings import Settings, read_settings
from bot.shutdown import Shutdown
from bot.transport.dispatcher import RequestDispatcher
from bot.transport.listener import bound
from bot.transport.server import http_server
from portout.slack.client import identify, slack_session, web_client
from portout.state.store import MemoryStore
from sandbox.telnyx.webhooks import public_key, signed_headers
from tests.conftest import Bot, Environment
from tests.watching import CHANNEL

KEY = SigningKey(bytes(range(32)))
PUBLIC_KEY = public_key(KEY)
VARIABLES = {"TELNYX_PUBLIC_KEY": PUBLIC_KEY, "WATCH_CHANNEL": CHANNEL}
"""Of a bot that accepts webhooks."""

BODY = (
    b'{"data": {"event_type": "portout.status_changed", "id": "eef3340b-8903-4466-b445-89b697315a3a", '
    b'"payload": {"id": "5f2e1c0a-61c1-4b8e-9a53-1d5a5a0a7b11", "status": "pending"}, "record_type": "event"}}'
)


def signed(body: bytes, *, key: SigningKey = KEY, age: float = 0) -> dict[str, str]:
    """Return the headers with which Telnyx would send this body. age: of the timestamp, in seconds."""
    return signed_headers(key, body, timestamp=int(time.time() - age))


async def send(bot: Bot, body: bytes, headers: dict[str, str]) -> int:
    """Send a webhook; return the answer's status."""
    # As a stream: aiohttp warns of more than 1 MiB in one piece.
    async with bot.session.post(f"{bot.url}/telnyx/webhooks", data=BytesIO(body), headers=headers) as response:
        return response.status


class WakeableBot(Bot):
    """A bot's HTTP server alone. wakes: how often it has called `wake`. shutdown: of the bot."""

    shutdown: Shutdown
    wakes = 0

    def wake(self) -> None:
        """Count a call."""
        self.wakes += 1


@asynccontextmanager
async def wakeable_bot(
    environment: Environment, wake: Callable[[], object] | None = None
) -> AsyncIterator[WakeableBot]:
    """Start a bot's HTTP server, with this `wake` or one that counts; yield it."""
    settings = read_settings(Settings, environment.bot_variables(**VARIABLES))
    store = MemoryStore()
    async with slack_session(settings.proxy) as slack, aiohttp.ClientSession() as session:
        client = web_client(slack, settings.slack_bot_token, settings.slack_api_url)
        dispatcher = RequestDispatcher(bolt_app(client, await identify(client)))
        bot = WakeableBot(environment, session, 0)
        bot.shutdown = Shutdown(dispatcher, None, None, settings.drain_seconds)
        health = HealthChecks(bot.shutdown, store, SlackHealth(client), None, None)
        server = http_server(dispatcher, store, health, settings, wake or bot.wake)
        async with bound(server, settings.host, settings.port) as listener:
            await listener.start()
            bot.url = f"http://127.0.0.1:{listener.port}"
            yield bot
