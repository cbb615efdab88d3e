"""Threads and channels are Slack's: where a post stands, and what its answer says of that."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.conftest import Slack
from tests.sandbox.slack.conftest import web_client


async def test_the_answer_to_a_post_says_where_it_stands(http: aiohttp.ClientSession, slack: Slack) -> None:
    """A reply's message has the thread's ts, another has none."""
    client = web_client(slack, http, slack.sandbox.bot_token)

    reply = await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi")
    root = await client.chat_postMessage(channel="C0DESK", text="Hi")

    assert (reply["message"]["thread_ts"], reply["message"]["ts"]) == ("1.0", reply["ts"])
    assert "thread_ts" not in root["message"]
    assert slack.sandbox.channels.strays == []


async def test_a_reply_to_a_deleted_message_stands_in_the_channel(http: aiohttp.ClientSession, slack: Slack) -> None:
    """Slack says ok, and only the missing thread_ts in its answer says that the thread is gone."""
    channels, client = slack.sandbox.channels, web_client(slack, http, slack.sandbox.bot_token)
    channels.gone.add("1.0")

    stray = await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi")
    placed = await client.chat_postMessage(channel="C0DESK", thread_ts="2.0", text="Hi")

    assert stray["ok"]
    assert "thread_ts" not in stray["message"]
    assert [(one["ts"], one["thread_ts"]) for one in channels.messages["C0DESK"]] == [
        (stray["ts"], None),
        (placed["ts"], "2.0"),
    ]
    assert channels.strays == [stray["ts"]]


async def test_the_thread_of_a_deleted_message_is_not_found(http: aiohttp.ClientSession, slack: Slack) -> None:
    """Nothing is left that could be read."""
    slack.sandbox.channels.gone.add("1.0")

    with pytest.raises(SlackApiError, match="thread_not_found"):
        await web_client(slack, http, slack.sandbox.bot_token).conversations_replies(channel="C0DESK", ts="1.0")


async def test_a_thread_begins_with_its_root_as_it_is_now(http: aiohttp.ClientSession, slack: Slack) -> None:
    """Edited, it says so; deleted, it is a tombstone as long as the thread has messages, and posts may follow."""
    channels, client = slack.sandbox.channels, web_client(slack, http, slack.sandbox.bot_token)
    channels.roots["1.0"] = {"type": "message", "ts": "1.0", "text": "Edited", "edited": {"user": "U1", "ts": "2.0"}}

    async def thread() -> list[dict[str, Any]]:
        answer = await client.conversations_replies(channel="C0DESK", ts="1.0")
        return list(answer["messages"])

    alone = await thread()
    reply = (await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi"))["ts"]
    root, first = await thread()
    channels.gone.add("1.0")
    second = (await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi"))["ts"]
    tombstone, *rest = await thread()
    for ts in (reply, second):
        await client.chat_delete(channel="C0DESK", ts=ts)

    assert alone == [channels.roots["1.0"]]
    assert (root, first["ts"]) == ({**alone[0], "thread_ts": "1.0"}, reply)
    assert (tombstone["subtype"], tombstone["ts"]) == ("tombstone", "1.0")
    assert ([one["ts"] for one in rest], channels.strays) == ([reply, second], [])
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await thread()


async def test_what_took_effect_is_counted(http: aiohttp.ClientSession, slack: Slack) -> None:
    """By method; a call that was refused is not."""
    client = web_client(slack, http, slack.sandbox.bot_token)
    ts = (await client.chat_postMessage(channel="C0DESK", text="Hi"))["ts"]
    await client.chat_update(channel="C0DESK", ts=ts, text="Hello")
    await client.chat_postEphemeral(channel="C0DESK", user="U0ALICE", text="Only you")
    await client.chat_delete(channel="C0DESK", ts=ts)

    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_delete(channel="C0DESK", ts=ts)

    assert slack.sandbox.channels.changes == {
        "chat.postMessage": 1,
        "chat.update": 1,
        "chat.postEphemeral": 1,
        "chat.delete": 1,
    }
