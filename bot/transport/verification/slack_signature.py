"""Verify that Slack sent a request, then decode its body; raise an HTTP error for any other request.

A request's timestamp and size are checked before its body is read, and its signature over the raw bytes before they
are parsed (docs.slack.dev/authentication/verifying-requests-from-slack). Bolt would parse first, and answer 500 to
what it cannot parse.
"""

import hmac
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web
from yarl import query_to_pairs

from bot.transport.verification.bodies import BodyReader
from bot.transport.verification.timestamps import TimestampCheck, is_timestamp

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class SlackVerifier:
    """Verifies that Slack signed a request with one of the secrets."""

    def __init__(self, secrets: Sequence[bytes], bodies: BodyReader) -> None:
        self._secrets = secrets
        self._bodies = bodies
        self._timestamps = TimestampCheck()

    async def verified_body(self, request: web.Request) -> tuple[bytes, str]:
        """Return the body and the signature of a request; raise an HTTP error for one that Slack did not sign."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_timestamp(timestamp):
            raise web.HTTPUnauthorized(reason="Timestamp missing")
        if self._timestamps.is_stale(timestamp):
            raise web.HTTPUnauthorized(reason="Timestamp stale")
        if not _SIGNATURE.fullmatch(signature):
            raise web.HTTPUnauthorized(reason="Signature missing")
        body = await self._bodies.read(request)
        message = b"v0:%s:%s" % (timestamp.encode(), body)
        expected = (f"v0={hmac.digest(secret, message, 'sha256').hex()}" for secret in self._secrets)
        # Every secret is tried, so that the time taken does not reveal which one matches.
        if not any([hmac.compare_digest(candidate, signature) for candidate in expected]):  # noqa: C419
            raise web.HTTPUnauthorized(reason="Signature wrong")
        self._timestamps.note_verified()
        return body, signature


def decode_body(body: bytes) -> Any:
    """Return the payload of a JSON body (events), of a form with a JSON payload (interactions), or a form (commands).

    Raises an HTTP error for anything else.
    """
    try:
        if body.startswith(b"{"):
            return msgspec.json.decode(body)
        form = dict(query_to_pairs(body.decode(), max_fields=100))
        return msgspec.json.decode(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(reason="Body not understood") from None
