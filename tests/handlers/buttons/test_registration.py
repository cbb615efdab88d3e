"""The buttons on cards: which there are, in which order, and what they carry."""

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot
from tests.handlers.button_clicks import beside, buttons, labels, press
from tests.handlers.buttons.messages import ask, mentioned


async def test_the_buttons_are_the_same_in_the_same_order(bot: Bot, names: dict[str, str]) -> None:
    """At most four, on what one person sees and on what everybody sees; what leads out of Slack comes last."""
    private = await ask(bot, names["pending"])
    posted = msgspec.convert(await mentioned(bot, names["pending"]), Message)

    assert labels(private) == ["Refresh", "History", "Post to channel", "Open in Mission Control"]
    assert labels(posted) == ["Details", "History", "Refresh", "Open in Mission Control"]
    assert buttons(private)["portal"]["url"] == "https://portal.telnyx.com/#/app/numbers/port-outs"


async def test_several_cards_each_open(bot: Bot, names: dict[str, str]) -> None:
    """Full cards have their own history, condensed ones open in full."""
    ids = [names[name] for name in ("pending", "authorized", "ported", "canceled")]

    two, four = await ask(bot, *ids[:2]), await ask(bot, *ids)

    assert labels(two) == ["History", "History", "Refresh", "Post to channel", "Open in Mission Control"]
    assert [button and msgspec.json.decode(button.value)["ids"] for button in beside(four)] == [[one] for one in ids]


async def test_mission_control_is_a_link_that_slack_tells_of(bot: Bot, names: dict[str, str]) -> None:
    """The press is acknowledged; there is nothing else to do."""
    card = await ask(bot, names["pending"])

    await press(bot, buttons(card)["portal"])


@pytest.mark.parametrize("value", ["", "{}", '{"ids": ["../../whoami"]}', '{"ids": "x"}', '{"ids": ["EEF3340B"]}'])
@pytest.mark.parametrize("action", ["refresh", "details", "post"])
async def test_a_button_that_carries_something_else_says_so(bot: Bot, action: str, value: str) -> None:
    """Of an earlier version, or nobody's: nothing is looked up, and the person learns what to do."""
    told = await (await press(bot, {"type": "button", "action_id": action, "value": value})).told()

    assert told["text"].startswith("Nothing done: this button is of an earlier version.")
    assert bot.environment.telnyx.calls == []


async def test_the_values_of_buttons_are_ids(bot: Bot, names: dict[str, str]) -> None:
    """What is kept at Slack and in people's clients names no number and nobody."""
    card = await ask(bot, names["pending"])

    values = {action: msgspec.json.decode(one.get("value") or "null") for action, one in buttons(card).items()}

    assert values == {
        "refresh": {"ids": [names["pending"]]},
        "history": {"order_id": WAITING},
        "post": {"ids": [names["pending"]]},
        "portal": None,
    }
