"""A mention, from a signed event to the reply in its thread."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from bot.cards.blocks import Message
from sandbox import faults
from sandbox.slack.payloads import event_callback
from tests.conftest import UNKNOWN_ID, Bot, World
from tests.oracles import judge

CHANNEL = "C0DESK"
TS = "1795000000.000100"


def mention(text: str, **more: Any) -> dict[str, Any]:
    """Somebody mentions the bot."""
    return {
        "type": "app_mention",
        "user": "U0ALICE",
        "team": "T0SANDBOX",
        "channel": CHANNEL,
        "ts": TS,
        "event_ts": TS,
        "text": f"<@U0BOT> {text}",
        **more,
    }


def replies(world: World) -> list[dict[str, Any]]:
    """What the bot has said in the channel, each a message that Slack takes."""
    said = world.slack.channels.messages[CHANNEL]
    for one in said:
        judge(msgspec.convert({"text": one["text"], "blocks": one["blocks"]}, Message))
    return said


@pytest.fixture
def names(bot: Bot) -> dict[str, str]:
    """The ids of the sample events."""
    return bot.world.telnyx.samples.names


@pytest.mark.parametrize(("thread", "expected"), [({}, TS), ({"thread_ts": "1794.0001"}, "1794.0001")])
async def test_a_mention_is_answered_in_its_thread(
    bot: Bot, names: dict[str, str], thread: dict[str, str], expected: str
) -> None:
    """Everybody there sees the cards, without full numbers and names."""
    answer = await bot.sender.event(mention(names["pending"], **thread))

    (reply,) = replies(bot.world)
    assert answer.status == 200
    assert reply["thread_ts"] == expected
    assert "•••• 0142" in str(reply)
    assert "Wilhelmina" not in str(reply)


async def test_redeliveries_are_answered_once(bot: Bot, names: dict[str, str]) -> None:
    """At once and later, and as an event with another id, as Slack sends it for listed channels."""
    answers = await asyncio.gather(*(bot.sender.event(mention(names["pending"])) for _ in range(5)))
    later = await bot.sender.event(mention(names["pending"]), retry_num=2, retry_reason="http_timeout")

    assert {answer.status for answer in [*answers, later]} == {200}
    assert len(replies(bot.world)) == 1


async def test_without_an_id_there_is_help(bot: Bot) -> None:
    """Short, and in the thread."""
    await bot.sender.event(mention("what is this?"))

    (reply,) = replies(bot.world)
    assert reply["text"].startswith("Mention me with a port-out event id")
    assert bot.world.telnyx.calls == []


@pytest.mark.parametrize(("status", "expected"), [(404, "No port-out with this id"), (503, "Telnyx is failing")])
async def test_a_failed_look_up_is_told_and_acknowledged(
    bot: Bot, names: dict[str, str], status: int, expected: str
) -> None:
    """A person waits: the failure's text at once, no redelivery."""
    bot.world.telnyx.script.always(faults.status(status))

    answers = await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))

    (reply,) = replies(bot.world)
    assert [answer.status for answer in answers] == [200]
    assert expected in reply["text"]


async def test_a_post_whose_answer_is_lost_is_found_again(bot: Bot, names: dict[str, str]) -> None:
    """The next delivery looks into the thread before it posts."""
    bot.world.slack.script_after_effect.then("chat.postMessage", faults.reset())

    answers = await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))

    assert [answer.status for answer in answers] == [503, 200]
    assert len(replies(bot.world)) == 1


async def test_people_of_other_companies_are_not_answered(bot: Bot, names: dict[str, str]) -> None:
    """In a shared channel they see the mention, and could make one: no look-up, no reply."""
    answer = await bot.sender.event(mention(names["pending"], user_team="T0OTHER"), ext_shared=True)

    assert answer.status == 200
    assert replies(bot.world) == []
    assert bot.world.telnyx.calls == []


async def test_in_a_shared_channel_nothing_is_shown(bot: Bot, names: dict[str, str]) -> None:
    """Unless it is listed: the person is pointed to the answer that only they see."""
    await bot.sender.event(mention(names["pending"]), ext_shared=True)

    (reply,) = replies(bot.world)
    assert reply["text"].startswith("This channel is shared with another company")
    assert bot.world.telnyx.calls == []


async def test_in_a_listed_channel_a_mention_is_answered_as_one(world: World) -> None:
    """It comes twice, as a mention and as a message: one reply, also where others read along."""
    event_id = world.telnyx.samples.names["pending"]
    message = mention(event_id) | {"type": "message", "channel_type": "channel"}
    async with world.bot(ALERT_CHANNELS=CHANNEL) as bot:
        answers = await asyncio.gather(
            bot.sender.event(mention(event_id), ext_shared=True), bot.sender.event(message, ext_shared=True)
        )

    assert [answer.status for answer in answers] == [200, 200]
    assert ["Waiting for your answer" in reply["text"] for reply in replies(world)] == [True]


@pytest.fixture
async def socket_world(world: World) -> AsyncIterator[World]:
    """A world whose bot is connected by Socket Mode."""
    async with world.bot(SLACK_APP_TOKEN=world.slack.app_token):
        await world.slack.socket_mode.connected()
        yield world


async def test_a_first_delivery_over_socket_mode_is_no_redelivery(socket_world: World) -> None:
    """It carries retry number 0, and is answered without looking for an earlier reply."""
    payload = event_callback(mention(UNKNOWN_ID))

    acknowledged = await socket_world.slack.socket_mode.deliver("events_api", payload)

    assert acknowledged == {}
    assert len(replies(socket_world)) == 1
    assert "conversations.replies" not in [call.method for call in socket_world.slack.calls]


async def test_a_reply_that_cannot_be_placed_is_explained_privately(bot: Bot, log_text: Callable[[], str]) -> None:
    """The one who asked learns why; Slack doesn't come back."""
    bot.world.slack.script.always(faults.raw(b'{"ok": false, "error": "restricted_action"}'), key="chat.postMessage")
    event_id = bot.world.telnyx.samples.names["pending"]

    answer = await bot.sender.event(mention(event_id))

    (message,) = bot.world.slack.channels.ephemeral_messages
    assert answer.status == 200
    assert message["text"].startswith("Not posted: the workspace's settings don't let apps post here.")
    assert log_text().count("mention.not_placed") == 1
