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
    parent = {**alone[0], "thread_ts": "1.0", "reply_count": 1, "latest_reply": reply}
    assert (root, first["ts"]) == (parent, reply)
    assert (tombstone["subtype"], tombstone["ts"]) == ("tombstone", "1.0")
    assert ([one["ts"] for one in rest], channels.strays) == ([reply, second], [])
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await thread()


async def test_a_thread_is_listed_in_pages(http: aiohttp.ClientSession, slack: Slack) -> None:
    """The earliest messages come first, and the cursor of the last page is empty."""
    client = web_client(slack, http, slack.sandbox.bot_token)
    slack.sandbox.channels.roots["1.0"] = {"type": "message", "ts": "1.0", "text": "Hello"}
    posts = [await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi") for _ in range(3)]

    first = await client.conversations_replies(channel="C0DESK", ts="1.0", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    last = await client.conversations_replies(channel="C0DESK", ts="1.0", limit=2, cursor=cursor)

    assert [one["ts"] for page in (first, last) for one in page["messages"]] == ["1.0", *(one["ts"] for one in posts)]
    assert (len(first["messages"]), first["has_more"], last["has_more"]) == (2, True, False)
    assert last["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"oldest": 1}, [2, 3]),
        ({"oldest": 1, "inclusive": True}, [1, 2, 3]),
        ({"latest": 2}, [0, 1]),
        ({"latest": 2, "inclusive": True}, [0, 1, 2]),
        ({"oldest": 0, "latest": 3}, [1, 2]),
        ({"inclusive": True}, [0, 1, 2, 3]),
    ],
    ids=str,
)
async def test_a_thread_is_listed_in_a_range_of_time(
    http: aiohttp.ClientSession, slack: Slack, arguments: dict[str, Any], found: list[int]
) -> None:
    """Its ends belong to it only if `inclusive` says so. The times are numbers of messages here."""
    client = web_client(slack, http, slack.sandbox.bot_token)
    posts = [await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi") for _ in range(4)]
    ends = {name: posts[arguments[name]]["ts"] for name in ("oldest", "latest") if name in arguments}

    answer = await client.conversations_replies(channel="C0DESK", ts="1.0", **(arguments | ends))

    assert [one["ts"] for one in answer["messages"]] == [posts[number]["ts"] for number in found]


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
