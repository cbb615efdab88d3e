"""Pressing buttons as people do: the button as Slack sends it back, from where it stands."""

from typing import Any

import msgspec

from portout.cards.blockkit.blocks import Actions, Button, Message, Section
from sandbox.slack.payloads import EPHEMERAL, MessageLocation, button_press, modal_button_press
from sandbox.slack.sender import BotResponse
from tests.conftest import Bot


def buttons(message: Message | dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons of a message or a window, by action; of several alike the first."""
    blocks = msgspec.convert(message["blocks"], tuple[Any, ...]) if isinstance(message, dict) else message.blocks
    shown = msgspec.convert(msgspec.to_builtins(blocks), type=tuple[Any, ...])
    found = [one for block in shown for one in [*block.get("elements", []), block.get("accessory") or {}]]
    pressable = [one for one in found if isinstance(one, dict) and one.get("type") == "button"]
    return {one["action_id"]: one for one in reversed(pressable)}


def labels(message: Message) -> list[str]:
    """The words on the buttons below a message, in order."""
    return [one.text.text for block in message.blocks if isinstance(block, Actions) for one in block.elements]


def beside(message: Message) -> list[Button | None]:
    """The buttons beside condensed cards."""
    return [block.accessory for block in message.blocks if isinstance(block, Section)]


class Pressed:
    """A press, how it was acknowledged, and where its answer goes."""

    def __init__(self, bot: Bot, url: str, answer: BotResponse) -> None:
        self.slack = bot.environment.slack
        self.url = url
        self.answer = answer

    async def told(self, timeout: float = 8) -> dict[str, Any]:  # noqa: ASYNC109  reads best in a test
        """Wait for what only the one who pressed sees."""
        return await self.slack.response(self.url, timeout)


async def press(
    bot: Bot,
    button: dict[str, Any],
    location: MessageLocation = EPHEMERAL,
    *,
    user: str = "U0ALICE",
    team: str | None = None,
    later: float = 0,
) -> Pressed:
    """Press a button of a message; acknowledged without a word, whoever presses it."""
    url = bot.environment.response_url()
    more = {"team": team} if team else {}
    answer = await bot.sender.interaction(
        button_press(button, response_url=url, location=location, user=user, later=later, **more)
    )
    assert (answer.status, answer.body) == (200, b"")
    return Pressed(bot, url, answer)


async def press_in_modal(bot: Bot, button: dict[str, Any], view_id: str) -> None:
    """Press a button of a modal."""
    answer = await bot.sender.interaction(modal_button_press(button, view_id=view_id))
    assert (answer.status, answer.body) == (200, b"")
