"""Clicks on buttons: each button as Slack sends it back, with the message or modal it is in."""

from typing import Any

import msgspec

from portout.cards.blockkit.blocks import Actions, Button, Message, Section
from sandbox.slack.payloads import EPHEMERAL, MessageLocation, button_press, modal_button_press
from sandbox.slack.sender import BotResponse
from tests.conftest import Bot


def buttons(message: Message | dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the buttons of a message or a view, by action id; where several have the same, the first."""
    blocks = msgspec.convert(message["blocks"], tuple[Any, ...]) if isinstance(message, dict) else message.blocks
    decoded = msgspec.convert(msgspec.to_builtins(blocks), type=tuple[Any, ...])
    elements = [element for block in decoded for element in [*block.get("elements", []), block.get("accessory") or {}]]
    found = [element for element in elements if isinstance(element, dict) and element.get("type") == "button"]
    return {button["action_id"]: button for button in reversed(found)}


def labels(message: Message) -> list[str]:
    """Return the labels of the buttons below a message, in order."""
    return [button.text.text for block in message.blocks if isinstance(block, Actions) for button in block.elements]


def accessories(message: Message) -> list[Button | None]:
    """Return the buttons beside condensed cards."""
    return [block.accessory for block in message.blocks if isinstance(block, Section)]


class Click:
    """A click on a button. url: the `response_url` of the reply. answer: the acknowledgement."""

    def __init__(self, bot: Bot, url: str, answer: BotResponse) -> None:
        self.slack = bot.environment.slack
        self.url = url
        self.answer = answer

    async def reply(self, timeout: float = 8) -> dict[str, Any]:  # noqa: ASYNC109  reads best in a test
        """Wait for the reply that only the user sees, `timeout` seconds at most."""
        return await self.slack.response(self.url, timeout)


async def click(
    bot: Bot,
    button: dict[str, Any],
    location: MessageLocation = EPHEMERAL,
    *,
    user: str = "U0ALICE",
    team: str | None = None,
    later: float = 0,
) -> Click:
    """Click a button of a message; raise AssertionError unless the acknowledgement is empty.

    later: seconds to add to the time of the click.
    """
    url = bot.environment.response_url()
    fields = {"team": team} if team else {}
    answer = await bot.sender.interaction(
        button_press(button, response_url=url, location=location, user=user, later=later, **fields)
    )
    assert (answer.status, answer.body) == (200, b"")
    return Click(bot, url, answer)


async def click_in_modal(bot: Bot, button: dict[str, Any], view_id: str, *, later: float = 0) -> None:
    """Click a button of a modal. later: seconds to add to the time of the click."""
    view = bot.environment.slack.modals.views.get(view_id)
    payload = modal_button_press(button, view_id=view_id, view=view, later=later)
    answer = await bot.sender.interaction(payload)
    assert (answer.status, answer.body) == (200, b"")
