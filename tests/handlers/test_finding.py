"""Finding a port-out by what people have: its support key, a phone number, its PON. From signed requests to answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import DETAILS, ORDERS, POST, REFRESH
from sandbox import faults
from sandbox.slack.payloads import message_shortcut
from sandbox.telnyx.orders import APPROVED, WAITING
from sandbox.telnyx.server import ORDERS as ORDER_LIST
from sandbox.telnyx.server import PHONE_NUMBERS
from tests.amount import mostly_full
from tests.conftest import Bot, Environment, message_of
from tests.handlers.button_clicks import buttons, click
from tests.handlers.mentions import mention, replies
from tests.json_strings import words
from tests.oracles import assert_valid_blocks

SPELLINGS = (
    "+13125550143",
    "3125550143",
    "13125550143",
    "(312) 555-0143",
    "312.555.0143",
    "+1 312 555 0143",
    "1-312-555-0143",
    "312\u00a0555\u20110143",
    "<tel:+13125550143|312-555-0143>",
    "\uff0b1 \uff13\uff11\uff12 555 0143",
)
NAMES = ("PO_4bb39f", "po_4BB39F", "Port Out Request PO_4bb39f received", *SPELLINGS)
SHARED = "+13125550199"


def shown(message: object) -> str:
    """Return a message as JSON."""
    return msgspec.json.encode(message).decode()


def stored(message: object) -> str:
    """Return all that Slack keeps with the buttons of a message."""
    return shown([button["value"] for button in buttons(msgspec.to_builtins(message)).values() if "value" in button])


async def use_shortcut(bot: Bot, text: str) -> Message:
    """Use the shortcut on a message; return the answer that only the user sees."""
    url = bot.environment.response_url()
    message = {"type": "message", "user": "U0BOB", "ts": "1790000000.000001", "text": text}
    await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url, channel="C0DESK"))
    return msgspec.convert(await bot.environment.slack.response(url, timeout=8), Message)


def shared_orders(environment: Environment) -> dict[str, str]:
    """Open five orders for one number, a day apart, the oldest first; return their ids by status."""
    account, ids = environment.telnyx.account, {}
    for age, status in ((9, "ported"), (7, "canceled"), (5, "rejected"), (1, "pending"), (0, "authorized")):
        account.clock.offset = timedelta(days=-age)
        ids[status] = account.open_order(SHARED, subscriber_name="Wilhelmina Quartz")
        if status != "pending":
            account.change_status(ids[status], status)
    account.clock.offset = timedelta()
    return ids


@pytest.mark.parametrize("text", [*NAMES, "pon ORC-20417", "PON:ORC-20417", 'pon "ORC-20417"'])
async def test_the_command_finds_an_order(bot: Bot, text: str) -> None:
    """By its key, a number in whatever spelling, and its PON: in the acknowledgement.

    With two calls, and one for each of its numbers, to say whose it is.
    """
    message = message_of(await bot.command(text))

    assert_valid_blocks(message)
    assert WAITING in shown(message)
    assert "Wilhelmina Quartz" in shown(message)
    asked = [call.path.removeprefix("/v2/") for call in bot.environment.telnyx.calls]
    assert [path for path in asked if path != PHONE_NUMBERS] == ["portouts", "portouts/events"]
    assert len(asked) == 4
    assert "555014" not in stored(message)


@pytest.mark.parametrize("text", NAMES)
async def test_a_mention_finds_an_order(bot: Bot, text: str) -> None:
    """Masked, in the thread."""
    await bot.sender.event(mention(text))

    (reply,) = replies(bot.environment)
    assert WAITING in str(reply)
    assert "•••• 0142" in str(reply)
    assert "555" not in words(reply["blocks"])


@pytest.mark.parametrize("text", mostly_full(NAMES, NAMES[2], SPELLINGS[3], SPELLINGS[-2]))
async def test_the_shortcut_finds_an_order(bot: Bot, text: str) -> None:
    """In a message that anybody wrote: it is read as a mention is."""
    message = await use_shortcut(bot, text)

    assert WAITING in shown(message)
    assert "Wilhelmina Quartz" in shown(message)


async def test_a_pon_is_of_the_command_only(bot: Bot) -> None:
    """In a message, the words around it could be anything."""
    assert message_of(await bot.command("pon orc-20417")).text.startswith("No port-out has this PON")
    assert (await use_shortcut(bot, "pon ORC-20417")).text.startswith("No port-out id, key or number")


async def test_a_key_and_a_number_of_one_order_are_one_card(bot: Bot, names: dict[str, str]) -> None:
    """Also beside the id of one of its events."""
    by_key_and_number = message_of(await bot.command("PO_4bb39f +13125550142 3125550143"))
    with_event = message_of(await bot.command(f"{names['pending']} PO_4bb39f"))

    assert (
        shown(by_key_and_number).count(f"order `{WAITING}`") + shown(by_key_and_number).count(f"Order `{WAITING}`") == 1
    )
    assert shown(with_event).count(f"order `{WAITING}`") == 1
    assert f"Event `{names['pending']}`" in shown(with_event)


async def test_of_several_orders_the_one_that_waits_is_first(bot: Bot) -> None:
    """Then the newest; three cards, and a button that lists them all, privately, each with *Details*."""
    ids = shared_orders(bot.environment)

    message = message_of(await bot.command("312 555 0199"))
    listed = await (await click(bot, buttons(message)[ORDERS])).reply()

    places = [shown(message).find(ids[status]) for status in ("pending", "authorized", "rejected")]
    assert places == sorted(places)
    assert -1 not in places
    assert ids["canceled"] not in shown(message)
    assert f"5 port-outs of {SHARED}, 2 of them not shown here." in message.text
    assert_valid_blocks(msgspec.convert(listed, Message))
    details = [block["accessory"]["value"] for block in listed["blocks"] if "accessory" in block]
    assert [msgspec.json.decode(value)["ids"] for value in details] == [
        [ids[status]] for status in ("pending", "authorized", "rejected", "canceled", "ported")
    ]
    assert "5550199" not in stored(message) + stored(listed)


async def test_the_same_number_in_a_channel_is_masked(bot: Bot) -> None:
    """In the line that counts its orders, too."""
    shared_orders(bot.environment)

    await bot.sender.event(mention(SHARED))

    (reply,) = replies(bot.environment)
    assert "5 port-outs of •••• 0199, 2 of them not shown here." in reply["text"]
    assert "5550199" not in str(reply)


async def test_a_filter_without_effect_shows_nobody_elses_order(bot: Bot) -> None:
    """Rows with another key, other numbers or another PON are dropped, and so are rows that do not tell."""
    telnyx = bot.environment.telnyx
    telnyx.ignores_filters = True

    found = message_of(await bot.command("+13125550142"))
    key = message_of(await bot.command("PO_000000"))
    number = message_of(await bot.command("+12025550100"))
    for order in telnyx.samples.orders.values():
        order |= {"phone_numbers": None, "support_key": None, "pon": None}
    untold = [message_of(await bot.command(text)) for text in ("+12025550101", "PO_000001", "pon X-1")]

    assert WAITING in shown(found)
    assert APPROVED not in shown(found)
    assert key.text.startswith("No port-out has this key")
    assert number.text.startswith("No port-out of this number")
    assert not [
        order_id for order_id in telnyx.samples.orders for one in (key, number, *untold) if order_id in shown(one)
    ]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("(312) 555-0142", "phone_number", "+13125550142"),
        ("po_4BB39F", "support_key", "PO_4bb39f"),
        ('pon "A+B&filter[status]=pending#"', "pon", "A+B&filter[status]=pending#"),
    ],
)
async def test_what_is_searched_by_stays_one_value(bot: Bot, text: str, field: str, value: str) -> None:
    """Spelled as Telnyx does, and encoded: a plus arrives as a plus."""
    await bot.command(text)

    assert bot.environment.telnyx.calls[0].query == {f"filter[{field}]": value, "page[size]": "250"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PO_000000", "No port-out has this key PO_000000."),
        ("+1 202 555 0100", "No port-out of this number +12025550100."),
        ("pon X-1", "No port-out has this PON X-1."),
    ],
)
async def test_what_is_not_found_is_said(bot: Bot, log_text: Callable[[], str], text: str, expected: str) -> None:
    """What was looked for, as it was understood; a number and a PON are in no log."""
    message = message_of(await bot.command(text))

    assert message.text.startswith(expected)
    assert "2025550100" not in log_text()
    assert "X-1" not in log_text()
    assert buttons(message) == {}


async def test_a_thread_sees_a_number_that_was_not_found_masked(bot: Bot) -> None:
    """Everybody reads it there."""
    await bot.sender.event(mention("+1 202 555 0100"))

    (reply,) = replies(bot.environment)
    assert "No port-out of this number •••• 0100" in reply["text"]
    assert "555" not in words(reply["blocks"])


async def test_beside_others_what_is_not_found_is_named(bot: Bot) -> None:
    """In a line below the card."""
    message = message_of(await bot.command("PO_4bb39f, PO_000000 and 202-555-0100"))

    assert "No port-out of `PO_000000`, `+12025550100`" in shown(message)


async def test_a_number_of_a_failed_search_is_in_no_button_and_no_log(bot: Bot, log_text: Callable[[], str]) -> None:
    """There is no *Refresh* for it; a key has one."""
    bot.environment.telnyx.script.always(faults.status(401), key=ORDER_LIST)

    number = message_of(await bot.command("+13125550142"))
    key = message_of(await bot.command("PO_4bb39f"))

    assert number.text.startswith("Telnyx refused our key +13125550142")
    assert REFRESH not in buttons(number)
    assert "PO_4bb39f" in buttons(key)[REFRESH]["value"]
    assert POST not in buttons(key)
    assert "5550142" not in log_text()
    assert '"phone_number"' in log_text()


async def test_the_audit_names_the_orders_that_were_found(bot: Bot, log_text: Callable[[], str]) -> None:
    """Not the number that found them."""
    await bot.command("312-555-0142")

    (line,) = [line for line in map(msgspec.json.decode, log_text().splitlines()) if line["event"] == "audit.shown"]
    assert line["ids"] == [WAITING]
    assert "555" not in shown({**line, "timestamp": "", "reference": ""})


async def test_ten_are_looked_up_at_a_time(bot: Bot) -> None:
    """Ids, keys and numbers together; the answer counts the others."""
    numbers = " ".join(f"+1202555{last:04}" for last in range(100, 115))

    message = message_of(await bot.command(numbers))

    assert "5 more left out: at most 10 ids, keys and numbers at a time." in shown(message)
    assert len(bot.environment.telnyx.calls) == 10


async def test_who_may_not_see_details_finds_orders_masked(environment: Environment) -> None:
    """In private answers, too, with what they searched by."""
    async with environment.bot(DETAIL_USERS="U0DANA") as bot:
        found = message_of(await bot.command("+13125550142"))
        missing = message_of(await bot.command("+12025550100"))

    assert "•••• 0142" in shown(found)
    assert "Wilhelmina" not in shown(found)
    assert "No port-out of this number •••• 0100" in missing.text


async def test_details_of_a_found_order_are_in_full(bot: Bot) -> None:
    """The button carries the order's id."""
    await bot.sender.event(mention("PO_4bb39f"))
    (reply,) = replies(bot.environment)

    answer: dict[str, Any] = await (await click(bot, buttons(reply)[DETAILS])).reply()

    assert "Wilhelmina Quartz" in shown(answer)


