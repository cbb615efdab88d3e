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
from aiohttp import web
from yarl import query_to_pairs

from bot.transport.bodies import BodyReader

MAX_AGE_SECONDS: Final = 300
"""How old, or how far ahead, a request's timestamp may be."""

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


async def verified_body(request: web.Request, secrets: Sequence[bytes], bodies: BodyReader) -> tuple[bytes, str]:
    """Return the body and the signature of a request that Slack signed with one of the secrets.

    Raises an HTTP error for any other request.
    """
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > MAX_AGE_SECONDS:
        raise web.HTTPUnauthorized(reason="Timestamp missing or too old")
    if not _SIGNATURE.fullmatch(signature):
        raise web.HTTPUnauthorized(reason="Signature missing")
    body = await bodies.read(request)
    message = b"v0:%s:%s" % (timestamp.encode(), body)
    expected = (f"v0={hmac.digest(secret, message, 'sha256').hex()}" for secret in secrets)
    # Every secret is tried, so that the time taken does not reveal which one matches.
    if not any([hmac.compare_digest(candidate, signature) for candidate in expected]):  # noqa: C419
        raise web.HTTPUnauthorized(reason="Signature wrong")
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
