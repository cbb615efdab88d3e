"""Mentions that are edited or deleted, and replies that cannot stand where they were asked for."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from portout.access.rate_limit import MAX_LOOK_UPS
from portout.cards.buttons import REFRESH
from sandbox import faults
from sandbox.slack.payloads import MessageLocation, button_press
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.handlers.button_clicks import buttons
from tests.handlers.mentions import CHANNEL, TS, deletion, edit, mention, replies


async def test_an_edited_mention_changes_its_reply(bot: Bot, names: dict[str, str]) -> None:
    """A corrected id: the reply shows the other port-out; without an id, the help. No second one is posted."""
    original = mention(names["ported"])
    await bot.sender.event(original)

    await bot.sender.event(edit(original, names["pending"]))
    (reply,) = replies(bot.environment)
    changed = reply["text"]
    await bot.sender.event(edit(original, "thanks", "1795000010.000200"))

    (reply,) = replies(bot.environment)
    assert "Waiting for your answer" in changed
    assert reply["text"].startswith("Mention me")


async def test_a_preview_in_an_edited_mention_is_no_later_edit(bot: Bot, names: dict[str, str]) -> None:
    """Slack adds the preview of a link, with ids of its own, after the event: the mention is answered all the same."""
    original = mention("what is this?")
    await bot.sender.event(original)
    event = edit(original, names["pending"])
    preview = {"from_url": "https://example.org", "text": names["ported"]}
    bot.environment.slack.channels.roots[TS] = event | {"type": "message", "attachments": [preview]}

    await bot.sender.event(event, retry_num=1, retry_reason="http_timeout")

    (reply,) = replies(bot.environment)
    assert reply["text"].startswith("Waiting for your answer")


@pytest.mark.parametrize("first", ["ported", "what is this?"])
async def test_a_reply_that_the_ledger_forgot_is_changed_all_the_same(environment: Environment, first: str) -> None:
    """After a restart without Redis the reply is found in its thread, whether or not it showed a port-out."""
    names = environment.telnyx.samples.names
    original = mention(names.get(first, first))
    async with environment.bot() as bot:
        await bot.sender.event(original)

    async with environment.bot() as bot:
        await bot.sender.event(edit(original, names["pending"]))

    (reply,) = replies(environment)
    assert "Waiting for your answer" in reply["text"]


async def test_an_edit_that_arrives_first_is_not_undone(bot: Bot, names: dict[str, str]) -> None:
    """A late delivery of the original mention finds that a later event was dealt with."""
    original = mention(names["ported"])
    await bot.sender.event(edit(original, names["pending"]))

    answer = await bot.sender.event(original, retry_num=1, retry_reason="http_timeout")

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert "Waiting for your answer" in reply["text"]


async def test_a_refreshed_reply_still_follows_its_mention(environment: Environment) -> None:
    """*Refresh* keeps the record, on the message itself, of which mention it answers."""
    names = environment.telnyx.samples.names
    original = mention(names["ported"])
    async with environment.bot() as bot:
        await bot.sender.event(original)
        (reply,) = replies(environment)
        button = buttons(reply)[REFRESH]
        location = MessageLocation(CHANNEL, reply["ts"], reply["thread_ts"], is_ephemeral=False)
        await bot.sender.interaction(button_press(button, response_url=environment.response_url(), location=location))
        await environment.slack.called("chat.update")

    async with environment.bot() as bot:
        await bot.sender.event(edit(original, names["pending"]))

    (reply,) = replies(environment)
    assert "Waiting for your answer" in reply["text"]


@pytest.mark.parametrize("kind", ["deleted", "tombstone"])
@pytest.mark.parametrize("memory", ["kept", "lost"])
async def test_a_deleted_mention_takes_its_reply_along(environment: Environment, kind: str, memory: str) -> None:
    """In any channel, also when the ledger forgot the reply, and whatever the reply said."""
    original = mention("what is this?")
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(environment.bot())
        await bot.sender.event(original)
        assert len(replies(environment)) == 1
        if memory == "lost":
            bot = await stack.enter_async_context(environment.bot())

        await bot.sender.event(deletion(original, kind))

    assert replies(environment) == []


async def test_a_mention_deleted_before_its_reply_gets_none(bot: Bot, names: dict[str, str]) -> None:
    """Slack may deliver the mention late, or again."""
    original = mention(names["pending"])
    await bot.sender.event(deletion(original, "deleted"))

    answer = await bot.sender.event(original, retry_num=1, retry_reason="http_timeout")

    assert answer.status == 200
    assert replies(bot.environment) == []


@pytest.mark.parametrize(("thread", "expected"), [({}, None), ({"thread_ts": "1794.0001"}, "1794.0001")])
async def test_a_private_text_stands_where_the_mention_stands(
    environment: Environment, thread: dict[str, str], expected: str | None
) -> None:
    """At the channel's root it carries no thread: Slack would show it in a thread that nobody has open."""
    async with environment.bot(ALLOWED_USERS="U0BOB") as bot:
        await bot.sender.event(mention(UNKNOWN_ID, **thread))

    (whisper,) = environment.slack.channels.ephemeral_messages
    assert whisper["thread_ts"] == expected


async def test_a_reply_outside_its_thread_is_taken_back(
    bot: Bot, names: dict[str, str], log_text: Callable[[], str]
) -> None:
    """Slack posts a reply to a deleted message to the channel; the person is told why there is none."""
    bot.environment.slack.channels.gone.add(TS)

    await bot.sender.event(mention(names["pending"]))

    (whisper,) = bot.environment.slack.channels.ephemeral_messages
    assert replies(bot.environment) == []
    assert "the message was deleted" in whisper["text"]
    assert "post.left_outside_thread" not in log_text()


async def test_a_reply_that_cannot_be_taken_back_is_logged(
    bot: Bot, names: dict[str, str], log_text: Callable[[], str]
) -> None:
    """Somebody has to delete it by hand."""
    bot.environment.slack.channels.gone.add(TS)
    bot.environment.slack.script.always(
        faults.status(200, body=b'{"ok":false,"error":"cant_delete_message"}'), key="chat.delete"
    )

    await bot.sender.event(mention(names["pending"]))

    assert "post.left_outside_thread" in log_text()


async def test_redeliveries_do_not_use_up_the_look_ups_of_a_person(bot: Bot, names: dict[str, str]) -> None:
    """Slack fails to take the reply, and delivers the mention again: it counts once."""
    bot.environment.slack.script.then("chat.postMessage", *[faults.status(503)] * 3)
    await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))
    for number in range(1, MAX_LOOK_UPS):
        ts = f"1795000{number:03d}.000100"
        await bot.sender.event(mention(names["ported"], ts=ts, event_ts=ts))

    assert len(replies(bot.environment)) == MAX_LOOK_UPS
    assert bot.environment.slack.channels.ephemeral_messages == []


async def test_a_person_learns_that_a_reply_could_not_be_posted(bot: Bot, names: dict[str, str]) -> None:
    """At the last delivery, when Slack still does not take it; a private text needs another method."""
    bot.environment.slack.script.always(faults.status(503), key="chat.postMessage")

    answers = await bot.sender.event_until_accepted(mention(names["pending"]), pauses=(0, 0, 0))

    (whisper,) = bot.environment.slack.channels.ephemeral_messages
    assert [answer.status for answer in answers] == [503, 503, 503, 200]
    assert whisper["text"].startswith("Not posted: ")
