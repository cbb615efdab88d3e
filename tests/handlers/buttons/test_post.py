"""*Post to channel*: the masked card, visible to everybody. tests/handlers/test_message_shortcut.py tests threads."""

import asyncio

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
