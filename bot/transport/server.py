"""The routes of the HTTP server, as the settings want them."""

from collections.abc import Callable

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


def http_server(
    dispatcher: RequestDispatcher, store: Store, health: Health, settings: Settings, wake: Callable[[], object] | None
) -> web.Application:
    """Return the HTTP server: without Slack's requests in Socket Mode, without Telnyx's webhooks if there is no key.

    wake: called after each webhook; None where nothing is watched, and the settings allow no key.
    """
    bodies = BodyReader()  # one for all senders, as it limits what they take together
    routes = monitoring_routes(health, settings.metrics_token)
    if not settings.slack_app_token:
        verifier = SlackVerifier([secret.encode() for secret in settings.slack_signing_secret], bodies)
        routes.append(SlackEndpoint(dispatcher, verifier, _used_signatures(store, settings)).route)
    if settings.telnyx_public_key and wake is not None:
        # What verifies Telnyx's signatures takes 20 ms and 4 MB, which most bots do not need.
        from bot.transport.telnyx_webhooks import TelnyxEndpoint  # noqa: PLC0415
        from bot.transport.verification.telnyx_signature import TelnyxVerifier  # noqa: PLC0415

        telnyx = TelnyxVerifier(settings.telnyx_public_key, bodies)
        routes.append(TelnyxEndpoint(dispatcher, telnyx, _used_signatures(store, settings), health, wake).route)
    return create_server(routes)


def _used_signatures(store: Store, settings: Settings) -> UsedSignatures:
    # A timestamp may be as far ahead of our clock as behind it: its signature is valid for twice that time.
    return UsedSignatures(2 * MAX_AGE_SECONDS, store if settings.redis_url else None)
