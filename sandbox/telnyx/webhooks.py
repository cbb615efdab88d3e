"""Telnyx's webhooks, signed as Telnyx signs them.

Source: developers.telnyx.com, "Webhook fundamentals": Ed25519 over the timestamp, a bar and the raw body.
"""

import time
from base64 import b64encode

from nacl.signing import SigningKey


def public_key(key: SigningKey) -> str:
    """Return the public key as the portal shows it."""
    return b64encode(bytes(key.verify_key)).decode()


def signed_headers(key: SigningKey, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
    """Return the headers with which Telnyx sends this body, at this time instead of now."""
    at = str(int(time.time()) if timestamp is None else timestamp)
    signature = key.sign(b"%s|%s" % (at.encode(), body)).signature
    return {"telnyx-timestamp": at, "telnyx-signature-ed25519": b64encode(signature).decode()}