async def test_a_list_that_is_read_in_part_says_so(bot: Bot) -> None:
    """The one that waits may be among the others."""
    telnyx = bot.environment.telnyx
    shared_orders(bot.environment)
    telnyx.max_page_size = 4
    telnyx.script.then(ORDER_LIST, faults.ok(), faults.status(401))

    message = message_of(await bot.command(SHARED))

    assert (
        f"4 port-outs of {SHARED}, 1 of them not shown here; there are others that could not be read." in message.text
    )


async def test_beside_an_id_or_a_key_its_numbers_show_no_older_port_out(bot: Bot) -> None:
    """A pasted event is about one port-out, however many numbers it has; what waits for one of them is shown."""
    ids = shared_orders(bot.environment)
    telnyx = bot.environment.telnyx
    events = {event.get("portout_id"): event for event in telnyx.samples.events.values()}
    pasted = msgspec.json.encode(events[ids["pending"]]).decode()
    key = telnyx.samples.orders[ids["pending"]]["support_key"]
    numbers = " ".join(f"+1202555{last:04}" for last in range(100, 120))

    by_event = message_of(await bot.command(f"{pasted} {numbers}"))
    by_key = message_of(await bot.command(f"Port Out Request {key} received for {SHARED}"))
    older = message_of(await bot.command(f"{ids['ported']} {SHARED}"))

    for message in (by_event, by_key):
        assert ids["pending"] in shown(message)
        assert not [ids[status] for status in ("authorized", "rejected", "ported") if ids[status] in shown(message)]
        assert f"5 port-outs of {SHARED}, 4 of them not shown here." in message.text
        assert "left out" not in shown(message)
    assert ids["pending"] in shown(older)
    assert ids["authorized"] not in shown(older)
