"""The composition root: start the bot from its settings, and stop it without losing an answer."""

import asyncio
import platform
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from aiojobs import Scheduler
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

import handlers
from bot import __version__
from bot.bolt import bolt_app
from bot.health import HealthChecks, SlackHealth
from bot.process import collect_garbage
from bot.settings import Settings, SettingsError
from bot.shutdown import Shutdown
from bot.startup import checking_token, is_clock_wrong
from bot.transport.dispatcher import RequestDispatcher
from bot.transport.listener import bound
from bot.transport.server import http_server
from bot.watch import Connections, build_watch
from handlers.services import Services
from portout.access.policy import AccessPolicy
from portout.access.rate_limit import UserRateLimiter
from portout.answers import Answers
from portout.lookup.overview.service import Overviews
from portout.lookup.service import CALLS_AT_A_TIME, Lookup
from portout.lookup.texts.identifiers import extract_ids_and_numbers
from portout.slack.client import Identity, identify, keep_slack_warm, slack_session, web_client, webhook_client
from portout.slack.event_delivery import EventProcessor
from portout.slack.home_tabs import HomeTabs
from portout.slack.messages.history import ChannelHistory
from portout.slack.messages.pacing import Pacing
from portout.slack.messages.posts import Posts
from portout.slack.messages.threads import ThreadReplies
from portout.slack.modals import Modals
from portout.slack.responder import Responder
from portout.state.fallback_store import UnusableRedisError, open_store
from portout.state.leases import Leases
from portout.state.ledger import Ledger
from portout.state.store import Store
from portout.telemetry.build_info import source_digest
from portout.telemetry.metrics import BUILD, IN_FLIGHT, LEDGER_FALLBACKS
from portout.telnyx.client import TelnyxClient

if TYPE_CHECKING:
    from bot.transport.socket_mode import SocketMode

_log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT; raises `SettingsError` or `SlackUnreachableError` if it cannot start."""
    bot = asyncio.create_task(_run_until_stopped(settings))
    # Before the bot listens it has accepted nothing, so a signal may cancel the start at once.
    _on_signal(bot.cancel)
    try:
        await bot
    except asyncio.CancelledError:
        _log.info("bot.stopped")


async def _run_until_stopped(settings: Settings) -> None:
    stop = asyncio.Event()
    async with running(settings) as port:
        _on_signal(stop.set)
        collect_garbage()
        code = source_digest()
        BUILD.labels(__version__, code, platform.python_version()).set(1)
        mode = "socket" if settings.slack_app_token else "http"
        _log.info("bot.started", port=port, mode=mode, version=__version__, code=code)
        await stop.wait()
        _log.info("bot.stopping")
    _log.info("bot.stopped")


def _on_signal(stop: Callable[[], object]) -> None:
    """Call `stop` on SIGTERM and SIGINT, in place of what an earlier call set."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[int]:
    """Start the bot and yield the port it listens on; at the end, answer what was accepted, then close everything.

    Raises `SettingsError` or `SlackUnreachableError` if the bot cannot start.
    """
    async with AsyncExitStack() as stack:
        telnyx = await stack.enter_async_context(
            TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy)
        )
        # Alerts have connections of their own: a flood of them must not take those that people's answers need.
        client, alert_client = [await _slack_client(stack, settings) for _ in range(2)]
        identity = await _identity(client)
        app = bolt_app(client, identity)
        store = await _open_store(stack, settings, identity)
        services = _services(telnyx, client, alert_client, identity, store, settings)
        handlers.register(app, services)
        dispatcher = RequestDispatcher(app, services.responder.jobs, services.mentions.jobs, services.alerts.jobs)
        IN_FLIGHT.set_function(lambda: dispatcher.in_flight)
        socket = _socket_mode(dispatcher, client, services.responder, settings) if settings.slack_app_token else None
        shutdown = Shutdown(dispatcher, socket, services.watch, settings.drain_seconds)
        health = HealthChecks(shutdown, store, SlackHealth(client), socket, services.watch)
        server = http_server(dispatcher, store, health, settings, services.watch.wake if services.watch else None)
        with _checking_address(settings):
            listener = await stack.enter_async_context(bound(server, settings.host, settings.port))
        if socket is not None:
            # After the address is bound: a start that fails must not cut off commands that it has accepted.
            stack.push_async_callback(socket.close)
            await socket.start()
        with _checking_address(settings):
            await listener.start()
        await stack.enter_async_context(_running_beside(telnyx.keep_warm(CALLS_AT_A_TIME), keep_slack_warm(client)))
        if services.watch is not None:
            services.watch.start()
        try:
            yield listener.port
        finally:
            # The clients stay open until then: answers can be sent.
            await shutdown.run(listener)


