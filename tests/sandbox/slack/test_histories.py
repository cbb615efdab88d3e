"""The history of a channel is Slack's: what stands in it, in which order, and what each message says of its thread."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.conftest import Slack
from tests.sandbox.slack.conftest import web_client

METADATA = {"event_type": "portout_order", "event_payload": {"order": "1"}}


@pytest.fixture
def client(http: aiohttp.ClientSession, slack: Slack) -> AsyncWebClient:
    """Slack's own client, with the bot's token."""
    return web_client(slack, http, slack.sandbox.bot_token)


async def post(client: AsyncWebClient, text: str = "Hi", **arguments: Any) -> str:
    return str((await client.chat_postMessage(channel="C0DESK", text=text, **arguments))["ts"])


async def history(client: AsyncWebClient, **arguments: Any) -> list[dict[str, Any]]:
    return list((await client.conversations_history(channel="C0DESK", **arguments))["messages"])


async def test_a_history_has_what_stands_in_the_channel(client: AsyncWebClient, slack: Slack) -> None:
    """Messages of people and the bot, and replies that are broadcast; the newest first, in this channel only."""
    roots = slack.sandbox.channels.roots
    roots["1.0"] = {"type": "message", "user": "U1", "text": "Hello", "ts": "1.0", "channel": "C0DESK"}
    roots["2.0"] = {"type": "message", "user": "U1", "text": "Elsewhere", "ts": "2.0", "channel": "C0ALERTS"}
    roots["3.0"] = {"type": "message", "user": "U1", "text": "Reply", "ts": "3.0", "thread_ts": "1.0"}
    first = await post(client)
    await post(client, thread_ts="1.0")
    broadcast = await post(client, thread_ts=first, reply_broadcast=True)
    last = await post(client)
    await client.chat_postMessage(channel="C0ALERTS", text="Hi")

    messages = await history(client)

    assert [one["ts"] for one in messages] == [last, broadcast, first, "1.0"]
    assert [one.get("subtype") for one in messages] == [None, "thread_broadcast", None, None]
    assert messages[1]["thread_ts"] == first


async def test_the_parent_of_a_thread_names_itself(client: AsyncWebClient, slack: Slack) -> None:
    """Its thread_ts is its ts, in the history and in the thread; a message without replies has none."""
    slack.sandbox.channels.roots["1.0"] = {"type": "message", "user": "U1", "text": "Hello", "ts": "1.0"}
    own, alone = await post(client), await post(client)
    await post(client, thread_ts="1.0")
    replies = [await post(client, thread_ts=own) for _ in range(2)]

    listed = {one["ts"]: one for one in await history(client)}
    parent, *rest = (await client.conversations_replies(channel="C0DESK", ts=own))["messages"]

    assert {ts: (one.get("thread_ts"), one.get("reply_count")) for ts, one in listed.items()} == {
        alone: (None, None),
        own: (own, 2),
        "1.0": ("1.0", 1),
    }
    assert parent == listed[own]
    assert ([one["ts"] for one in rest], {one["thread_ts"] for one in rest}) == (replies, {own})


async def test_a_history_has_pages(client: AsyncWebClient) -> None:
    """The newest come first, and the cursor of the last page is empty."""
    posts = [await post(client) for _ in range(5)]
    pages: list[list[str]] = []
    cursor = ""
    while not pages or cursor:
        page = await client.conversations_history(channel="C0DESK", limit=2, cursor=cursor)
        pages.append([one["ts"] for one in page["messages"]])
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] == bool(cursor)

    assert pages == [posts[:2:-1], posts[2:0:-1], posts[:1]]


async def test_a_page_of_a_history_has_a_hundred_messages(client: AsyncWebClient) -> None:
    """Unless another number is asked for."""
    for _ in range(101):
        await post(client)

    assert len(await history(client)) == 100
    assert len(await history(client, limit=200)) == 101


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"oldest": 1}, [3, 2]),
        ({"oldest": 1, "inclusive": True}, [3, 2, 1]),
        ({"latest": 2}, [1, 0]),
        ({"oldest": 0, "latest": 3}, [2, 1]),
        ({"oldest": 1, "latest": 1, "inclusive": True}, [1]),
        ({"oldest": 0, "limit": 2}, [3, 2]),
    ],
    ids=str,
)
async def test_a_history_has_a_range_of_time(
    client: AsyncWebClient, arguments: dict[str, Any], found: list[int]
) -> None:
    """Its ends belong to it only if `inclusive` says so. The times are numbers of messages here."""
    posts = [await post(client) for _ in range(4)]
    ends = {name: posts[arguments[name]] for name in ("oldest", "latest") if name in arguments}

    messages = await history(client, **(arguments | ends))

    assert [one["ts"] for one in messages] == [posts[number] for number in found]


async def test_metadata_is_listed_if_it_is_wanted(client: AsyncWebClient) -> None:
    """In a history as in a thread."""
    own = await post(client, metadata=METADATA)
    await post(client, thread_ts=own, metadata=METADATA)

    for wanted, metadata in ((True, METADATA), (False, None)):
        (message,) = await history(client, include_all_metadata=wanted)
        answer = await client.conversations_replies(channel="C0DESK", ts=own, include_all_metadata=wanted)
        assert [one.get("metadata") for one in (message, *answer["messages"])] == [metadata] * 3


async def test_a_deleted_message_is_gone_from_the_history(client: AsyncWebClient, slack: Slack) -> None:
    """By the bot or by a person; a tombstone stands in its place while it has replies. It can't be changed any more."""
    ours, theirs, parent = await post(client), await post(client), await post(client)
    reply = await post(client, thread_ts=parent)
    slack.sandbox.channels.roots["1.0"] = {"type": "message", "user": "U1", "text": "Hello", "ts": "1.0"}
    slack.sandbox.channels.gone.update((theirs, parent, "1.0"))
    await client.chat_delete(channel="C0DESK", ts=ours)

    (tombstone,) = await history(client)
    first, second = (await client.conversations_replies(channel="C0DESK", ts=parent))["messages"]

    assert (tombstone["ts"], tombstone["subtype"], tombstone["reply_count"]) == (parent, "tombstone", 1)
    assert (first, second["ts"]) == (tombstone, reply)
    for ts in (ours, theirs, parent):
        with pytest.raises(SlackApiError, match="message_not_found"):
            await client.chat_update(channel="C0DESK", ts=ts, text="Hello")
    await client.chat_delete(channel="C0DESK", ts=reply)
    assert await history(client) == []


