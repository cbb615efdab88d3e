"""The routes of the HTTP server, as the settings want them."""

from aiohttp import web

from bot.settings import Settings
from bot.transport.dispatcher import RequestDispatcher
from bot.transport.http import SlackEndpoint, create_server
from bot.transport.monitoring import Health, monitoring_routes
from bot.transport.verification.bodies import BodyReader
from bot.transport.verification.slack_signature import SlackVerifier
from bot.transport.verification.timestamps import MAX_AGE_SECONDS
from bot.transport.verification.used_signatures import UsedSignatures
from portout.state.store import Store


def http_server(dispatcher: RequestDispatcher, store: Store, health: Health, settings: Settings) -> web.Application:
    """Return the HTTP server: in Socket Mode without the route for Slack's requests."""
    routes = monitoring_routes(health, settings.metrics_token)
    if not settings.slack_app_token:
        verifier = SlackVerifier([secret.encode() for secret in settings.slack_signing_secret], BodyReader())
        routes.append(SlackEndpoint(dispatcher, verifier, _used_signatures(store, settings)).route)
    return create_server(routes)


def _used_signatures(store: Store, settings: Settings) -> UsedSignatures:
    # A timestamp may be as far ahead of our clock as behind it: its signature is valid for twice that time.
    return UsedSignatures(2 * MAX_AGE_SECONDS, store if settings.redis_url else None)
