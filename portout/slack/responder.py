"""Answers to people: in the acknowledgement if they are ready in time, else as a follow-up where they can see it."""

import asyncio
import math
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, Protocol

import aiohttp
import msgspec
import structlog
from aiojobs import Scheduler
from msgspec import UNSET, Raw, Struct, UnsetType
from slack_bolt.response import BoltResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from yarl import URL

from portout.cards.blockkit.blocks import Block, Message
from portout.cards.contacts import Contacts
from portout.cards.notices import broken, busy
from portout.slack.web_api import retry_after_seconds
from portout.telemetry.logging import current_request_id
from portout.telemetry.metrics import COMMAND_SECONDS

ACK_SECONDS: Final = 2.0
"""How long an answer may take to be sent in the acknowledgement; Slack gives up after 3 s."""

GIVE_UP_SECONDS: Final = 60.0
"""How long a reply to a `response_url` is tried; Slack takes it for 30 minutes, but the person waits now."""

MAX_FOLLOW_UPS: Final = 500
"""The number of follow-ups under way; further requests are answered with *busy*."""

_SLACK_HOST = re.compile(r"([a-z0-9-]+\.)*slack(-gov)?\.com", re.ASCII)
_TRY_SECONDS = 3.0
_PAUSES = (1.0, 3.0, 9.0)  # seconds between tries; Slack takes five messages for one response_url
_ENCODER = msgspec.json.Encoder()

_log = structlog.get_logger()


class EphemeralReply(Struct, frozen=True):
    """A message for one person.

    replaces: whether it replaces the message whose button was clicked. on_sent: called when Slack has taken it.
    """

    message: Message
    replaces: bool = False
    on_sent: Callable[[], None] | None = None


class Place(Protocol):
    """Where one person sees the reply to a request."""

    async def announce(self) -> bool:
        """Show that a reply follows, where that must be shown at once; return False if none can be shown any more."""
        ...

    async def send(self, reply: EphemeralReply) -> bool:
        """Show a reply; return whether Slack took it."""
        ...


class ResponseBody(Struct, frozen=True):
    """The JSON of an ephemeral message, in an acknowledgement or to a `response_url`."""

    text: str
    blocks: tuple[Block, ...] | Raw
    response_type: str = "ephemeral"
    replace_original: bool = False
    thread_ts: str | UnsetType = UNSET


def ack(message: Message) -> BoltResponse:
    """Return an acknowledgement that shows a message to the requester, and to nobody else."""
    body = _ENCODER.encode(ResponseBody(message.text, message.encoded_blocks)).decode()
    return BoltResponse(status=200, body=body, headers={"content-type": "application/json"})


class Responder(Struct, frozen=True):
    """Acknowledges people's requests, and sends what is not ready by then as a follow-up.

    jobs: the follow-ups, for which a stop waits. webhook: returns the client of a `response_url`. own_origin: the
    origin of the Web API as configured, which may differ from Slack's. contacts: whom people tell of a bug.
    """

    jobs: Scheduler
    webhook: Callable[[str], AsyncWebhookClient]
    own_origin: URL
    contacts: Contacts

    async def ack_or_follow_up(
        self,
        work: Callable[[], Coroutine[Any, Any, EphemeralReply]],
        still_working: Callable[[], Message],
        response_url: str,
    ) -> BoltResponse:
        """Return an acknowledgement with the reply of `work`, which counts as sent by that.

        If that takes over 2 s, return one with the message of `still_working`, and send that of `work` as a follow-up.
        """
        if len(self.jobs) >= MAX_FOLLOW_UPS:
            _log.warning("reply.busy")
            return ack(busy())
        task = asyncio.create_task(_timed(work))
        await asyncio.wait({task}, timeout=ACK_SECONDS)
        if task.done():
            return ack(_sent(task.result()).message)
        await self.jobs.spawn(self._follow_up(_result_of(task), self.at(response_url)))
        return ack(still_working())

    async def ack_then_follow_up(
        self, work: Callable[[], Coroutine[Any, Any, EphemeralReply | None]], place: Place
    ) -> BoltResponse:
        """Return an empty acknowledgement, and send the reply of `work` to its place as a follow-up.

        For requests whose acknowledgement Slack does not show: shortcuts, clicks on buttons, and events.
        """
        if len(self.jobs) >= MAX_FOLLOW_UPS:
            _log.warning("reply.busy")
            with suppress(TimeoutError):
                # Not counted among the follow-ups: it must not take longer than an acknowledgement may.
                async with asyncio.timeout(ACK_SECONDS):
                    await place.send(EphemeralReply(busy()))
        else:
            await self.jobs.spawn(self._follow_up(work(), place))
        return BoltResponse(status=200)

    def at(self, response_url: str, thread_ts: str = "") -> "ResponseUrl":
        """Return the place of replies to a `response_url`. thread_ts: the thread to show them in; empty for none."""
        return ResponseUrl(self, response_url, thread_ts)

    async def _follow_up(self, work: Coroutine[Any, Any, EphemeralReply | None], place: Place) -> None:
        try:
            reply = await work
        except Exception:  # noqa: BLE001  after any bug the person still gets an answer
            _log.exception("internal_error")
            reply = EphemeralReply(broken(current_request_id(), self.contacts))
        if reply is not None and await place.send(reply):
            _sent(reply)

    async def send(self, body: dict[str, Any], response_url: str) -> bool:
        """Send the body of an acknowledgement or a follow-up; return whether Slack took it."""
        if not is_of_slack(response_url, self.own_origin):
            _log.error("response_url.refused")
            return False
        return await _deliver(self.webhook(response_url), body)


