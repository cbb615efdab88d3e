"""The thread of an alert, where a process without memory looks for its reply: however long, and not all of it."""

from typing import Any

import pytest

from sandbox.slack.workspace import BOT_ID
from tests.conftest import Environment
from tests.handlers.alerts.events import CHANNEL, alert

ROOT_TS = "1794000000.000100"
TALK = 450
"""Messages of others in a thread: three pages."""


def said(ts: str, thread_ts: str) -> dict[str, Any]:
    """Return a message of another app in a thread."""
    return {"text": "x", "blocks": [], "ts": ts, "thread_ts": thread_ts, "bot_id": "B0OTHER", "metadata": None}


def pages(environment: Environment) -> list[dict[str, Any]]:
    """Return the arguments of each call that read a page of a thread."""
    return [call.body for call in environment.slack.calls if call.method == "conversations.replies"]


@pytest.mark.parametrize("thread_ts", [None, ROOT_TS], ids=["of its own", "of another message"])
async def test_a_reply_is_found_behind_what_others_wrote(environment: Environment, thread_ts: str | None) -> None:
    """It is on the third page of the thread."""
    place = {"thread_ts": thread_ts} if thread_ts else {}
    message = alert(environment.telnyx.samples.names["pending"], **place)
    messages = environment.slack.channels.messages[CHANNEL]
    talk = [said(f"1795000001.{number:06}", thread_ts or message["ts"]) for number in range(TALK)]
    messages.extend(talk)
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as first:
        await first.sender.event(message)
    (reply,) = messages[TALK:]
    before = len(pages(environment))

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as second:
        answer = await second.sender.event(message, retry_num=1, retry_reason="connection_failed")

    assert answer.status == 200
    assert reply["bot_id"] == BOT_ID
    assert messages == [*talk, reply]
    assert len(pages(environment)) - before == 3


async def test_what_was_said_before_an_alert_in_its_thread_is_not_read(environment: Environment) -> None:
    """Its reply can only be later; what is earlier could be long."""
    message = alert(environment.telnyx.samples.names["pending"], thread_ts=ROOT_TS)
    environment.slack.channels.messages[CHANNEL].extend(
        said(f"1794000001.{number:06}", ROOT_TS) for number in range(TALK)
    )

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        await bot.sender.event(message, retry_num=1, retry_reason="connection_failed")

    assert len(environment.slack.channels.messages[CHANNEL]) == TALK + 1
    assert [page.get("cursor") or "" for page in pages(environment)] == [""] * len(pages(environment)) != []


async def test_an_alert_in_a_thread_is_read_as_it_is_now(environment: Environment) -> None:
    """It was edited since its event, and names no port-out any more: nothing is posted."""
    message = alert(environment.telnyx.samples.names["pending"], thread_ts=ROOT_TS)
    edited = {"edited": {"user": "B0MONITOR", "ts": "1795000003.000000"}}
    environment.slack.channels.messages[CHANNEL].append(said(message["ts"], ROOT_TS) | edited)

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        answer = await bot.sender.event(message, retry_num=1, retry_reason="connection_failed")

    assert answer.status == 200
    assert len(environment.slack.channels.messages[CHANNEL]) == 1
