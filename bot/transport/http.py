"""The front door: what Slack sent is let in, everything else is turned away before it is parsed; and health.

A request's timestamp and size are checked before its body is read, and its signature over the raw bytes before they
are parsed (docs.slack.dev/authentication/verifying-requests-from-slack). Bolt would parse first, and answer what it
can't parse with a 500.
"""

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from yarl import query_to_pairs

from bot.transport.dispatcher import Gate
from portout.telemetry.logging import start_request

REQUEST_PATH: Final = "/slack/events"
"""Where Slack sends everything."""

LARGEST_BODY: Final = 2 * 2**20
"""Bytes: a shortcut on Slack's longest message, in Cyrillic, is 560 kB."""

OLDEST_SECONDS: Final = 300
"""How old, or how far ahead, a request's timestamp may be."""

_READ_SECONDS = 10.0
_RETRY_HEADERS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)

_log = structlog.get_logger()

Problems = Callable[[], Awaitable[Sequence[str]]]
"""Says why the bot isn't ready; empty when it is."""


def create_server(problems: Problems, gate: Gate | None, signing_secrets: Sequence[str]) -> web.Application:
    """Make the HTTP server; without a gate it serves health only, as in Socket Mode."""
    server = web.Application(client_max_size=LARGEST_BODY)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        found = list(await problems())
        return web.json_response({"ready": not found, "problems": found}, status=503 if found else 200)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    server.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    if gate is not None:
        server.add_routes([web.post(REQUEST_PATH, _slack_events(gate, signing_secrets))])
    return server


def _slack_events(gate: Gate, signing_secrets: Sequence[str]) -> Callable[[web.Request], Awaitable[web.Response]]:
    secrets = [secret.encode() for secret in signing_secrets]

    async def slack_events(request: web.Request) -> web.Response:
        start_request()
        try:
            payload = _payload(await _signed_body(request, secrets))
        except web.HTTPException as refusal:
            _log.warning("front_door.refused", status=refusal.status, reason=refusal.reason)
            return web.Response(status=refusal.status, text=refusal.reason)
        retries = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
        with gate.passing():
            answer = await gate.dispatch(payload, retries)
        # Bolt's own adapter looks for cookies, and takes a text, which aiohttp sends by a longer way.
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.first_headers())

    return slack_events


async def _signed_body(request: web.Request, secrets: Sequence[bytes]) -> bytes:
    """Read a body that Slack signed; raises an HTTP refusal for any other."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > OLDEST_SECONDS:
        raise web.HTTPUnauthorized(reason="Timestamp missing or too old")
    if not _SIGNATURE.fullmatch(signature):
        raise web.HTTPUnauthorized(reason="Signature missing")
    if (request.content_length or 0) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, reason="Body too large")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        # Slack doesn't; and a body is not unpacked for whoever asks.
        raise web.HTTPBadRequest(reason="Body encoded")
    try:
        async with asyncio.timeout(_READ_SECONDS):
            body = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(reason="Body too slow") from None
    message = b"v0:%s:%s" % (timestamp.encode(), body)
    expected = (f"v0={hmac.digest(secret, message, 'sha256').hex()}" for secret in secrets)
    # Every secret is tried, so that the time taken says nothing about which one fits.
    if not any([hmac.compare_digest(one, signature) for one in expected]):  # noqa: C419
        raise web.HTTPUnauthorized(reason="Signature wrong")
    return body


def _payload(body: bytes) -> Any:
    """Decode a JSON body (events), a form with a JSON payload (interactions), or a plain form (commands)."""
    try:
        if body.startswith(b"{"):
            return msgspec.json.decode(body)
        form = dict(query_to_pairs(body.decode(), max_fields=100))
        return msgspec.json.decode(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(reason="Body not understood") from None
