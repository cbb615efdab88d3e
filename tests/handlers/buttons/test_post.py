"""*Post to channel*: the masked card, visible to everybody. tests/handlers/test_message_shortcut.py tests threads."""

import asyncio

from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, press
from tests.handlers.buttons.messages import ask, shown


async def test_post_to_channel_posts_once_on_a_double_click(bot: Bot, names: dict[str, str]) -> None:
    """Masked, in the channel itself; pressed again on purpose, ten seconds later, it is posted again."""
    button = buttons(await ask(bot, names["pending"]))["post"]

    first, _ = await asyncio.gather(press(bot, button), press(bot, button, later=0.4))
    assert (await first.told())["text"].startswith("Posted, without full numbers")
    at_first = len(bot.environment.slack.channels.messages["C0DESK"])
    again = await press(bot, button, later=11)
    assert (await again.told())["text"].startswith("Posted, without full numbers")

    posted, _ = bot.environment.slack.channels.messages["C0DESK"]
    assert at_first == 1
    assert posted["thread_ts"] is None
    assert "•••• 0142" in shown(posted)
    assert "Wilhelmina" not in shown(posted)
