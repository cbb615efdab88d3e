"""`/portout-event pending`, the list of what waits, and the buttons for its pages."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import (
    ORDERS,
    ORDERS_EARLIER,
    ORDERS_LATER,
    ORDERS_REFRESH,
    OWN_DETAILS,
    OrderListValue,
    encode,
)
from sandbox import faults
from sandbox.telnyx.orders import OVER_24_H, OVER_48_H, WAITING
from sandbox.telnyx.server import ORDERS as ORDER_LIST
from tests.conftest import Bot, Environment, message_of
from tests.handlers.button_clicks import accessories, buttons, click
from tests.oracles import assert_valid_blocks


def shown(message: object) -> str:
    """Return a message as JSON."""
    return msgspec.json.encode(message).decode()


def rows(message: Message) -> list[str]:
    """Return the order of each row, by its *Details*."""
    return [msgspec.json.decode(button.value)["ids"][0] for button in accessories(message) if button]


async def pages(bot: Bot, first: Message) -> list[Message]:
    """Return the pages of a list, by clicking *Later* on each."""
    found = [first]
    while ORDERS_LATER in buttons(found[-1]):
        reply = await (await click(bot, buttons(found[-1])[ORDERS_LATER])).reply()
        assert reply["replace_original"] is True
        found.append(msgspec.convert(reply, Message))
    return found


@pytest.mark.parametrize("typed", ["pending", " Pending "])
async def test_what_waits_is_listed_the_least_time_first(bot: Bot, typed: str) -> None:
    """A line for each, in one call, only for the person who asks."""
    message = message_of(await bot.command(typed))

    assert_valid_blocks(message)
    assert message.text.startswith("3 port-outs wait for your answer, the least time first")
    assert rows(message) == [OVER_48_H, OVER_24_H, WAITING]
    assert "+1 312-555-0142, +1 more" in shown(message)
    assert "Orchid Wireless" in shown(message)
    assert "PO_4bb39f" in shown(message)
    assert [call.query["filter[status]"] for call in bot.environment.telnyx.calls] == ["pending"]


async def test_details_of_a_row_are_the_full_card(bot: Bot) -> None:
    """In another message, so that the list stays."""
    message = message_of(await bot.command("pending"))

    answer = await (await click(bot, buttons(message)[OWN_DETAILS])).reply()

    assert answer["replace_original"] is False
    assert "Harbor Lane Bakery" in shown(answer)


async def test_three_hundred_are_paged(bot: Bot) -> None:
    """Fifteen on a page, each page a valid message in the place of the one before, and every order on one of them."""
    account = bot.environment.telnyx.account
    opened = []
    for minutes in range(297):
        account.clock.offset = timedelta(minutes=-minutes, seconds=-30)
        opened.append(account.open_order(carrier_name="<&>" * 20, spid="&&&&"))

    found = await pages(bot, message_of(await bot.command("pending")))
    back = await (await click(bot, buttons(found[-1])[ORDERS_EARLIER])).reply()

    for page in found:
        assert_valid_blocks(page)
    listed = [row for page in found for row in rows(page)]
    assert listed == [OVER_48_H, OVER_24_H, *opened[:179:-1], WAITING, *opened[179::-1]]
    assert len(found) == 20
    assert "page 19 of 20" in shown(back)
    # Two pages of Telnyx's, once: the others came from the cache.
    assert len(bot.environment.telnyx.calls) == 2


async def test_refresh_asks_again(bot: Bot) -> None:
    """Whatever is cached; an order that was answered is gone."""
    first = message_of(await bot.command("pending"))
    bot.environment.telnyx.account.change_status(OVER_24_H, "rejected-pending")

    cached = message_of(await bot.command("pending"))
    fresh = await (await click(bot, buttons(first)[ORDERS_REFRESH])).reply()

    assert rows(cached) == rows(first)
    assert rows(msgspec.convert(fresh, Message)) == [OVER_48_H, WAITING]
    assert fresh["replace_original"] is True


async def test_nothing_waits(bot: Bot) -> None:
    """Said so, with when that was."""
    bot.environment.telnyx.samples.orders.clear()

    message = message_of(await bot.command("pending"))

    assert_valid_blocks(message)
    assert message.text == "Nothing waits for your answer."
    assert "As of" in shown(message)


async def test_a_list_of_other_states_is_noticed(bot: Bot) -> None:
    """Where the filter has no effect, what does not wait is dropped."""
    bot.environment.telnyx.ignores_filters = True

    assert rows(message_of(await bot.command("pending"))) == [OVER_48_H, OVER_24_H, WAITING]


async def test_an_order_that_telnyx_lists_twice_is_one(bot: Bot) -> None:
    """On one page, in another spelling: it is counted once, and nothing is missing."""
    order = bot.environment.telnyx.samples.orders[WAITING]
    listed = msgspec.json.encode({"data": [order, order, order | {"id": WAITING.upper()}]})
    bot.environment.telnyx.script.always(faults.raw(listed), key=ORDER_LIST)

    message = message_of(await bot.command("pending"))

    assert rows(message) == [WAITING]
    assert message.text.startswith("1 port-out waits for your answer ")
    assert "Not all is here" not in shown(message)


async def test_one_that_is_left_of_a_number_is_counted_as_one(bot: Bot) -> None:
    """The button was drawn when there were more."""
    value = encode(OrderListValue(WAITING))

    reply = await (await click(bot, {"type": "button", "action_id": ORDERS, "value": value})).reply()

    assert reply["text"].startswith("1 port-out of +13125550142 ")


@pytest.mark.parametrize(
    "value",
    [
        OrderListValue(WAITING, position=10**25),
        OrderListValue(WAITING, position=-1),
        OrderListValue("00000000-8a57-4a51-9d8c-3f6e0d1e2b4a"),
    ],
)
async def test_a_place_that_no_order_has_lists_nothing(bot: Bot, value: OrderListValue) -> None:
    """The order may have lost numbers since the button was drawn; no other number's list is shown instead."""
    pressed = {"type": "button", "action_id": ORDERS, "value": encode(value)}

    reply = await (await click(bot, pressed)).reply()

    assert reply["text"].startswith("No port-out has this id")
    assert not [call for call in bot.environment.telnyx.calls if call.path.endswith(ORDER_LIST)]


