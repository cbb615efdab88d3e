"""Answers to people: in the acknowledgement if they are ready in time, else as a follow-up to the `response_url`."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec
import structlog
from aiojobs import Scheduler
from msgspec import UNSET, Struct, UnsetType
from slack_bolt.response import BoltResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from yarl import URL

from portout.cards.blockkit.blocks import Block, Message
from portout.cards.notices import broken, busy
from portout.telemetry.logging import current_request_id
from portout.telemetry.metrics import COMMAND_SECONDS

ACK_SECONDS: Final = 2.0
"""How long an answer may take to be sent in the acknowledgement; Slack gives up after 3 s."""

MAX_FOLLOW_UPS: Final = 500
"""The number of follow-ups under way; further requests are answered with *busy*."""

_SLACK_HOST = re.compile(r"([a-z0-9-]+\.)*slack(-gov)?\.com", re.ASCII)
_ENCODER = msgspec.json.Encoder()

_log = structlog.get_logger()


class EphemeralReply(Struct, frozen=True):
    """A message for one person.

    replaces: whether it replaces the message whose button was clicked. thread_ts: the thread to show it in; empty for
    none.
    """

    message: Message
    replaces: bool = False
    thread_ts: str = ""


class ResponseBody(Struct, frozen=True):
    """The JSON of an ephemeral message, in an acknowledgement or to a `response_url`."""

    text: str
    blocks: tuple[Block, ...]
    response_type: str = "ephemeral"
    replace_original: bool = False
    thread_ts: str | UnsetType = UNSET


def ack(message: Message) -> BoltResponse:
    """Return an acknowledgement that shows a message to the requester, and to nobody else."""
    body = _ENCODER.encode(ResponseBody(message.text, message.blocks)).decode()
    return BoltResponse(status=200, body=body, headers={"content-type": "application/json"})


class Responder(Struct, frozen=True):
    """Acknowledges people's requests, and sends what is not ready by then as a follow-up.

    jobs: the follow-ups, for which a stop waits. webhook: returns the client of a `response_url`. own_origin: the
    origin of the Web API as configured, which may differ from Slack's.
    """

    jobs: Scheduler
    webhook: Callable[[str], AsyncWebhookClient]
    own_origin: URL

    async def ack_or_follow_up(
        self, work: Callable[[], Coroutine[Any, Any, Message]], still_working: Callable[[], Message], response_url: str
    ) -> BoltResponse:
        """Return an acknowledgement with the message of `work`.

        If that takes over 2 s, return one with the message of `still_working`, and send that of `work` as a follow-up.
        """
        if len(self.jobs) >= MAX_FOLLOW_UPS:
            _log.warning("reply.busy")
            return ack(busy())
        task = asyncio.create_task(_timed(work))
        await asyncio.wait({task}, timeout=ACK_SECONDS)
        if task.done():
            return ack(task.result())
        await self.jobs.spawn(self._follow_up(_reply_of(task), response_url))
        return ack(still_working())

    async def ack_then_follow_up(
        self, work: Callable[[], Coroutine[Any, Any, EphemeralReply | None]], response_url: str
    ) -> BoltResponse:
        """Return an empty acknowledgement, and send the reply of `work` as a follow-up.

        For requests whose acknowledgement Slack does not show: shortcuts and clicks on buttons.
        """
        if len(self.jobs) >= MAX_FOLLOW_UPS:
            _log.warning("reply.busy")
            await self._send(EphemeralReply(busy()), response_url)
        else:
            await self.jobs.spawn(self._follow_up(work(), response_url))
        return BoltResponse(status=200)

    async def _follow_up(self, work: Coroutine[Any, Any, EphemeralReply | None], response_url: str) -> None:
        try:
            reply = await work
        except Exception:  # noqa: BLE001  after any bug the person still gets an answer
            _log.exception("internal_error")
            reply = EphemeralReply(broken(current_request_id()))
        if reply is not None:
            await self._send(reply, response_url)

    async def _send(self, reply: EphemeralReply, response_url: str) -> None:
        if not response_url:
            # A button in a modal has none: the work updates the modal.
            return
        if not is_of_slack(response_url, self.own_origin):
            _log.error("response_url.refused")
            return
        message, thread_ts = reply.message, reply.thread_ts or UNSET
        body = ResponseBody(message.text, message.blocks, replace_original=reply.replaces, thread_ts=thread_ts)
        try:
            response = await self.webhook(response_url).send_dict(msgspec.to_builtins(body))
        except Exception:  # noqa: BLE001  the SDK lets the transport's errors through as they are
            _log.exception("response_url.failed")
            return
        if response.status_code == 200:
            _log.info("response_url.sent")
        else:
            _log.error("response_url.failed", status=response.status_code)


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


async def _timed(work: Callable[[], Coroutine[Any, Any, Message]]) -> Message:
    with COMMAND_SECONDS.time():
        return await work()


async def _reply_of(task: asyncio.Task[Message]) -> EphemeralReply:
    return EphemeralReply(await task)
