"""*Refresh*: the card is looked up again and replaced, for one user or in a channel."""

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot, asked
from tests.handlers.button_clicks import buttons, press
from tests.handlers.buttons.messages import CHANNEL, TS, ask, location_of, mentioned, shown
from tests.oracles import assert_valid_blocks


async def test_refresh_puts_what_is_now_in_the_place_of_a_private_card(bot: Bot, names: dict[str, str]) -> None:
    """Past the cache, event and order: the same message, changed."""
    card = await ask(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "authorized"

    told = await (await press(bot, buttons(card)["refresh"])).told()

    assert_valid_blocks(msgspec.convert(told, Message))
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", True)
    assert "Was pending at the event, is now authorized" in told["text"]
    assert "+1 312-555-0142" in shown(told)
    assert asked(bot.environment, names["pending"]) == 2


async def test_refresh_changes_the_message_that_everybody_sees(bot: Bot, names: dict[str, str]) -> None:
    """Masked as before, in the same place; nobody is told anything else."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"

    await press(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update")

    (after,) = bot.environment.slack.channels.messages[CHANNEL]
    assert_valid_blocks(msgspec.convert({"text": after["text"], "blocks": after["blocks"]}, Message))
    assert after["ts"] == reply["ts"]
    assert "Was pending at the event, is now rejected" in after["text"]
    assert "Wilhelmina" not in shown(after)
    assert set(buttons(after)) == {"details", "history", "refresh", "portal"}


@pytest.mark.parametrize(
    "failure",
    [faults.status(503), faults.reset(), faults.rate_limited(retry_after=0)],
    ids=["503", "reset", "429"],
)
async def test_a_change_is_tried_again(bot: Bot, names: dict[str, str], failure: faults.Fault) -> None:
    """Unlike a post, a change does no harm twice."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"
    bot.environment.slack.script.then("chat.update", failure)

    await press(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update", 2)

    assert "is now rejected" in bot.environment.slack.channels.messages[CHANNEL][0]["text"]


async def test_a_message_that_cannot_be_changed_any_more_says_so(bot: Bot, names: dict[str, str]) -> None:
    """Old messages, deleted ones: the person learns how to see what is now."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.slack.script.always(faults.raw(b'{"ok": false, "error": "edit_window_closed"}'), key="chat.update")

    told = await (await press(bot, buttons(reply)["refresh"], location_of(reply))).told()

    assert told["text"].startswith("Not refreshed: Slack didn't let this message be changed.")
    assert (told["replace_original"], told["thread_ts"]) == (False, TS)