@pytest.mark.parametrize("number", [0, -7, 10**9, 10**25])
async def test_a_page_that_is_not_there_is_the_nearest(bot: Bot, number: int) -> None:
    """A list may have fewer pages than when the button was drawn."""
    pressed = {"type": "button", "action_id": ORDERS_LATER, "value": encode(OrderListValue(number=number))}

    reply = await (await click(bot, pressed)).reply()

    assert reply["text"].startswith("3 port-outs wait")
    refresh = buttons(msgspec.convert(reply, Message))[ORDERS_REFRESH]
    assert msgspec.json.decode(refresh["value"]) == {}


async def test_a_failure_has_its_usual_card(bot: Bot) -> None:
    """Not a list without rows, which would look as if nothing waited."""
    bot.environment.telnyx.script.always(faults.status(401), key=ORDER_LIST)

    message = message_of(await bot.command("pending"))

    assert_valid_blocks(message)
    assert message.text.startswith("Telnyx refused our key pending.")


async def test_a_page_that_cannot_be_fetched_leaves_the_list_as_it_is(bot: Bot) -> None:
    """The person learns why, in another message."""
    first = message_of(await bot.command("pending"))
    bot.environment.telnyx.script.always(faults.status(401), key=ORDER_LIST)

    reply = await (await click(bot, buttons(first)[ORDERS_REFRESH])).reply()

    assert reply["replace_original"] is False
    assert "Telnyx refused our key" in reply["text"]


async def test_who_may_not_see_details_sees_the_list_masked(environment: Environment) -> None:
    """Numbers by their last four digits."""
    async with environment.bot(DETAIL_USERS="U0DANA") as bot:
        masked = message_of(await bot.command("pending"))
        full = message_of(await bot.command("pending", user="U0DANA"))

    assert "•••• 0142" in shown(masked)
    assert not re.search("555-?01", shown(masked))
    assert "555-0142" in shown(full)


async def test_who_sees_the_list_masked_sees_the_details_of_a_row_masked(environment: Environment) -> None:
    """The button refuses nobody who may look up: it shows the card as the command would."""
    async with environment.bot(DETAIL_USERS="U0DANA") as bot:
        message = message_of(await bot.command("pending"))
        answer = await (await click(bot, buttons(message)[OWN_DETAILS])).reply()

    assert "H. L. B." in shown(answer)
    assert "Harbor Lane" not in shown(answer)


async def test_refused_people_see_no_list(environment: Environment) -> None:
    """Neither by the command nor by a button."""
    async with environment.bot(ALLOWED_USERS="U0DANA") as bot:
        refused = message_of(await bot.command("pending"))
        listed = message_of(await bot.command("pending", user="U0DANA"))
        clicked = await (await click(bot, buttons(listed)[ORDERS_REFRESH])).reply()

    assert refused.text.startswith("Not allowed")
    assert clicked["text"].startswith("Not allowed")


@pytest.mark.parametrize(("field", "status"), [("phone_number", 404), ("support_key", 503)])
async def test_a_list_whose_order_is_not_known_any_more(bot: Bot, field: str, status: int) -> None:
    """Its number was in the order only: the failure is told."""
    bot.environment.telnyx.script.always(faults.status(status), key=WAITING)
    value: dict[str, Any] = {"order_id": WAITING, "field": field, "position": 1}
    button = {"type": "button", "action_id": ORDERS, "value": msgspec.json.encode(value).decode()}

    reply = await (await click(bot, button)).reply()

    assert reply["text"].startswith("No port-out has this id" if status == 404 else "Telnyx is failing")
