"""Slack's requests to the bot over HTTP: signed, and an event repeated until it is accepted."""

import asyncio
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import msgspec
from msgspec import Struct

from sandbox.slack.payloads import event_callback

TIMEOUT_SECONDS: Final = 3.0
"""How long Slack waits for a response."""

_FORM: Final = "application/x-www-form-urlencoded"
_MAX_REMEMBERED: Final = 10_000

_last_signed: dict[int, int] = {}  # the timestamp under which a body was signed last, by its hash; oldest first


class BotResponse(Struct, frozen=True):
    """The bot's response to a request of Slack; status 0 when there was none.

    elapsed: seconds until it came, or until Slack gave up.
    retry_reason: why Slack would deliver an event again, None when it is accepted.
    """

    status: int
    body: bytes
    elapsed: float
    retry_reason: str | None

    def json(self) -> Any:
        """Return the body, decoded from JSON."""
        return msgspec.json.decode(self.body)


class SignedSender:
    """Sends what people and apps do in Slack to the bot's request URL, signed."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, secret: str, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """Send to `url` over `session`, sign with `secret`, and wait for each response as long as Slack does."""
        self._session = session
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def command(self, fields: Mapping[str, str]) -> BotResponse:
        """Deliver a slash command."""
        return await self._deliver(urlencode(fields).encode(), _FORM)

    async def interaction(self, payload: dict[str, Any]) -> BotResponse:
        """Deliver a shortcut, a pressed button or a submitted view."""
        return await self._deliver(urlencode({"payload": msgspec.json.encode(payload)}).encode(), _FORM)

    async def event(
        self,
        event: dict[str, Any],
        *,
        retry_num: int = 0,
        retry_reason: str | None = None,
        ext_shared: bool = False,
    ) -> BotResponse:
        """Deliver an event once, under an id of its own."""
        return await self.event_callback(event_callback(event, ext_shared=ext_shared), retry_num, retry_reason)

    async def event_until_accepted(
        self, event: dict[str, Any], *, pauses: Sequence[float] = (0, 60, 300), ext_shared: bool = False
    ) -> list[BotResponse]:
        """Deliver an event as Slack does, again after each pause until it is accepted; returns every response."""
        callback = event_callback(event, ext_shared=ext_shared)
        responses = [await self.event_callback(callback, 0, None)]
        for number, pause in enumerate(pauses, start=1):
            reason = responses[-1].retry_reason
            if reason is None:
                break
            await asyncio.sleep(pause)
            responses.append(await self.event_callback(callback, number, reason))
        return responses

    async def event_callback(self, callback: dict[str, Any], retry_num: int, retry_reason: str | None) -> BotResponse:
        """Deliver an event in its callback, for the first time or again."""
        # Over HTTP a first delivery has no retry headers; only Socket Mode counts from 0.
        retry = {"x-slack-retry-num": str(retry_num), "x-slack-retry-reason": retry_reason or ""} if retry_num else {}
        return await self._deliver(msgspec.json.encode(callback), "application/json", retry)

    async def callback(self, body: dict[str, Any]) -> BotResponse:
        """Deliver a callback of another kind than an event's, such as `app_rate_limited`."""
        return await self._deliver(msgspec.json.encode(body), "application/json")

    async def _deliver(self, body: bytes, content_type: str, retry: Mapping[str, str] | None = None) -> BotResponse:
        signed = signed_headers(self._secret, body, timestamp=_unused_timestamp(body))
        headers = {"content-type": content_type, **signed, **(retry or {})}
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with self._session.post(self._url, data=body, headers=headers, timeout=self._timeout) as response:
                content = await response.read()
                reason = None if response.ok else "http_error"
                return BotResponse(response.status, content, loop.time() - started, reason)
        except TimeoutError:
            return BotResponse(0, b"", loop.time() - started, "http_timeout")
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            return BotResponse(0, b"", loop.time() - started, "connection_failed")


def _unused_timestamp(body: bytes) -> int:
    """Return now, or the next second under which this body was not signed yet.

    Slack signs each delivery anew, repeated ones seconds later; to send the very same request twice is an attack.
    """
    timestamp = max(int(time.time()), _last_signed.pop(hash(body), 0) + 1)
    _last_signed[hash(body)] = timestamp
    if len(_last_signed) > _MAX_REMEMBERED:
        del _last_signed[next(iter(_last_signed))]
    return timestamp


def signed_headers(secret: str, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
    """Sign a body as Slack does, now or at another time (docs.slack.dev, Verifying requests from Slack)."""
    seconds = str(int(time.time()) if timestamp is None else timestamp)
    signature = hmac.digest(secret.encode(), b"v0:%s:%s" % (seconds.encode(), body), "sha256").hex()
    return {"x-slack-request-timestamp": seconds, "x-slack-signature": f"v0={signature}"}
