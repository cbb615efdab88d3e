"""*Post to channel*: the masked card, visible to everybody. tests/handlers/test_message_shortcut.py tests threads."""

import asyncio

import pytest

from portout.cards.buttons import ButtonValue, encode
from sandbox import faults
from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, click
from tests.handlers.buttons.messages import ask, shown


async def test_post_to_channel_posts_once_on_a_double_click(bot: Bot, names: dict[str, str]) -> None:
    """Masked, in the channel itself; a click more than ten seconds later is on purpose, and posts it again."""
    button = buttons(await ask(bot, names["pending"]))["post"]

    first, _ = await asyncio.gather(click(bot, button), click(bot, button, later=0.4))
    assert (await first.reply())["text"].startswith("Posted, without full numbers")
    at_first = len(bot.environment.slack.channels.messages["C0DESK"])
    again = await click(bot, button, later=11)
    assert (await again.reply())["text"].startswith("Posted, without full numbers")

    posted, _ = bot.environment.slack.channels.messages["C0DESK"]
    assert at_first == 1
    assert posted["thread_ts"] is None
    assert "•••• 0142" in shown(posted)
    assert "Wilhelmina" not in shown(posted)


@pytest.mark.parametrize(("status", "reason"), [(503, "Telnyx is failing"), (404, "Telnyx does not know it any more")])
async def test_a_failure_is_not_posted(bot: Bot, names: dict[str, str], status: int, reason: str) -> None:
    """It is no news for a channel: the person who pressed is told why, and may press again at once."""
    card = await ask(bot, names["pending"])
    bot.environment.telnyx.script.always(faults.status(status))
    bot.environment.telnyx.script.always(faults.ok(), key=names["ported"])
    button = buttons(card)["post"] | {"value": encode(ButtonValue((names["FOC date changed"],)))}

    refused = await (await click(bot, button)).reply()
    bot.environment.telnyx.script.reset()
    posted = await (await click(bot, button | {"value": encode(ButtonValue((names["ported"],)))}, later=1)).reply()

    assert refused["text"].startswith(f"Not posted: {reason}")
    assert posted["text"].startswith("Posted")
    assert len(bot.environment.slack.channels.messages["C0DESK"]) == 1
