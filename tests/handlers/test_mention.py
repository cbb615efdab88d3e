"""A mention, from a signed event to the reply in its thread."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest

from sandbox import faults
from sandbox.slack.payloads import event_callback
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.handlers.mentions import CHANNEL, TS, mention, replies


@pytest.mark.parametrize(("thread", "expected"), [({}, TS), ({"thread_ts": "1794.0001"}, "1794.0001")])
async def test_a_mention_is_answered_in_its_thread(
    bot: Bot, names: dict[str, str], thread: dict[str, str], expected: str
) -> None:
    """Everybody in the channel sees the cards, without full numbers and names."""
    answer = await bot.sender.event(mention(names["pending"], **thread))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert reply["thread_ts"] == expected
    assert "•••• 0142" in str(reply)
    assert "Wilhelmina" not in str(reply)


async def test_redeliveries_are_answered_once(bot: Bot, names: dict[str, str]) -> None:
    """At once and later, and as an event with another id, as Slack sends it for listed channels."""
    answers = await asyncio.gather(*(bot.sender.event(mention(names["pending"])) for _ in range(5)))
    later = await bot.sender.event(mention(names["pending"]), retry_num=2, retry_reason="http_timeout")

    assert {answer.status for answer in [*answers, later]} == {200}
    assert len(replies(bot.environment)) == 1


async def test_without_an_id_there_is_help(bot: Bot) -> None:
    """Short, and in the thread."""
    await bot.sender.event(mention("what is this?"))

    (reply,) = replies(bot.environment)
    assert reply["text"].startswith("Mention me with a port-out's key")
    assert bot.environment.telnyx.calls == []


@pytest.mark.parametrize(("status", "expected"), [(404, "No port-out has this id"), (503, "Telnyx is failing")])
async def test_a_failed_look_up_is_answered_and_acknowledged(
    bot: Bot, names: dict[str, str], status: int, expected: str
) -> None:
    """A user waits: the failure is answered at once, and not retried at a redelivery."""
    bot.environment.telnyx.script.always(faults.status(status))

    answers = await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))

    (reply,) = replies(bot.environment)
    assert [answer.status for answer in answers] == [200]
    assert expected in reply["text"]


async def test_a_post_whose_answer_is_lost_is_found(bot: Bot, names: dict[str, str]) -> None:
    """The bot looks into the thread before it gives up."""
    bot.environment.slack.script_after_effect.then("chat.postMessage", faults.reset())

    answers = await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))

    assert [answer.status for answer in answers] == [200]
    assert len(replies(bot.environment)) == 1


async def test_people_of_other_companies_are_not_answered(bot: Bot, names: dict[str, str]) -> None:
    """In a shared channel they can mention the bot, but get no look-up and no reply."""
    answer = await bot.sender.event(mention(names["pending"], user_team="T0OTHER"), ext_shared=True)

    assert answer.status == 200
    assert replies(bot.environment) == []
    assert bot.environment.telnyx.calls == []


async def test_in_a_shared_channel_nothing_is_shown(bot: Bot, names: dict[str, str]) -> None:
    """Unless it is listed: the reply refers the user to the command, whose answer only they see."""
    await bot.sender.event(mention(names["pending"]), ext_shared=True)

    (reply,) = replies(bot.environment)
    assert reply["text"].startswith("This channel is shared with another company")
    assert bot.environment.telnyx.calls == []


async def test_in_a_listed_channel_a_mention_is_answered_as_one(environment: Environment) -> None:
    """Slack delivers it twice, as a mention and as a message: one reply, also in a shared channel."""
    event_id = environment.telnyx.samples.names["pending"]
    message = mention(event_id) | {"type": "message", "channel_type": "channel"}
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        answers = await asyncio.gather(
            bot.sender.event(mention(event_id), ext_shared=True), bot.sender.event(message, ext_shared=True)
        )

    assert [answer.status for answer in answers] == [200, 200]
    assert ["Waiting for your answer" in reply["text"] for reply in replies(environment)] == [True]


@pytest.fixture
async def socket_environment(environment: Environment) -> AsyncIterator[Environment]:
    """An environment with a bot connected by Socket Mode."""
    async with environment.bot(SLACK_APP_TOKEN=environment.slack.app_token):
        await environment.slack.socket_mode.connected()
        yield environment


async def test_a_first_delivery_over_socket_mode_is_no_redelivery(socket_environment: Environment) -> None:
    """It has retry number 0, and is answered without a search for an earlier reply."""
    payload = event_callback(mention(UNKNOWN_ID))

    acknowledged = await socket_environment.slack.socket_mode.deliver("events_api", payload)

    assert acknowledged == {}
    assert len(replies(socket_environment)) == 1
    assert "conversations.replies" not in [call.method for call in socket_environment.slack.calls]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("not_in_channel", "here and mention me again; direct messages"),
        ("thread_not_found", "the message was deleted, so it has no thread any more."),
        ("msg_too_long", "Slack refused the reply in this thread (msg_too_long)."),
    ],
)
async def test_who_mentioned_the_bot_is_told_to_mention_it_again(bot: Bot, error: str, expected: str) -> None:
    """There is no button to press; and the reply would have been in the thread."""
    answer = msgspec.json.encode({"ok": False, "error": error})
    bot.environment.slack.script.always(faults.raw(answer), key="chat.postMessage")

    await bot.sender.event(mention(bot.environment.telnyx.samples.names["pending"]))

    (message,) = bot.environment.slack.channels.ephemeral_messages
    assert expected in message["text"]


async def test_a_reply_that_cannot_be_placed_is_explained_privately(bot: Bot, log_text: Callable[[], str]) -> None:
    """The user learns why; Slack does not deliver the event again."""
    bot.environment.slack.script.always(
        faults.raw(b'{"ok": false, "error": "restricted_action"}'), key="chat.postMessage"
    )
    event_id = bot.environment.telnyx.samples.names["pending"]

    answer = await bot.sender.event(mention(event_id))

    (message,) = bot.environment.slack.channels.ephemeral_messages
    assert answer.status == 200
    assert message["text"].startswith("Not posted: the workspace's settings don't let apps post here.")
    assert log_text().count("mention.not_placed") == 1
