"""Verify that Telnyx sent a webhook; raise an HTTP error for any other request.

Telnyx signs a timestamp, a bar and the raw body with the account's Ed25519 key (developers.telnyx.com, "Webhook
fundamentals"). Nothing of the body is parsed, and nothing here is secret, so the time that it takes reveals nothing.
"""

import re
from base64 import b64decode

from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from bot.transport.verification.bodies import BodyReader
from bot.transport.verification.timestamps import TimestampCheck, is_timestamp

# The only base64 of 64 bytes: its last letter has four bits that no byte needs, and they are 0.
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{85}[AQgw]==", re.ASCII)


class TelnyxVerifier:
    """Verifies that Telnyx signed a request. public_key: of the account, its 32 bytes as base64."""

    def __init__(self, public_key: str, bodies: BodyReader) -> None:
        self._key = VerifyKey(b64decode(public_key))
        self._bodies = bodies
        self._timestamps = TimestampCheck()

    async def verified_signature(self, request: web.Request) -> str:
        """Return the signature of a request, as hexadecimal digits; raise an HTTP error if Telnyx did not sign it."""
        timestamp = request.headers.get("Telnyx-Timestamp", "")
        signature = request.headers.get("Telnyx-Signature-Ed25519", "")
        if not is_timestamp(timestamp):
            raise web.HTTPUnauthorized(reason="Telnyx timestamp missing")
        if self._timestamps.is_stale(timestamp):
            raise web.HTTPUnauthorized(reason="Telnyx timestamp stale")
        if not _SIGNATURE.fullmatch(signature):
            raise web.HTTPUnauthorized(reason="Telnyx signature missing")
        body, signed = await self._bodies.read(request), b64decode(signature)
        try:
            self._key.verify(b"%s|%s" % (timestamp.encode(), body), signed)
        except BadSignatureError:
            raise web.HTTPUnauthorized(reason="Telnyx signature wrong") from None
        self._timestamps.note_verified()
        return signed.hex()