async def test_an_update_keeps_what_it_does_not_name(client: AsyncWebClient) -> None:
    """Metadata stays until there is other; blocks stay where no text comes; an empty object removes metadata."""
    blocks = [{"type": "divider"}]
    ts = await post(client, metadata=METADATA, blocks=blocks)
    other = METADATA | {"event_type": "portout_reminder"}

    async def after(**arguments: Any) -> tuple[Any, ...]:
        # Not `chat_update`, which warns where no text is given.
        await client.api_call("chat.update", json={"channel": "C0DESK", "ts": ts, **arguments})
        (message,) = await history(client, include_all_metadata=True)
        return tuple(message.get(name) for name in ("text", "blocks", "metadata"))

    assert await after(text="1", blocks=blocks) == ("1", blocks, METADATA)
    assert await after(blocks=[*blocks, *blocks]) == ("1", [*blocks, *blocks], METADATA)
    assert await after(text="2", metadata=other) == ("2", None, other)
    assert await after(text="3") == ("3", None, other)
    assert await after(text="3", metadata={}) == ("3", None, None)


async def test_a_broadcast_reply_stays_one(client: AsyncWebClient) -> None:
    """An update can make a reply a broadcast, and does not take it back."""
    parent = await post(client)
    reply = await post(client, thread_ts=parent)
    before = [one["ts"] for one in await history(client)]
    await client.chat_update(channel="C0DESK", ts=reply, text="1", reply_broadcast=True)
    await client.chat_update(channel="C0DESK", ts=reply, text="2")

    assert before == [parent]
    assert [(one["ts"], one["text"]) for one in await history(client)] == [(reply, "2"), (parent, "Hi")]
