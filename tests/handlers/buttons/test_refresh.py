"""*Refresh*: the card is looked up again and replaced, for one user or in a channel."""

import asyncio
import re
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import ButtonValue, encode
from sandbox import faults
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot, Environment, event_calls
from tests.handlers.button_clicks import buttons, click
from tests.handlers.buttons.messages import CHANNEL, TS, ask, location_of, mention, shown
from tests.handlers.mentions import edit
from tests.handlers.mentions import mention as mention_event
from tests.oracles import assert_valid_blocks


async def test_refresh_replaces_a_private_card(bot: Bot, names: dict[str, str]) -> None:
    """Event and order are fetched again, bypassing the cache, and the same message is changed."""
    card = await ask(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "authorized"

    answer = await (await click(bot, buttons(card)["refresh"])).reply()

    assert_valid_blocks(msgspec.convert(answer, Message))
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", True)
    assert "Authorized · was pending at the event" in answer["text"]
    assert "+1 312-555-0142" in shown(answer)
    assert event_calls(bot.environment, names["pending"]) == 2


@pytest.mark.parametrize("number", [1, 2, 5], ids=["one card", "two cards", "condensed"])
async def test_a_refresh_that_changes_nothing_shows_that_it_looked(
    bot: Bot, names: dict[str, str], number: int
) -> None:
    """By the time to the second, in private and in a channel, without another message for anybody."""
    ids = [names[name] for name in ("pending", "authorized", "ported", "canceled", "rejected")][:number]
    reply, card = await mention(bot, *ids), await ask(bot, *ids)

    private = await (await click(bot, buttons(card)["refresh"])).reply()
    await click(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update")

    (posted,) = bot.environment.slack.channels.messages[CHANNEL]
    for before, after in ((card, private), (reply, posted)):
        assert times_of_looking(before)
        assert len(times_of_looking(after)) == len(times_of_looking(before))
        assert min(times_of_looking(after)) >= max(times_of_looking(before))
    assert bot.environment.slack.channels.ephemeral_messages == []
    assert event_calls(bot.environment, ids[0]) == 3


def times_of_looking(message: Message | dict[str, Any]) -> list[int]:
    """Return the times, in Unix seconds, that a message shows to the second as those of its look-ups."""
    pattern = r"(?:[Oo]rder as of|As of|[Ff]etched) <!date\^(\d+)\^{date_short} at {time_secs}\|[^>]+:\d\d:\d\d UTC>"
    return [int(time) for time in re.findall(pattern, shown(message))]


async def test_refresh_changes_the_message_that_everybody_sees(bot: Bot, names: dict[str, str]) -> None:
    """The same message is changed and still masked; there is no other message."""
    reply = await mention(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"

    await click(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update")

    (after,) = bot.environment.slack.channels.messages[CHANNEL]
    assert_valid_blocks(msgspec.convert({"text": after["text"], "blocks": after["blocks"]}, Message))
    assert after["ts"] == reply["ts"]
    assert "Rejected · was pending at the event" in after["text"]
    assert "Wilhelmina" not in shown(after)
    assert set(buttons(after)) == {"details", "history", "refresh", "portal"}


@pytest.mark.parametrize(
    "failure",
    [faults.status(503), faults.reset(), faults.rate_limited(retry_after=0)],
    ids=["503", "reset", "429"],
)
async def test_a_change_is_tried_again(bot: Bot, names: dict[str, str], failure: faults.Fault) -> None:
    """Unlike a post, a change may be repeated."""
    reply = await mention(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"
    bot.environment.slack.script.then("chat.update", failure)

    await click(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update", 2)

    assert "Rejected · was pending" in bot.environment.slack.channels.messages[CHANNEL][0]["text"]


@pytest.mark.parametrize("location", ["reply", "post"])
async def test_who_refreshes_while_slack_takes_no_changes_is_told_at_once(
    bot: Bot, names: dict[str, str], location: str
) -> None:
    """Within 3 s, not after the pause that Slack asks for; the card stays as it was."""
    reply = await mention(bot, names["pending"])
    button = buttons(reply)["refresh"]
    if location == "post":
        button = button | {"value": encode(ButtonValue((names["pending"],), is_posted=True))}
    bot.environment.slack.script.always(faults.rate_limited(30), key="chat.update")

    answer = await (await click(bot, button, location_of(reply))).reply(timeout=3)

    assert answer["text"].startswith("Not refreshed: Slack takes no more changes for now. The card stays as it was")
    assert bot.environment.slack.channels.messages[CHANNEL][0]["text"] == reply["text"]


async def test_a_message_that_cannot_be_changed_any_more_is_explained(bot: Bot, names: dict[str, str]) -> None:
    """For old and deleted messages the user learns how to see the current state."""
    reply = await mention(bot, names["pending"])
    bot.environment.slack.script.always(faults.raw(b'{"ok": false, "error": "edit_window_closed"}'), key="chat.update")

    answer = await (await click(bot, buttons(reply)["refresh"], location_of(reply))).reply()

    assert answer["text"].startswith("Not refreshed: Slack didn't let this message be changed.")
    assert (answer["replace_original"], answer["thread_ts"]) == (False, TS)


async def test_a_good_card_stays_when_telnyx_fails(bot: Bot, names: dict[str, str]) -> None:
    """Only the person who pressed is told, for a card in a channel and for a private one."""
    reply, card = await mention(bot, names["pending"]), await ask(bot, names["pending"])
    bot.environment.telnyx.script.always(faults.status(503))

    in_channel = await (await click(bot, buttons(reply)["refresh"], location_of(reply))).reply()
    private = await (await click(bot, buttons(card)["refresh"])).reply()

    (after,) = bot.environment.slack.channels.messages[CHANNEL]
    assert after["text"] == reply["text"]
    assert "chat.update" not in [call.method for call in bot.environment.slack.calls]
    for answer in (in_channel, private):
        assert answer["text"].startswith("Not refreshed: Telnyx is failing")
        assert answer["replace_original"] is False


@pytest.mark.parametrize("memory", ["kept", "lost"])
async def test_a_reply_to_another_edit_is_left_alone(environment: Environment, memory: str) -> None:
    """Somebody presses the button on an old picture of the message: the reply shows the edit's port-out by now."""
    names = environment.telnyx.samples.names
    original = mention_event(names["ported"], channel=CHANNEL)
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(environment.bot())
        await bot.sender.event(original)
        (before,) = [dict(message) for message in environment.slack.channels.messages[CHANNEL]]
        await bot.sender.event(edit(original, names["pending"]))
        if memory == "lost":
            bot = await stack.enter_async_context(environment.bot())

        await click(bot, buttons(before)["refresh"], location_of(before))

    (after,) = environment.slack.channels.messages[CHANNEL]
    assert after["text"].startswith("Waiting")


async def test_a_refresh_waits_for_the_event_that_changes_the_reply(environment: Environment) -> None:
    """Both write the same message: one after the other, and the edit counts."""
    names, go_on = environment.telnyx.samples.names, asyncio.Event()
    original = mention_event(names["ported"], channel=CHANNEL)
    async with environment.bot() as bot:
        await bot.sender.event(original)
        (before,) = [dict(message) for message in environment.slack.channels.messages[CHANNEL]]
        environment.slack.script.then("chat.update", faults.held(go_on))
        editing = asyncio.create_task(bot.sender.event(edit(original, names["pending"])))
        await environment.slack.asked("chat.update")

        await click(bot, buttons(before)["refresh"], location_of(before))
        go_on.set()
        await editing

    (after,) = environment.slack.channels.messages[CHANNEL]
    assert after["text"].startswith("Waiting")
