"""The buttons on cards: which there are, in which order, and what they carry."""

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import POST, ButtonValue, encode
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import accessories, buttons, click, labels
from tests.handlers.buttons.messages import ask, mention


async def test_the_buttons_are_the_same_in_the_same_order(bot: Bot, names: dict[str, str]) -> None:
    """At most four, on private cards and on cards in channels; where the decision is made comes first."""
    private = await ask(bot, names["pending"])
    posted = msgspec.convert(await mention(bot, names["pending"]), Message)

    assert labels(private) == ["Open in Mission Control", "History", "Refresh", "Post to channel"]
    assert labels(posted) == ["Open in Mission Control", "Details", "History", "Refresh"]
    assert buttons(private)["portal"]["url"] == "https://portal.telnyx.com/#/app/numbers/port-outs"


async def test_the_address_of_mission_control_may_name_the_port_out(environment: Environment) -> None:
    """With the number where one person sees it in full; a masked card leads to Telnyx's list instead."""
    event_id = environment.telnyx.samples.names["pending"]
    number = environment.telnyx.samples.orders[WAITING]["phone_numbers"][0]
    async with environment.bot(PORTAL_URL="https://portal.example.com/?q={phone_number}") as bot:
        private, posted = await ask(bot, event_id), await mention(bot, event_id)

    assert buttons(private)["portal"]["url"] == f"https://portal.example.com/?q=%2B{number[1:]}"
    assert buttons(posted)["portal"]["url"] == "https://portal.telnyx.com/#/app/numbers/port-outs"


async def test_each_of_several_cards_has_its_own_button(bot: Bot, names: dict[str, str]) -> None:
    """Each of several full cards has its own *Details* and *History*, a condensed one a button for its details."""
    ids = [names[name] for name in ("pending", "authorized", "ported", "canceled")]

    two, four = await ask(bot, *ids[:2]), await ask(bot, *ids)

    assert labels(two) == [*("Details", "History") * 2, "Open in Mission Control", "Refresh", "Post to channel"]
    assert [button and msgspec.json.decode(button.value)["ids"] for button in accessories(four)] == [
        [one] for one in ids
    ]


async def test_a_click_on_the_link_to_mission_control_is_acknowledged(bot: Bot, names: dict[str, str]) -> None:
    """Slack sends clicks on link buttons, too; there is nothing else to do."""
    card = await ask(bot, names["pending"])

    await click(bot, buttons(card)["portal"])


@pytest.mark.parametrize("value", ["", "{}", '{"ids": ["../../whoami"]}', '{"ids": "x"}', '{"ids": ["EEF3340B"]}'])
@pytest.mark.parametrize("action", ["refresh", "details", "post"])
async def test_a_button_with_an_unknown_value_is_explained(bot: Bot, action: str, value: str) -> None:
    """From an earlier version, or forged: nothing is looked up, and the user learns what to do."""
    answer = await (await click(bot, {"type": "button", "action_id": action, "value": value})).reply()

    assert answer["text"].startswith("Nothing done: this button is of an earlier version.")
    assert bot.environment.telnyx.calls == []


async def test_the_values_of_buttons_are_ids(bot: Bot, names: dict[str, str]) -> None:
    """What Slack stores with a button contains no number and no name."""
    card = await ask(bot, names["pending"])

    values = {action: msgspec.json.decode(button.get("value") or "null") for action, button in buttons(card).items()}

    assert values == {
        "refresh": {"ids": [names["pending"]]},
        "history": {"order_id": WAITING},
        "post": {"ids": [names["pending"]]},
        "portal": None,
    }


async def test_a_refused_click_does_not_make_the_next_one_a_double_click(environment: Environment) -> None:
    """Whoever presses again is told again, and may be allowed by then."""
    event_id = environment.telnyx.samples.names["pending"]
    button = {"type": "button", "action_id": POST, "value": encode(ButtonValue((event_id,)))}
    async with environment.bot(ALLOWED_USERS="U0BOB") as bot:
        answers = [await (await click(bot, button, later=seconds)).reply() for seconds in (0, 0.5)]

    assert all(answer["text"].startswith("Not allowed") for answer in answers)
