"""Slack's deliveries to the bot over HTTP: signed, and an event again and again until it is accepted."""

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

PATIENCE_SECONDS: Final = 3.0
"""How long Slack waits for an answer."""

_FORM: Final = "application/x-www-form-urlencoded"


class Answer(Struct, frozen=True):
    """What the bot answered, after how many seconds; status 0 when it didn't.

    retry_reason: why Slack would deliver an event again, None when it is accepted.
    """

    status: int
    body: bytes
    elapsed: float
    retry_reason: str | None

    def json(self) -> Any:
        """Read the body as JSON."""
        return msgspec.json.decode(self.body)


class Courier:
    """Carries what people and apps do in Slack to the bot's request URL."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, secret: str, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        """Deliver to `url` over `session`, signed with `secret`, and wait for each answer as long as Slack does."""
        self._session = session
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=patience)

    async def command(self, fields: Mapping[str, str]) -> Answer:
        """Deliver a slash command."""
        return await self._deliver(urlencode(fields).encode(), _FORM)

    async def interaction(self, payload: dict[str, Any]) -> Answer:
        """Deliver a shortcut, a pressed button or a submitted view."""
        return await self._deliver(urlencode({"payload": msgspec.json.encode(payload)}).encode(), _FORM)

    async def event(
        self,
        event: dict[str, Any],
        *,
        retry_num: int = 0,
        retry_reason: str | None = None,
        ext_shared: bool = False,
    ) -> Answer:
        """Deliver an event once, under an id of its own."""
        return await self.callback(event_callback(event, ext_shared=ext_shared), retry_num, retry_reason)

    async def event_until_accepted(
        self, event: dict[str, Any], *, pauses: Sequence[float] = (0, 60, 300), ext_shared: bool = False
    ) -> list[Answer]:
        """Deliver an event as Slack does, again after each pause while it isn't accepted; gives every answer."""
        callback = event_callback(event, ext_shared=ext_shared)
        answers = [await self.callback(callback, 0, None)]
        for number, pause in enumerate(pauses, start=1):
            reason = answers[-1].retry_reason
            if reason is None:
                break
            await asyncio.sleep(pause)
            answers.append(await self.callback(callback, number, reason))
        return answers

    async def callback(self, callback: dict[str, Any], retry_num: int, retry_reason: str | None) -> Answer:
        """Deliver a callback, for the first time or again."""
        # Over HTTP a first delivery says nothing of retries; only Socket Mode counts from 0.
        retry = {"x-slack-retry-num": str(retry_num), "x-slack-retry-reason": retry_reason or ""} if retry_num else {}
        return await self._deliver(msgspec.json.encode(callback), "application/json", retry)

    async def _deliver(self, body: bytes, content_type: str, retry: Mapping[str, str] | None = None) -> Answer:
        headers = {"content-type": content_type, **signed_headers(self._secret, body), **(retry or {})}
        started = time.perf_counter()
        try:
            async with self._session.post(self._url, data=body, headers=headers, timeout=self._timeout) as response:
                answer = await response.read()
                reason = None if response.ok else "http_error"
                return Answer(response.status, answer, time.perf_counter() - started, reason)
        except TimeoutError:
            return Answer(0, b"", time.perf_counter() - started, "http_timeout")
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            return Answer(0, b"", time.perf_counter() - started, "connection_failed")


def signed_headers(secret: str, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
    """Sign a body as Slack does, now or at another time (docs.slack.dev, Verifying requests from Slack)."""
    moment = str(int(time.time()) if timestamp is None else timestamp)
    signature = hmac.digest(secret.encode(), b"v0:%s:%s" % (moment.encode(), body), "sha256").hex()
    return {"x-slack-request-timestamp": moment, "x-slack-signature": f"v0={signature}"}
