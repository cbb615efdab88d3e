"""Slack's deliveries to the bot over HTTP: signed, and an event again and again until it is accepted."""

import asyncio
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import msgspec
from msgspec import Struct

from sandbox.slack.modals import trigger_id
from sandbox.slack.workspace import APP_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN

PATIENCE_SECONDS: Final = 3.0
"""How long Slack waits for an answer."""

PRIVATE_TS: Final = "1790000000.000200"
"""When the private message was sent whose buttons are pressed."""

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


def command(text: str, *, response_url: str, user: str = "U0ALICE", channel: str = "C0DESK") -> dict[str, str]:
    """Make the form that Slack sends when somebody types `/portout-event` and `text`."""
    return {
        "token": VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": "porting-desk",
        "user_id": user,
        "user_name": "alice",
        "command": "/portout-event",
        "text": text,
        "response_url": response_url,
        "trigger_id": trigger_id(),
        "is_enterprise_install": "false",
    }


def message_shortcut(
    callback_id: str, message: Mapping[str, Any], *, response_url: str, user: str = "U0ALICE", channel: str = "C0DESK"
) -> dict[str, Any]:
    """Make the payload that Slack sends when somebody picks a shortcut from a message's menu."""
    return {
        "type": "message_action",
        "callback_id": callback_id,
        "message_ts": message["ts"],
        "message": dict(message),
        "action_ts": f"{time.time():.6f}",
        **_interaction(response_url, user, channel),
    }


class Spot(Struct, frozen=True):
    """A message whose button is pressed. private: only the one who presses it sees it."""

    channel: str = "C0DESK"
    ts: str = PRIVATE_TS
    thread_ts: str | None = None
    private: bool = True


PRIVATE: Final = Spot()
"""Where only one person sees the button."""


def button_press(
    button: Mapping[str, Any],
    *,
    response_url: str,
    user: str = "U0ALICE",
    team: str = TEAM_ID,
    spot: Spot = PRIVATE,
    later: float = 0,
) -> dict[str, Any]:
    """Make the payload that Slack sends when somebody presses a button of a message, now or some seconds later."""
    container = {
        "type": "message",
        "channel_id": spot.channel,
        "message_ts": spot.ts,
        "is_ephemeral": spot.private,
        **({"thread_ts": spot.thread_ts} if spot.thread_ts else {}),
    }
    return {
        "type": "block_actions",
        "container": container,
        "actions": [_action(button, later)],
        "state": {"values": {}},
        **_interaction(response_url, user, spot.channel, team),
    }


def window_press(button: Mapping[str, Any], *, view_id: str, user: str = "U0ALICE") -> dict[str, Any]:
    """Make the payload that Slack sends when somebody presses a button of a window: no channel, no response URL."""
    payload = _interaction("", user, "", TEAM_ID)
    del payload["channel"], payload["response_url"]
    return {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view_id},
        "view": {"id": view_id, "type": "modal"},
        "actions": [_action(button, 0)],
        **payload,
    }


def _action(button: Mapping[str, Any], later: float) -> dict[str, Any]:
    return {**button, "block_id": "b1", "action_ts": f"{time.time() + later:.6f}"}


def _interaction(response_url: str, user: str, channel: str, team: str = TEAM_ID) -> dict[str, Any]:
    return {
        "token": VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user, "username": "alice", "name": "alice", "team_id": team},
        "channel": {"id": channel, "name": "porting-desk"},
        "trigger_id": trigger_id(),
        "response_url": response_url,
    }


def event_callback(event: dict[str, Any], *, ext_shared: bool = False) -> dict[str, Any]:
    """Wrap an event as the Events API does, under a new event id; also the payload of a Socket Mode envelope."""
    installation = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex[:10].upper()}",
        "event_time": int(time.time()),
        "event_context": f"4-{uuid4().hex}",
        "authorizations": [installation],
        "is_ext_shared_channel": ext_shared,
        "event": event,
    }
