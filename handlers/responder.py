"""Answering a person: inside the acknowledgement if the answer is ready in time, by `response_url` if not."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from aiojobs import Scheduler
from msgspec import UNSET, Struct, UnsetType
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.cards.blocks import Block, Message
from bot.cards.notice import broken, busy
from bot.ledger import Ledger
from bot.logs import current_reference
from bot.lookup import Lookup
from bot.metrics import COMMAND_SECONDS
from handlers.access import Access
from handlers.allowance import Allowance
from handlers.event_delivery import Deliveries
from handlers.threads import Threads

ACKNOWLEDGE_SECONDS: Final = 2.0
"""How long a person's answer may take to be in the acknowledgement; Slack gives up after 3 s."""

MOST_LATE_ANSWERS: Final = 500
"""How many answers may be on their way by `response_url`; beyond, people are told to come back."""

_SLACK_HOSTS = ("slack.com", "slack-gov.com")
_ENCODER = msgspec.json.Encoder()

_log = structlog.get_logger()


class Answering(Struct, frozen=True):
    """What every surface needs to answer: look-ups, tracked jobs for late answers, and a way to send them.

    web: Slack's Web API. webhook: makes the client for a `response_url`. own_host: the Web API's host, which may differ
    from Slack's. access, allowance: who may do what, and how much of it. alert_channels: whose messages are enriched.
    portal_url: Mission Control.
    """

    lookup: Lookup
    ledger: Ledger
    jobs: Scheduler
    deliveries: Deliveries
    threads: Threads
    web: AsyncWebClient
    webhook: Callable[[str], AsyncWebhookClient]
    own_host: str | None
    access: Access
    allowance: Allowance
    alert_channels: frozenset[str]
    portal_url: str


class Word(Struct, frozen=True):
    """What one person is told. replaces: the message whose button they pressed. thread_ts: where they read."""

    message: Message
    replaces: bool = False
    thread_ts: str = ""


class _Reply(Struct, frozen=True):
    """A message for one person, as an acknowledgement or to a `response_url`."""

    text: str
    blocks: tuple[Block, ...]
    response_type: str = "ephemeral"
    replace_original: bool = False
    thread_ts: str | UnsetType = UNSET


def reply(message: Message) -> BoltResponse:
    """Acknowledge with a message that only the person who asked sees."""
    body = _ENCODER.encode(_Reply(message.text, message.blocks)).decode()
    return BoltResponse(status=200, body=body, headers={"content-type": "application/json"})


async def reply_in_time(
    answering: Answering,
    work: Callable[[], Coroutine[Any, Any, Message]],
    late: Callable[[], Message],
    response_url: str,
) -> BoltResponse:
    """Do the work and acknowledge with its message; after 2 s acknowledge with `late`, and send the message after."""
    if len(answering.jobs) >= MOST_LATE_ANSWERS:
        _log.warning("reply.busy")
        return reply(busy())
    working = asyncio.create_task(_timed(work))
    await asyncio.wait({working}, timeout=ACKNOWLEDGE_SECONDS)
    if working.done():
        return reply(working.result())
    await answering.jobs.spawn(_send_late(answering, asyncio.create_task(_word(working)), response_url))
    return reply(late())


async def _timed(work: Callable[[], Coroutine[Any, Any, Message]]) -> Message:
    with COMMAND_SECONDS.time():
        return await work()


async def _word(working: asyncio.Task[Message]) -> Word:
    return Word(await working)


async def in_background(
    answering: Answering, work: Callable[[], Coroutine[Any, Any, Word | None]], response_url: str
) -> BoltResponse:
    """Acknowledge without a word, do the work, and send its word after: where an acknowledgement shows nothing."""
    if len(answering.jobs) >= MOST_LATE_ANSWERS:
        _log.warning("reply.busy")
        await _send(answering, response_url, Word(busy()))
    else:
        await answering.jobs.spawn(_send_late(answering, asyncio.create_task(work()), response_url))
    return BoltResponse(status=200)


async def _send_late(answering: Answering, working: asyncio.Task[Word | None], response_url: str) -> None:
    word: Word | None
    try:
        word = await working
    except Exception:  # noqa: BLE001  whatever broke, the person gets an answer
        _log.exception("bug")
        word = Word(broken(current_reference()))
    if word is not None:
        await _send(answering, response_url, word)


async def _send(answering: Answering, response_url: str, word: Word) -> None:
    if not response_url:
        # A window has none: what it says is put into it.
        return
    host = urlsplit(response_url).hostname or ""
    if host != answering.own_host and not host.endswith(tuple(f".{ours}" for ours in _SLACK_HOSTS)):
        _log.error("response_url.refused")
        return
    message = word.message
    body = msgspec.to_builtins(
        _Reply(message.text, message.blocks, replace_original=word.replaces, thread_ts=word.thread_ts or UNSET)
    )
    try:
        response = await answering.webhook(response_url).send_dict(body)
    except Exception:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        _log.exception("response_url.failed")
        return
    if response.status_code == 200:
        _log.info("response_url.sent")
    else:
        _log.error("response_url.failed", status=response.status_code)
