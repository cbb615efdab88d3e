"""Whose number it is: on full cards for one person, in time or not at all, and never the PIN."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import DETAILS, POST, REFRESH, ButtonValue, encode
from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.payloads import message_shortcut
from sandbox.telnyx.orders import WAITING
from sandbox.telnyx.server import PHONE_NUMBERS
from tests.conftest import Bot, Environment, message_of
from tests.handlers.alerts.events import alert
from tests.handlers.button_clicks import buttons, click
from tests.handlers.mentions import mention
from tests.oracles import assert_valid_blocks

PIN = "80351746"
OWNER = "Zephyr & Loom"
FIRST, SECOND = "+13125550142", "+13125550143"
NOTES = {
    "customer_reference": OWNER,
    "tags": ["retail", f"pin {PIN}"],
    "connection_name": "Loom SIP trunk",
    "external_pin": PIN,
}
LINE = "Whose numbers  Zephyr & Loom (customer reference) · tags retail, "


@pytest.fixture
def environment(environment: Environment) -> Environment:
    """Slack and Telnyx, where the numbers of a pending port-out have a customer and a PIN."""
    for number in (FIRST, SECOND):
        environment.telnyx.account.phone_numbers[number] |= NOTES
    return environment


@pytest.fixture
def event_id(environment: Environment) -> str:
    """The id of the event of that port-out."""
    return environment.telnyx.samples.names["pending"]


def asked(environment: Environment) -> list[str]:
    """Return the digits that Telnyx was asked for, in order."""
    calls = environment.telnyx.calls
    return [call.query["filter[phone_number]"] for call in calls if call.path.endswith(PHONE_NUMBERS)]


def text_of(message: Any) -> str:
    """Return all text of a message, without formatting."""
    blocks = msgspec.to_builtins(message.blocks if isinstance(message, Message) else message["blocks"])
    return "".join(_texts(blocks))


def _texts(value: Any) -> list[str]:
    match value:
        case dict():
            own = [value["text"]] if isinstance(value.get("text"), str) else []
            return own + [text for inner in value.values() for text in _texts(inner)]
        case list() | tuple():
            return [text for inner in value for text in _texts(inner)]
    return []


async def command(bot: Bot, event_id: str) -> Any:
    """Post the command; return its answer."""
    return message_of(await bot.command(event_id))


async def shortcut(bot: Bot, event_id: str) -> Any:
    """Use the shortcut; return its reply."""
    url = bot.environment.response_url()
    message = {"ts": "1790000000.000002", "text": event_id}
    await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url))
    return await bot.environment.slack.response(url)


async def press(bot: Bot, action: str, event_id: str) -> Any:
    """Press a button of a private card; return the reply."""
    pressed = {"type": "button", "action_id": action, "value": encode(ButtonValue((event_id,)))}
    return await (await click(bot, pressed)).reply()


async def details(bot: Bot, event_id: str) -> Any:
    """Press *Details*."""
    return await press(bot, DETAILS, event_id)


async def refresh(bot: Bot, event_id: str) -> Any:
    """Press *Refresh* on a private card."""
    return await press(bot, REFRESH, event_id)


PRIVATE = (command, shortcut, details, refresh)


@pytest.mark.parametrize("surface", PRIVATE)
@pytest.mark.parametrize("by", ["event", "order"])
async def test_a_full_card_says_whose_the_numbers_are(bot: Bot, event_id: str, surface: Any, by: str) -> None:
    """By the id of the event and of the order, on every surface that one person sees: what is the same once."""
    message = await surface(bot, event_id if by == "event" else WAITING)

    assert text_of(message).count(LINE) == 1
    assert "connection Loom SIP trunk · port-out PIN set" in text_of(message)
    assert "Check with the customer (Zephyr & Loom), then" in text_of(message)
    assert sorted(asked(bot.environment)) == ["13125550142", "13125550143"]
    assert_valid_blocks(message if isinstance(message, Message) else msgspec.convert(message, Message))


@pytest.mark.parametrize("surface", PRIVATE[:2] + PRIVATE[3:])
async def test_who_may_not_see_details_is_not_told(environment: Environment, event_id: str, surface: Any) -> None:
    """And Telnyx is not asked."""
    async with environment.bot(DETAIL_USERS="U0BOB") as bot:
        message = await surface(bot, event_id)

    assert OWNER not in str(message)
    assert "Waiting for your answer" in text_of(message)
    assert asked(environment) == []


async def test_no_channel_is_told(environment: Environment, event_id: str, log_text: Callable[[], str]) -> None:
    """Neither by a mention, nor an alert, nor a post of the card that says it; and Telnyx is not asked for them."""
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        await bot.sender.event(mention(event_id))
        await bot.sender.event(alert(event_id))
        known = len(asked(environment))
        private = await command(bot, event_id)
        await click(bot, buttons(private)["post"])
        await environment.slack.called("chat.postMessage", 3)

    assert OWNER in text_of(private)
    posted = [call.body for call in environment.slack.calls if call.method in {"chat.postMessage", "chat.update"}]
    assert len(posted) == 3
    for private_text in ("Zephyr", "Loom SIP", "retail", "PIN set", PIN):
        assert private_text not in str(posted)
    assert (known, len(asked(environment))) == (0, 2)
    assert OWNER not in log_text()


async def test_a_list_is_not_told(bot: Bot, event_id: str) -> None:
    """Condensed cards have no room for it, so Telnyx is not asked."""
    names = bot.environment.telnyx.samples.names
    message = await command(bot, " ".join([event_id, names["ported"], names["canceled"], names["authorized"]]))

    assert message.text.startswith("4 port-out ids")
    assert OWNER not in str(message)
    assert asked(bot.environment) == []


async def test_three_full_cards_say_whose_each_is(bot: Bot, event_id: str) -> None:
    """Each has its own customer."""
    names = bot.environment.telnyx.samples.names
    rows = bot.environment.telnyx.account.phone_numbers
    rows["+17135550128"] |= {"customer_reference": "Another Customer"}
    message = await command(bot, f"{event_id} {names['ported']}")

    assert LINE in text_of(message)
    assert "Whose number  Another Customer (customer reference)" in text_of(message)


UNAVAILABLE: dict[str, Fault] = {
    "refused": faults.status(403),
    "refused as if the key were wrong": faults.status(401),
    "slow": faults.slow(3),
    "garbage": faults.raw(b"<html>"),
    "no rows": faults.raw(b'{"data": null}'),
    "rows of others": faults.raw(
        b'{"data": [{"phone_number": "+13125550199", "customer_reference": "Zephyr & Loom"}]}'
    ),
    "errors with a 200": faults.raw(b'{"errors": [{"code": "10005"}]}'),
    "half an answer": faults.stalled(),
    "failing": faults.status(503),
    "away": faults.reset(),
    "busy": faults.rate_limited(retry_after=60),
    "gone": faults.status(404),
    "filter refused": faults.status(422),
}


@pytest.mark.parametrize("fault", UNAVAILABLE.values(), ids=UNAVAILABLE)
@pytest.mark.parametrize("by", ["event", "order"])
async def test_the_card_does_not_wait_for_whose_it_is(bot: Bot, event_id: str, fault: Fault, by: str) -> None:
    """It is in the acknowledgement, whole, within 2.5 s, and says nothing of what is missing."""
    bot.environment.telnyx.script.always(fault, key=PHONE_NUMBERS)

    answer = await bot.command(event_id if by == "event" else WAITING)

    text = text_of(message_of(answer))
    assert answer.elapsed < 2.5
    assert message_of(answer).text.startswith("Waiting for your answer")
    assert "rder as of" in text
    assert "Check with the customer, then authorize or reject it" in text
    assert not [word for word in ("Whose", "not known", "Zephyr", "took too long", "refused") if word in text]


async def test_a_card_that_waits_for_its_order_does_not_wait_longer(bot: Bot, event_id: str) -> None:
    """Both are late: the card is in the acknowledgement all the same."""
    for key in (WAITING, PHONE_NUMBERS):
        bot.environment.telnyx.script.always(faults.slow(3), key=key)

    answer = await bot.command(event_id)

    assert answer.elapsed < 2.5
    assert message_of(answer).text.startswith("State now not known")


async def test_a_late_answer_is_there_for_the_next_card(bot: Bot, event_id: str) -> None:
    """The call goes on after the card was sent, and its result is cached."""
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=PHONE_NUMBERS)
    first = await command(bot, event_id)
    release.set()

    second = await command(bot, event_id)

    assert "Whose" not in text_of(first)
    assert LINE in text_of(second)
    assert len(asked(bot.environment)) == 2


async def test_numbers_are_asked_for_while_the_order_is_fetched(bot: Bot, event_id: str) -> None:
    """The event names them already: the card is there after two calls in turn, not three."""
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=WAITING)
    answer = asyncio.create_task(bot.command(event_id))

    await bot.environment.telnyx.called(PHONE_NUMBERS, 2)
    release.set()

    assert LINE in text_of(message_of(await answer))


async def test_many_cards_share_the_calls(bot: Bot, event_id: str) -> None:
    """Simultaneous and later ones; *Refresh* asks again."""
    await asyncio.gather(*(bot.command(event_id, user=f"U{number}") for number in range(20)))
    await command(bot, WAITING)
    assert sorted(asked(bot.environment)) == ["13125550142", "13125550143"]

    bot.environment.telnyx.account.phone_numbers[FIRST] |= {"customer_reference": "Somebody New"}
    message = await refresh(bot, event_id)

    assert "Somebody New" in text_of(message)
    assert len(asked(bot.environment)) == 4


async def test_at_most_three_numbers_are_asked_for(bot: Bot) -> None:
    """Of 24; the line names those that it is about."""
    rows = bot.environment.telnyx.account.phone_numbers
    for number in rows:
        rows[number] |= NOTES
    message = await command(bot, bot.environment.telnyx.samples.names["ported"])
    many = await command(bot, bot.environment.telnyx.samples.names["canceled"])

    assert "Whose number  Zephyr & Loom" in text_of(message)
    assert "Whose numbers  +1 212-555-0163, +1 212-555-0164, +1 212-555-0165: Zephyr & Loom" in text_of(many)
    assert len(asked(bot.environment)) == 4


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_may_not_is_not_tried_for_every_card(
    environment: Environment, event_id: str, log_text: Callable[[], str], status: int
) -> None:
    """It is a legal set-up: nothing counts as a refused key, and the log says it once, without a warning."""
    environment.telnyx.script.always(faults.status(status), key=PHONE_NUMBERS)
    async with environment.bot() as bot:
        await command(bot, event_id)
        first = len(asked(environment))
        for name in ("ported", "canceled", "authorized"):
            await command(bot, environment.telnyx.samples.names[name])
        await refresh(bot, event_id)

    lines = [msgspec.json.decode(line) for line in log_text().splitlines() if "phone_number" in line]
    assert len(asked(environment)) == first == 2
    assert {(line["level"], line["event"], line["outcome"], line["status"]) for line in lines} == {
        ("info", "lookup.failed", "not_found", status)
    }
    assert '"refused"' not in log_text()


@pytest.mark.parametrize("fault", UNAVAILABLE.values(), ids=UNAVAILABLE)
async def test_no_number_reaches_the_log(
    environment: Environment, event_id: str, fault: Fault, log_text: Callable[[], str]
) -> None:
    """The number is what Telnyx is asked by, but no id in the log."""
    environment.telnyx.script.always(fault, key=PHONE_NUMBERS)
    async with environment.bot() as bot:
        await command(bot, event_id)

    assert "555014" not in log_text()
    assert "internal_error" not in log_text()


async def test_the_pin_of_a_number_is_told_to_nobody(
    environment: Environment, event_id: str, log_text: Callable[[], str]
) -> None:
    """Not by a card, a window or the log, though a tag has it, too."""
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        answers = [await surface(bot, event_id) for surface in PRIVATE]
        await bot.sender.event(mention(event_id))
        await bot.sender.event(alert(event_id))
        card = await command(bot, event_id)
        for button in (buttons(card)["history"], {"type": "button", "action_id": POST, "value": value(event_id)}):
            await click(bot, button)
        await environment.slack.called("views.update")
        await environment.slack.called("chat.postMessage", 3)

    told = [str(answers), str(card), *(str(call) for call in environment.slack.calls), str(environment.slack.posted)]
    assert "port-out PIN set" in str(answers)
    assert len(told) > 8
    assert not [text for text in (*told, log_text()) if PIN in text]


def value(event_id: str) -> str:
    """Return what a button about an event carries."""
    return encode(ButtonValue((event_id,)))


async def test_parts_of_a_number_are_nobody_elses_customer(bot: Bot, event_id: str) -> None:
    """Telnyx finds them by the digits; the number itself is not in the account any more."""
    rows = bot.environment.telnyx.account.phone_numbers
    for number in (FIRST, SECOND):
        row = rows.pop(number)
        for other in (f"{number}7", f"+44{number[1:]}"):
            rows[other] = row | {"id": other, "phone_number": other}

    message = await command(bot, event_id)

    assert "Whose" not in text_of(message)
    assert OWNER not in str(message)
    assert len(asked(bot.environment)) == 2
