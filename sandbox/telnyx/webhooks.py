"""Telnyx's webhooks, signed as Telnyx signs them.

Source: developers.telnyx.com, "Webhook fundamentals": Ed25519 over the timestamp, a bar and the raw body.
"""

import time
from base64 import b64encode
from typing import Any, Final
from uuid import uuid4

import aiohttp
import msgspec
from nacl.signing import SigningKey


def public_key(key: SigningKey) -> str:
    """Return the public key as the portal shows it."""
    return b64encode(bytes(key.verify_key)).decode()


def signed_headers(key: SigningKey, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
    """Return the headers with which Telnyx sends this body, at this time instead of now."""
    at = str(int(time.time()) if timestamp is None else timestamp)
    signature = key.sign(b"%s|%s" % (at.encode(), body)).signature
    return {"telnyx-timestamp": at, "telnyx-signature-ed25519": b64encode(signature).decode()}


class WebhookSender:
    """Sends the account's events to a URL, each once, signed with a key of its own. public_key: as the portal shows it.

    url: "" until it is known.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.url = ""
        self._session = session
        self._key: Final = SigningKey.generate()
        self.public_key: Final = public_key(self._key)

    async def send(self, event: dict[str, Any]) -> int:
        """Send an event; return the answer's status, 0 if none came."""
        body = msgspec.json.encode(
            {
                "data": {
                    "record_type": "event",
                    "id": str(uuid4()),
                    "event_type": event["event_type"],
                    "occurred_at": event["created_at"],
                    "payload": event["payload"],
                },
                "meta": {"attempt": 1, "delivered_to": self.url},
            }
        )
        headers = {"Content-Type": "application/json", **signed_headers(self._key, body)}
        try:
            async with self._session.post(self.url, data=body, headers=headers) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0
