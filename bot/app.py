"""The composition root: from settings to a running bot, and back to nothing without losing an answer."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web
from aiojobs import Scheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

import handlers
from bot.gate import Gate
from bot.lookup import Lookup
from bot.server import create_server
from bot.settings import Settings, SettingsError
from bot.socket_mode import SocketMode
from bot.telnyx.client import TelnyxClient
from handlers.replies import Answering

_DRAIN_SECONDS: Final = 25.0  # hosts leave 30 s between SIGTERM and SIGKILL

# Told the level, Bolt and the SDK don't make up their debug texts, which quote whole requests. Their warnings are
# about the environment, which is settled here, and about requests that nobody wants, which get their 404.
_slack_log = logging.getLogger("slack")
_slack_log.setLevel(logging.ERROR)
_log = structlog.get_logger()


class SlackUnreachableError(Exception):
    """Slack's Web API did not answer the start-up call."""


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT; raises `SettingsError` or `SlackUnreachableError` if it can't start."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as port:
        _log.info("bot.started", port=port, mode="socket" if settings.slack_app_token else "http")
        await stop.wait()
        _log.info("bot.stopping")
    _log.info("bot.stopped")


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[int]:
    """Start the bot and yield the port it listens on; on leaving, finish what was accepted, then close."""
    async with AsyncExitStack() as stack:
        telnyx = await stack.enter_async_context(
            TelnyxClient.connect(settings.telnyx_base_url.rstrip("/"), settings.telnyx_api_key)
        )
        session = await stack.enter_async_context(_slack_session())
        client = AsyncWebClient(
            settings.slack_bot_token,
            base_url=settings.slack_api_url.rstrip("/") + "/",
            session=session,
            logger=_slack_log,
        )
        app = _bolt(client, await _authorize(client))
        jobs = Scheduler(limit=None, exception_handler=_job_failed)
        handlers.register(app, _answering(Lookup(telnyx), jobs, session, settings))
        gate = Gate(app, jobs)
        socket = await stack.enter_async_context(_socket(gate, client, settings)) if settings.slack_app_token else None

        async def problems() -> list[str]:
            disconnected = socket is not None and not await socket.is_connected()
            return ["draining"] * gate.draining + ["socket disconnected"] * disconnected

        server = create_server(problems, None if socket else gate, settings.signing_secrets)
        port = await stack.enter_async_context(_listening(server, settings))
        try:
            yield port
        finally:
            # Everything is still open meanwhile, so that answers get out and health says why there are no new ones.
            await gate.drain(_DRAIN_SECONDS)


def _bolt(client: AsyncWebClient, authorize: Callable[[], Awaitable[AuthorizeResult]]) -> AsyncApp:
    return AsyncApp(
        logger=_slack_log,
        client=client,
        authorize=authorize,
        # The answer goes out when the listener is done, and a listener that fails is not acknowledged.
        process_before_response=True,
        # The front door has verified already; Bolt wants a secret all the same.
        request_verification_enabled=False,
        signing_secret="verified at the front door",  # noqa: S106
    )


async def _authorize(client: AsyncWebClient) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Ask Slack once who we are; every request gets that answer without a call."""
    try:
        identity = await client.auth_test()
    except SlackApiError as error:
        raise SettingsError([f"SLACK_BOT_TOKEN: Slack refused it ({_error_name(error)})"]) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SlackUnreachableError(type(error).__name__) from None
    result = AuthorizeResult(
        enterprise_id=identity.get("enterprise_id"),
        team_id=identity.get("team_id"),
        bot_id=identity.get("bot_id"),
        bot_user_id=identity.get("user_id"),
        bot_token=client.token,
    )

    async def authorize() -> AuthorizeResult:
        return result

    return authorize


def _answering(lookup: Lookup, jobs: Scheduler, session: aiohttp.ClientSession, settings: Settings) -> Answering:
    def webhook(url: str) -> AsyncWebhookClient:
        return AsyncWebhookClient(url, session=session, logger=_slack_log)

    return Answering(lookup, jobs, webhook, urlsplit(settings.slack_api_url).hostname)


@asynccontextmanager
async def _slack_session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
    timeout = aiohttp.ClientTimeout(total=10, connect=2)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield session


@asynccontextmanager
async def _socket(gate: Gate, client: AsyncWebClient, settings: Settings) -> AsyncIterator[SocketMode]:
    socket = SocketMode(gate, client, settings.slack_app_token)
    try:
        try:
            await socket.connect()
        except SlackApiError as error:
            raise SettingsError([f"SLACK_APP_TOKEN: Slack refused it ({_error_name(error)})"]) from None
        yield socket
    finally:
        await socket.close()


@asynccontextmanager
async def _listening(server: web.Application, settings: Settings) -> AsyncIterator[int]:
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError:
            raise SettingsError([f"HOST, PORT: cannot listen on {settings.host} port {settings.port}"]) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _error_name(error: SlackApiError) -> str:
    return str(error.response.get("error", "no reason given"))


def _job_failed(_scheduler: Scheduler, context: dict[str, Any]) -> None:
    _log.error("bug", exc_info=context.get("exception"))
