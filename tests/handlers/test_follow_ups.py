"""Follow-ups to a `response_url`: the only way to the person who waits, so they are sent again when Slack fails."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from aiojobs import Scheduler
from yarl import URL

from handlers.message_shortcut import CALLBACK
from portout.cards.contacts import Contacts
from portout.http_session import Proxy
from portout.slack.client import slack_session, webhook_client
from portout.slack.responder import Responder
from sandbox import faults
from sandbox.slack.payloads import message_shortcut
from tests.conftest import Bot, Environment

RESPONSE_URL = "response_url"
THREAD_TS = "1790000000.000001"


async def use_shortcut(bot: Bot, *, thread_ts: str | None = None) -> str:
    """Use the shortcut on a message; return the `response_url` that its answer is sent to."""
    url = bot.environment.response_url()
    message = {"ts": "1790000000.000002", "text": bot.environment.telnyx.samples.names["pending"]}
    message |= {"thread_ts": thread_ts} if thread_ts else {}
    await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url, channel="C0ALERTS"))
    return url


@pytest.mark.parametrize(
    "fault",
    [faults.status(500), faults.status(503), faults.rate_limited(2), faults.rate_limited(), faults.reset()],
    ids=["500", "503", "429 with seconds", "429", "reset"],
)
async def test_a_follow_up_is_sent_again(bot: Bot, fault: faults.Fault, log_text: Callable[[], str]) -> None:
    """After each failure that may pass."""
    bot.environment.slack.script.then(RESPONSE_URL, fault)

    url = await use_shortcut(bot)

    sent = await bot.environment.slack.response(url, timeout=30)
    assert sent["text"].startswith("Waiting for your answer")
    assert "response_url.try_failed" in log_text()


async def test_without_an_answer_a_follow_up_is_sent_again(bot: Bot) -> None:
    """Half an answer and then nothing is given up after 3 s."""
    bot.environment.slack.script.then(RESPONSE_URL, faults.stalled())

    url = await use_shortcut(bot)

    assert await bot.environment.slack.response(url, timeout=5)  # with the pause after it


async def test_a_closed_address_is_not_tried_again(environment: Environment, log_text: Callable[[], str]) -> None:
    """Slack says 404 for a `response_url` that is used up or expired."""
    environment.slack.script.always(faults.status(404), key=RESPONSE_URL)

    async with environment.bot() as bot:
        await use_shortcut(bot)

    assert "response_url.failed" in log_text()
    assert "response_url.try_failed" not in log_text()


async def test_four_tries_are_made(environment: Environment, log_text: Callable[[], str]) -> None:
    """Then the failure is logged as an error. A stop waits for the tries."""
    environment.slack.script.always(faults.status(500), key=RESPONSE_URL)

    async with environment.bot() as bot:
        await use_shortcut(bot)

    assert log_text().count("response_url.try_failed") == 3
    assert "response_url.failed" in log_text()


@pytest.mark.parametrize("thread_ts", [THREAD_TS, None])
async def test_a_shortcut_answers_where_its_message_stands(bot: Bot, thread_ts: str | None) -> None:
    """In the thread of a reply; at the channel's root without a `thread_ts`."""
    url = await use_shortcut(bot, thread_ts=thread_ts)

    sent = await bot.environment.slack.response(url, timeout=30)
    assert sent.get("thread_ts") == thread_ts


async def test_a_follow_up_is_sent_again_when_a_proxy_refuses(log_text: Callable[[], str]) -> None:
    """The proxy's 502 is no answer of Slack: it may let the next one through."""
    asked = asyncio.Semaphore(0)

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.release()
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1") as proxy:
        url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        async with slack_session(Proxy(url)) as session:
            responder = Responder(Scheduler(), partial(webhook_client, session), URL("https://slack.com"), Contacts())
            sending = asyncio.create_task(responder.send({"text": "hello"}, "https://hooks.slack.com/commands/1"))
            async with asyncio.timeout(30):
                for _ in range(2):
                    await asked.acquire()
            sending.cancel()

    assert "response_url.try_failed" in log_text()