@asynccontextmanager
async def _running_beside(*endless: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run what has no end of its own while the context is open."""
    tasks = [asyncio.create_task(one) for one in endless]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _socket_mode(
    dispatcher: RequestDispatcher, client: AsyncWebClient, responder: Responder, settings: Settings
) -> "SocketMode":
    from bot.transport.socket_mode import socket_mode  # noqa: PLC0415  most bots do without the SDK's clients for it

    return socket_mode(dispatcher, client, responder, settings)


async def _slack_client(stack: AsyncExitStack, settings: Settings) -> AsyncWebClient:
    session = await stack.enter_async_context(slack_session(settings.proxy))
    return web_client(session, settings.slack_bot_token, settings.slack_api_url)


async def _identity(client: AsyncWebClient) -> Identity:
    with checking_token("SLACK_BOT_TOKEN"):
        identity = await identify(client)
    if is_clock_wrong(identity.clock_ahead):
        _log.warning("clock.wrong", ahead_seconds=round(identity.clock_ahead))
    return identity


async def _open_store(stack: AsyncExitStack, settings: Settings, identity: Identity) -> Store:
    opening = open_store(settings.redis_url, identity.key_prefix, lambda _: LEDGER_FALLBACKS.inc())
    try:
        return await stack.enter_async_context(opening)
    except UnusableRedisError as error:
        raise SettingsError([f"REDIS_URL: {error}"]) from None


def _services(
    telnyx: TelnyxClient,
    client: AsyncWebClient,
    alert_client: AsyncWebClient,
    identity: Identity,
    store: Store,
    settings: Settings,
) -> Services:
    access = AccessPolicy(identity, settings.trusted_teams, settings.allowed_users, settings.detail_users)
    ledger, leases, pacing = Ledger(store), Leases(store), Pacing()
    posts, alert_posts = Posts(client, pacing, for_alerts=False), Posts(alert_client, pacing, for_alerts=True)
    lookup, history = Lookup(telnyx), ChannelHistory(alert_client, identity.bot_id)
    # Three schedulers, so that pending alerts leave room for people's answers.
    return Services(
        answers=Answers(
            lookup,
            access,
            UserRateLimiter(),
            settings.alert_channels,
            settings.portal_url,
            settings.contacts,
        ),
        responder=Responder(
            _job_scheduler(),
            partial(webhook_client, client.session),
            URL(settings.slack_api_url).origin(),
            settings.contacts,
        ),
        mentions=EventProcessor(ledger, leases, _job_scheduler()),
        alerts=EventProcessor(ledger, leases, _job_scheduler()),
        posts=posts,
        threads=ThreadReplies(posts, client, ledger, identity.bot_id, extract_ids_and_numbers),
        alert_threads=ThreadReplies(alert_posts, alert_client, ledger, identity.bot_id),
        ledger=ledger,
        leases=leases,
        modals=Modals(client),
        overviews=Overviews(lookup.search),
        home_tabs=HomeTabs(client),
        watch=build_watch(settings, Connections(telnyx, lookup, alert_posts, history, store)),
    )


@contextmanager
def _checking_address(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError):
        raise SettingsError([f"HOST, PORT: cannot listen on {settings.host} port {settings.port}"]) from None


def _job_scheduler() -> Scheduler:
    return Scheduler(limit=None, exception_handler=_log_failed_job)


def _log_failed_job(_scheduler: Scheduler, context: dict[str, Any]) -> None:
    _log.error("internal_error", exc_info=context.get("exception"))
