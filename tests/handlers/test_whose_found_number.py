"""Whose number it is, on the cards of port-outs that were found without an id: for whom, at which price, in time."""

import asyncio
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import OWN_DETAILS
from sandbox import faults
from sandbox.slack.payloads import message_shortcut
from sandbox.telnyx.orders import WAITING
from sandbox.telnyx.server import PHONE_NUMBERS
from tests.conftest import Bot, Environment, message_of
from tests.handlers.alerts.events import alert
from tests.handlers.button_clicks import accessories, click
from tests.handlers.home_tabs import open_home, press
from tests.handlers.mentions import mention, replies

OWNER = "Zephyr & Loom"
NUMBERS = ("+13125550142", "+13125550143")
BY = ("PO_4bb39f", "312-555-0143", "pon ORC-20417")


@pytest.fixture
def environment(environment: Environment) -> Environment:
    """Slack and Telnyx, where the numbers of a port-out that waits have a customer."""
    for number in NUMBERS:
        environment.telnyx.account.phone_numbers[number] |= {"customer_reference": OWNER}
    return environment


async def command(bot: Bot, text: str) -> str:
    """Post the command; return its answer."""
    return shown(message_of(await bot.command(text)))


async def shortcut(bot: Bot, text: str) -> str:
    """Use the shortcut; return its reply."""
    url = bot.environment.response_url()
    message = {"ts": "1790000000.000002", "text": text}
    await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url))
    return shown(await bot.environment.slack.response(url))


async def details_in_list(bot: Bot, _text: str) -> str:
    """Press *Details* in the list of what waits."""
    listed = message_of(await bot.command("pending"))
    return shown(await (await click(bot, _details(accessories(listed)))).reply())


async def details_at_home(bot: Bot, _text: str) -> str:
    """Press *Details* in the Home tab."""
    home = await open_home(bot)
    await press(bot, _details([one for block in home["blocks"] for one in block.get("elements", [])]))
    await bot.environment.slack.called("views.update")
    return shown(bot.environment.slack.modals.views)


def _details(buttons: Any) -> dict[str, Any]:
    """Return the button for the details of the port-out."""
    decoded: list[dict[str, Any]] = msgspec.to_builtins(buttons)
    return next(one for one in decoded if one.get("action_id") == OWN_DETAILS and WAITING in one["value"])


SURFACES = [
    *((command, text) for text in BY),
    *((shortcut, text) for text in BY[:2]),
    (details_in_list, ""),
    (details_at_home, ""),
]


def shown(value: Message | dict[str, Any]) -> str:
    """Return a message or a view as JSON."""
    return msgspec.json.encode(value).decode()


def asked(environment: Environment) -> list[str]:
    """Return the digits that Telnyx was asked for, in order."""
    calls = environment.telnyx.calls
    return sorted(call.query["filter[phone_number]"] for call in calls if call.path.endswith(PHONE_NUMBERS))


@pytest.mark.parametrize(("surface", "text"), SURFACES)
async def test_its_full_card_says_whose_the_number_is(bot: Bot, surface: Any, text: str) -> None:
    """Of each of its numbers, with one call for each."""
    card = await surface(bot, text)

    assert "Whose number" in card
    assert f"Check with the customer ({OWNER})" in card
    assert asked(bot.environment) == ["13125550142", "13125550143"]


@pytest.mark.parametrize(("surface", "text"), SURFACES)
async def test_who_may_not_see_details_is_not_told(environment: Environment, surface: Any, text: str) -> None:
    """And Telnyx is not asked."""
    async with environment.bot(DETAIL_USERS="U0BOB") as bot:
        card = await surface(bot, text)

    assert WAITING in card
    assert OWNER not in card
    assert asked(environment) == []


async def test_no_channel_is_told(environment: Environment) -> None:
    """Neither by a mention nor by an alert; and Telnyx is not asked."""
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        for text in BY[:2]:
            await bot.sender.event(mention(text))
        await bot.sender.event(alert(f"Port Out Request {BY[0]} received for {NUMBERS[0]}"))
        posted = replies(environment)

    assert posted
    assert OWNER not in str(environment.slack.posted)
    assert asked(environment) == []


async def test_lists_ask_for_no_numbers(bot: Bot) -> None:
    """Their lines have no room for whose they are."""
    assert OWNER not in shown(message_of(await bot.command("pending")))
    assert OWNER not in shown(await open_home(bot))
    assert asked(bot.environment) == []


@pytest.mark.parametrize("text", BY)
async def test_numbers_are_asked_for_while_the_events_are_fetched(bot: Bot, text: str) -> None:
    """The order names them: the card is there after two calls in turn, not three."""
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key="events")
    answer = asyncio.create_task(bot.command(text))

    await bot.environment.telnyx.called(PHONE_NUMBERS, 2)
    release.set()

    assert OWNER in shown(message_of(await answer))


@pytest.mark.parametrize("fault", [faults.status(403), faults.slow(3), faults.raw(b"<html>")], ids=["403", "3 s", "?"])
async def test_the_card_does_not_wait_for_whose_it_is(bot: Bot, fault: faults.Fault) -> None:
    """It is in the acknowledgement within 2.5 s, whole but for that."""
    bot.environment.telnyx.script.always(fault, key=PHONE_NUMBERS)

    answer = await bot.command(BY[0])

    assert answer.elapsed < 2.5
    assert message_of(answer).text.startswith("Waiting for your answer")
    assert "Whose" not in shown(message_of(answer))
