"""*Details*: the full card, visible only to the user who clicks."""

import msgspec

from portout.cards.blockkit.blocks import Message
from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, labels, press
from tests.handlers.buttons.messages import TS, location_of, mentioned, shown
from tests.oracles import assert_valid_blocks


async def test_details_are_for_the_one_who_presses(bot: Bot, names: dict[str, str]) -> None:
    """The full card, in the thread, seen by nobody else."""
    reply = await mentioned(bot, names["pending"])

    told = await (await press(bot, buttons(reply)["details"], location_of(reply), user="U0BOB")).told()

    assert_valid_blocks(msgspec.convert(told, Message))
    assert (told["response_type"], told["replace_original"], told["thread_ts"]) == ("ephemeral", False, TS)
    assert "Wilhelmina Quartz" in shown(told)
    assert labels(msgspec.convert(told, Message)) == ["Refresh", "History", "Open in Mission Control"]
    assert "Wilhelmina" not in shown(bot.environment.slack.channels.messages)
