"""The HTTP server: Slack's requests, health and metrics."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.transport.dispatcher import RequestDispatcher
from bot.transport.signature import MAX_BODY, decode_body, verified_body
from portout.telemetry.logging import bind_request_id

REQUEST_PATH: Final = "/slack/events"
"""The path that Slack sends all its requests to."""

_RETRY_HEADERS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")

_log = structlog.get_logger()

Problems = Callable[[], Awaitable[Sequence[str]]]
"""A function that returns why the bot is not ready; empty when it is."""


def create_server(
    problems: Problems, dispatcher: RequestDispatcher | None, signing_secrets: Sequence[str]
) -> web.Application:
    """Return the HTTP server; without a dispatcher it serves health and metrics only, as in Socket Mode."""
    server = web.Application(client_max_size=MAX_BODY)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        reasons = list(await problems())
        return web.json_response({"ready": not reasons, "problems": reasons}, status=503 if reasons else 200)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    server.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    if dispatcher is not None:
        server.add_routes([web.post(REQUEST_PATH, _slack_events(dispatcher, signing_secrets))])
    return server


def _slack_events(
    dispatcher: RequestDispatcher, signing_secrets: Sequence[str]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    secrets = [secret.encode() for secret in signing_secrets]

    async def slack_events(request: web.Request) -> web.Response:
        bind_request_id()
        try:
            payload = decode_body(await verified_body(request, secrets))
        except web.HTTPException as refusal:
            _log.warning("http.rejected", status=refusal.status, reason=refusal.reason)
            return web.Response(status=refusal.status, text=refusal.reason)
        retries = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
        with dispatcher.track():
            answer = await dispatcher.dispatch(payload, retries)
        # Bolt's own adapter also looks for cookies, and passes the body as text, which costs aiohttp more work.
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.first_headers())

    return slack_events
