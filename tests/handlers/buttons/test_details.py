"""*Details*: the full card, visible only to the user who clicks."""

import msgspec

from portout.cards.blockkit.blocks import Message
from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, click, labels
from tests.handlers.buttons.messages import TS, location_of, mention, shown
from tests.oracles import assert_valid_blocks


async def test_details_are_visible_only_to_the_user_who_clicks(bot: Bot, names: dict[str, str]) -> None:
    """The full card, in the thread, seen by nobody else."""
    reply = await mention(bot, names["pending"])

    answer = await (await click(bot, buttons(reply)["details"], location_of(reply), user="U0BOB")).reply()

    assert_valid_blocks(msgspec.convert(answer, Message))
    assert (answer["response_type"], answer["replace_original"], answer["thread_ts"]) == ("ephemeral", False, TS)
    assert "Wilhelmina Quartz" in shown(answer)
    assert labels(msgspec.convert(answer, Message)) == ["Open in Mission Control", "History", "Refresh"]
    assert "Wilhelmina" not in shown(bot.environment.slack.channels.messages)