class ResponseUrl(Struct, frozen=True):
    """The place of the reply to a request with a `response_url`. thread_ts: the thread; empty for none."""

    responder: Responder
    url: str
    thread_ts: str

    async def announce(self) -> bool:
        """Return True: Slack takes a reply for 30 minutes, so there is nothing to show before."""
        return True

    async def send(self, reply: EphemeralReply) -> bool:
        message, thread_ts = reply.message, self.thread_ts or UNSET
        body = ResponseBody(message.text, message.blocks, replace_original=reply.replaces, thread_ts=thread_ts)
        return await self.responder.send(msgspec.to_builtins(body), self.url)


def is_of_slack(response_url: str, own_origin: URL) -> bool:
    """Return whether an answer may be sent there: by https to Slack's hosts, or to the Web API's own origin."""
    try:
        # Parsed by what the HTTP client parses it with: two parsers may see two hosts.
        url = URL(response_url)
        if not url.absolute or url.raw_user is not None or url.raw_password is not None:
            return False
        of_slack = url.scheme == "https" and url.port == 443 and _SLACK_HOST.fullmatch(url.raw_host or "")
        return bool(of_slack) or url.origin() == own_origin
    except ValueError:
        return False


async def _deliver(webhook: AsyncWebhookClient, body: dict[str, Any]) -> bool:
    """Send a body to a `response_url`, again where Slack may take it later; return whether Slack took it.

    It is the only way to this person.
    """
    loop, pauses = asyncio.get_running_loop(), iter(_PAUSES)
    give_up_at = loop.time() + GIVE_UP_SECONDS
    while failure := await _failure(webhook, body):
        seconds = max(next(pauses, math.inf), failure.retry_after)
        if not failure.is_temporary or loop.time() + seconds > give_up_at:
            _log.error("response_url.failed", reason=failure.reason)
            return False
        _log.warning("response_url.try_failed", reason=failure.reason)
        await asyncio.sleep(seconds)
    _log.info("response_url.sent")
    return True


class _Failure(Struct, frozen=True):
    """A failed try to send a reply. retry_after: the seconds that Slack asks to wait."""

    reason: str
    is_temporary: bool = True
    retry_after: float = 0.0


async def _failure(webhook: AsyncWebhookClient, body: dict[str, Any]) -> _Failure | None:
    """Send a body once; return None if Slack took it."""
    try:
        async with asyncio.timeout(_TRY_SECONDS):
            response = await webhook.send_dict(body)
    except aiohttp.ClientResponseError as error:
        # A redirect, which the session refuses, would come again; the other one is a proxy's refusal.
        return _Failure(f"{type(error).__name__} {error.status}", is_temporary=not 300 <= error.status < 400)
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        return _Failure(type(error).__name__)
    status = response.status_code
    if status == 200:
        return None
    wait = retry_after_seconds(response.headers.get("Retry-After", "")) if status == 429 else 0.0
    return _Failure(f"HTTP {status}", status == 429 or status >= 500, wait)


def _sent(reply: EphemeralReply) -> EphemeralReply:
    if reply.on_sent is not None:
        reply.on_sent()
    return reply


async def _timed(work: Callable[[], Coroutine[Any, Any, EphemeralReply]]) -> EphemeralReply:
    with COMMAND_SECONDS.time():
        return await work()


async def _result_of(task: asyncio.Task[EphemeralReply]) -> EphemeralReply:
    return await task
