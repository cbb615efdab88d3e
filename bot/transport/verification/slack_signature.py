"""Verify that Slack sent a request, then decode its body; raise an HTTP error for any other request.

A request's timestamp and size are checked before its body is read, and its signature over the raw bytes before they
are parsed (docs.slack.dev/authentication/verifying-requests-from-slack). Bolt would parse first, and answer 500 to
what it cannot parse.
"""

import hmac
import re
import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web
from yarl import query_to_pairs

from bot.transport.verification.bodies import BodyReader
from portout.telemetry.logging import Throttle

MAX_AGE_SECONDS: Final = 300
"""How old, or how far ahead, a request's timestamp may be."""

MAX_STALE: Final = 5
"""How many requests with such a timestamp may come in a row until this machine's clock is suspected."""

_log = structlog.get_logger()

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class TimestampCheck:
    """Checks the timestamps of requests, and logs a series of stale ones: this machine's clock may be wrong.

    Somebody who sends old requests again makes such a series, too.
    """

    def __init__(self) -> None:
        self._stale_in_a_row = 0
        self._warnings = Throttle()

    def check(self, timestamp: str) -> None:
        """Raise an HTTP error for a timestamp that is missing, too old, or too far ahead."""
        if not _TIMESTAMP.fullmatch(timestamp):
            raise web.HTTPUnauthorized(reason="Timestamp missing")
        age = time.time() - int(timestamp)
        if abs(age) > MAX_AGE_SECONDS:
            self._note_stale(age)
            raise web.HTTPUnauthorized(reason="Timestamp stale")

    def note_verified(self) -> None:
        """Record a request that Slack signed, by which the clock is right."""
        self._stale_in_a_row = 0

    def _note_stale(self, age: float) -> None:
        self._stale_in_a_row += 1
        if self._stale_in_a_row >= MAX_STALE and self._warnings.allows():
            _log.error("clock.suspected", stale=self._stale_in_a_row, ahead_seconds=round(age))


class RequestVerifier:
    """Verifies that Slack signed a request with one of the secrets."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = secrets
        self._bodies = BodyReader()
        self._timestamps = TimestampCheck()

    async def verified_body(self, request: web.Request) -> tuple[bytes, str]:
        """Return the body and the signature of a request; raise an HTTP error for one that Slack did not sign."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        self._timestamps.check(timestamp)
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
