"""Telnyx's webhooks: each one says that there is news, and nothing that it says is believed."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import structlog
from aiohttp import web
from msgspec import Struct

from bot.transport.connections import Connection
from bot.transport.dispatcher import RequestDispatcher
from bot.transport.monitoring import Health
from bot.transport.verification.telnyx_signature import TelnyxVerifier
from bot.transport.verification.used_signatures import UsedSignatures

WEBHOOK_PATH: Final = "/telnyx/webhooks"

_log = structlog.get_logger()


class TelnyxEndpoint(Struct, frozen=True):
    """Verifies each webhook, answers it without reading what it says, and calls `wake`, which must not block."""

    dispatcher: RequestDispatcher
    verifier: TelnyxVerifier
    used_signatures: UsedSignatures
    health: Health
    wake: Callable[[], object]

    @property
    def route(self) -> web.RouteDef:
        """Return the route at which Telnyx sends its webhooks."""
        return web.post(WEBHOOK_PATH, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Return the answer to a webhook; raise an HTTP error for one that Telnyx did not send, or not just now."""
        # A stop waits for the answer, as it does for Slack's requests.
        with self.dispatcher.track():
            signature = await self.verifier.verified_signature(request)
            cast("Connection", request.protocol).accept_request()
            if not self.health.is_ready:
                # Before the signature counts as used: Telnyx may send the same request to another process.
                raise web.HTTPServiceUnavailable(reason="Stopping")
            if not await self.used_signatures.claim(signature):
                raise web.HTTPUnauthorized(reason="Telnyx signature used before")
        _log.info("webhook.received")
        # Not from here: an error there must not become the answer, as Telnyx would send the webhook again.
        asyncio.get_running_loop().call_soon(self.wake)
        return web.Response()
