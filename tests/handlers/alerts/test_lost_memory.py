"""Redis lost its entries between two events of an alert: what Slack shows decides, not what was recorded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis

from sandbox import faults
from sandbox.redis_server import RedisServer
from sandbox.slack.histories import tombstone
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.handlers.alerts.events import CHANNEL, alert, deleted, edited, replies

SECOND = "1795000001"


@pytest.fixture
async def bot(environment: Environment, redis: RedisServer) -> AsyncIterator[Bot]:
    """A bot with a Redis."""
    async with environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=CHANNEL) as bot:
        yield bot


@pytest.fixture
async def forget(redis: RedisServer) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """A function that deletes all that Redis has."""
    async with Redis.from_url(redis.url) as client:
        yield client.flushall


def show(bot: Bot, message: dict[str, Any]) -> dict[str, Any]:
    """Add an edited message to Slack, edited within the second it was posted in; return it."""
    shown = {**message, "edited": {"user": "B0MONITOR", "ts": f"{SECOND}.000000"}}
    bot.environment.slack.channels.roots[message["ts"]] = shown
    return shown


async def test_the_earlier_of_two_edits_within_a_second_is_not_answered(
    bot: Bot, names: dict[str, str], forget: Callable[[], Awaitable[bool]]
) -> None:
    """Both have the same time of edit; the later one removed all ids, and is what Slack shows."""
    posted, first = alert("nothing"), show(bot, alert(names["pending"]))
    second = show(bot, alert("nothing"))
    await bot.sender.event(edited(first, second, f"{SECOND}.000300"))
    await forget()

    answer = await bot.sender.event(edited(posted, first, f"{SECOND}.000200"), retry_num=1)

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_the_only_edit_within_a_second_is_answered(bot: Bot, names: dict[str, str]) -> None:
    """Slack shows what the event says."""
    posted, edit = alert("nothing"), show(bot, alert(names["pending"]))

    await bot.sender.event(edited(posted, edit, f"{SECOND}.000200"), retry_num=1)

    assert len(replies(bot.environment)) == 1


async def test_an_edit_that_was_reverted_deletes_no_reply(
    bot: Bot, names: dict[str, str], forget: Callable[[], Awaitable[bool]]
) -> None:
    """The reply shows the ids that the message names again; then the edit that had removed them is delivered again."""
    posted, removed = alert(names["pending"]), alert("nothing")
    again = {**posted, "edited": {"user": "B0MONITOR", "ts": "1795000005.000000"}}
    await bot.sender.event(posted)
    await bot.sender.event(edited(removed, again, "1795000005.000100"))
    bot.environment.slack.channels.roots[posted["ts"]] = again
    await forget()

    answer = await bot.sender.event(edited(posted, removed), retry_num=1)

    assert answer.status == 200
    assert len(replies(bot.environment)) == 1


async def test_an_edit_that_only_another_one_of_words_follows_is_processed(
    bot: Bot, names: dict[str, str], forget: Callable[[], Awaitable[bool]]
) -> None:
    """Slack shows the other words; their event needs no work, as it neither adds nor removes an id."""
    posted, removed = alert(names["pending"]), alert("nothing")
    await bot.sender.event(posted)
    show(bot, removed | {"text": "Other words"})
    await forget()

    await bot.sender.event(edited(posted, removed, "1795000000.900000"))

    assert replies(bot.environment) == []


@pytest.mark.parametrize("change", ["edited", "tombstone", "deleted"])
async def test_a_later_event_does_what_an_earlier_one_has_left(
    bot: Bot, names: dict[str, str], forget: Callable[[], Awaitable[bool]], change: str
) -> None:
    """The edit that took away the known id is overtaken by an event that does not speak of it: the reply goes."""
    before, after = alert(names["pending"]), alert(UNKNOWN_ID)
    await bot.sender.event(before)
    await forget()
    stone = tombstone(before["ts"])
    later = {
        "edited": edited(after, after | {"text": "Other words"}),
        "tombstone": edited(alert("nothing"), stone),
        "deleted": deleted(alert("nothing")),
    }

    answer = await bot.sender.event(later[change])

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_a_bot_that_started_since_adds_no_second_reply(
    environment: Environment, redis: RedisServer, names: dict[str, str], forget: Callable[[], Awaitable[bool]]
) -> None:
    """Another one answered the edit, and the first delivery of the posting comes late."""
    before, after = alert(names["ported"]), alert(names["pending"])
    async with environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=CHANNEL) as first:
        await first.sender.event(edited(before, after))
    await forget()
    async with environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=CHANNEL) as second:
        answer = await second.sender.event(before)

    (reply,) = replies(environment, CHANNEL)
    assert answer.status == 200
    assert "Waiting for your answer" in reply["text"]


async def test_a_post_that_arrives_after_a_later_edit_was_dealt_with_is_deleted(
    environment: Environment, redis: RedisServer, names: dict[str, str], forget: Callable[[], Awaitable[bool]]
) -> None:
    """It is on its way when Redis loses the lease; another process finds no reply, as the edit removed the ids."""
    posted, removed = alert(names["pending"]), alert("nothing")
    held = asyncio.Event()
    environment.slack.script.then("chat.postMessage", faults.held(held))
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": CHANNEL}
    async with environment.bot(**settings) as first, environment.bot(**settings) as second:
        posting = asyncio.create_task(first.sender.event(posted))
        await environment.slack.asked("chat.postMessage")
        edit = show(second, removed)
        await forget()
        answers = [await second.sender.event(edited(posted, edit, f"{SECOND}.000300"))]
        held.set()
        answers.append(await posting)

    assert [answer.status for answer in answers] == [200, 200]
    assert environment.slack.channels.changes["chat.postMessage"] == 1
    assert replies(environment) == []


@pytest.mark.parametrize("earlier", ["swapped", "removed"])
async def test_a_change_is_not_tried_again_after_a_later_one(
    environment: Environment,
    redis: RedisServer,
    names: dict[str, str],
    forget: Callable[[], Awaitable[bool]],
    earlier: str,
) -> None:
    """Its first attempt failed; before the second, another process made the reply show the latest edit."""
    before, after = alert(names["authorized"]), alert(names["pending"])
    between = alert(names["ported"] if earlier == "swapped" else "nothing")
    failed = asyncio.Event()

    async def fail(request: web.Request) -> web.StreamResponse | None:
        await failed.wait()
        return await faults.status(503)(request)

    method = "chat.update" if earlier == "swapped" else "chat.delete"
    environment.slack.script.then(method, fail)
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": CHANNEL}
    async with environment.bot(**settings) as first, environment.bot(**settings) as second:
        await first.sender.event(before)
        changing = asyncio.create_task(first.sender.event(edited(before, between)))
        await environment.slack.asked(method)
        await forget()
        later = edited(between, show(second, after), f"{SECOND}.000300")
        answers = [await second.sender.event(later)]
        failed.set()
        answers.append(await changing)

    (reply,) = replies(environment)
    assert [answer.status for answer in answers] == [200, 200]
    assert "Waiting for your answer" in reply["text"]
