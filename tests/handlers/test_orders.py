"""The order of an event, and ids of orders."""

import asyncio
import random
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.faults import Fault
from sandbox.telnyx.comments import STAFF_COMMENT_ID
from sandbox.telnyx.orders import APPROVED, OBJECTED, WAITING
from sandbox.telnyx.server import LIST
from tests.conftest import UNKNOWN_ID, Bot, message_of
from tests.handlers.button_clicks import buttons, click, labels
from tests.oracles import assert_valid_blocks


def shown(value: Any) -> str:
    """Return a message as JSON."""
    return msgspec.json.encode(value).decode()


async def ask(bot: Bot, text: str) -> Message:
    """Look up ids with the command; return the message, which Slack would accept."""
    message = message_of(await bot.command(text))
    assert_valid_blocks(message)
    return message


async def test_the_current_status_of_the_order_comes_first(bot: Bot) -> None:
    """Pending at the event, authorized since: a user who comes late must not miss it."""
    message = await ask(bot, bot.environment.telnyx.samples.names["pending, authorized since"])

    assert message.text.startswith("Authorized · was pending at the event · 5 numbers to Marrowdale Telecom")
    for fact in ("PO_7cc585", "MRD-77120", "(in about 3 days)", "order as of"):
        assert fact in shown(message)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "new comment",
            ["Quillfeather Mobile", "rejected-pending", "new comment", "+1 206-555-0177", "PO_e25764"],
        ),
        (
            "FOC date changed",
            ["5 numbers to ", "Marrowdale Telecom", "+1 415-555-0110, ", "+1 415-555-0114", "Authorized"],
        ),
    ],
)
async def test_the_order_has_what_the_event_lacks(bot: Bot, name: str, facts: list[str]) -> None:
    """Comments and FOC dates come without numbers and carrier: a person needs them to decide."""
    message = await ask(bot, bot.environment.telnyx.samples.names[name])

    assert [fact for fact in facts if fact not in shown(message)] == []


FAILING: dict[str, tuple[Fault, str]] = {
    "down": (faults.status(503), "Telnyx is failing"),
    "unreachable": (faults.reset(), "Telnyx is failing"),
    "slow": (faults.slow(3), "Telnyx took too long"),
    "garbage": (faults.raw(b"<html>"), "could not be read"),
    "refused": (faults.status(403), "Telnyx refused our key"),
    "busy": (faults.rate_limited(retry_after=60), "asked us to slow down"),
    "gone": (faults.status(404), "Telnyx has it no more"),
}


@pytest.mark.parametrize(("fault", "reason"), FAILING.values(), ids=FAILING)
async def test_the_card_does_not_wait_for_the_order(bot: Bot, fault: Fault, reason: str) -> None:
    """The card is in the acknowledgement, within 2.5 s, and names why the order's status is not known."""
    bot.environment.telnyx.script.always(fault, key=WAITING)

    answer = await bot.command(bot.environment.telnyx.samples.names["pending"])

    message = message_of(answer)
    assert_valid_blocks(message)
    assert answer.elapsed < 2.5
    assert message.text.startswith("State now not known · was pending at the event")
    assert "Order now  " in shown(message)
    assert "not known: " in shown(message)
    assert reason in shown(message)


@pytest.mark.parametrize("status", [None, "", " ", {}, {"name": "ported"}, ["ported"]], ids=repr)
async def test_an_order_without_a_readable_status_is_not_known(bot: Bot, status: Any) -> None:
    """The event's status is an old one: it is never shown as the order's now."""
    bot.environment.telnyx.samples.orders[WAITING]["status"] = status

    message = await ask(bot, bot.environment.telnyx.samples.names["pending"])

    assert message.text.startswith("State now not known · was pending at the event")
    assert "Waiting for your answer" not in shown(message)
    assert "not known: Telnyx sent no status that can be read" in shown(message)


@pytest.mark.parametrize("status", [{"value": "ported"}, "PORTED", "Ported "], ids=repr)
async def test_an_odd_status_of_an_order_is_read(bot: Bot, status: Any) -> None:
    """In an object, as Telnyx's port-in orders have it, or in another case."""
    bot.environment.telnyx.samples.orders[WAITING]["status"] = status

    message = await ask(bot, bot.environment.telnyx.samples.names["pending"])

    assert message.text.startswith("Ported · was pending at the event")


async def test_an_unknown_type_finds_its_order_in_its_payload(bot: Bot) -> None:
    """Its payload's id is the order's, or something else's, which is then not shown as an order."""
    event = bot.environment.telnyx.samples.events[bot.environment.telnyx.samples.names["unknown type"]]
    event["portout_id"] = None
    event["payload"] = {"id": WAITING}
    first = await ask(bot, event["id"])

    event["payload"] = {"id": STAFF_COMMENT_ID}
    second = msgspec.convert(await (await click(bot, buttons(first)["refresh"])).reply(), Message)

    assert "PO_4bb39f" in shown(first)
    assert STAFF_COMMENT_ID not in shown(second)
    assert "the event names no order" in shown(second)


async def test_the_last_events_of_all_pages_are_shown(bot: Bot) -> None:
    """Telnyx's order of events is not documented: the newest may be on the last page."""
    events = bot.environment.telnyx.samples.events
    template = events[bot.environment.telnyx.samples.names["pending, authorized since"]]
    for index in range(30):
        events[f"e{index}"] = template | {"id": f"e{index}", "created_at": f"2020-01-01T00:00:{index:02}Z"}
    bot.environment.telnyx.max_page_size = 1
    cut = await ask(bot, APPROVED)
    bot.environment.telnyx.max_page_size = 10
    whole = msgspec.convert(await (await click(bot, buttons(cut)["refresh"])).reply(), Message)

    assert "Not all events could be read" in shown(cut)
    assert "Not all events could be read" not in shown(whole)
    assert "+28 earlier" in shown(whole)


async def test_a_late_event_still_gets_its_order(bot: Bot) -> None:
    """When the answer is late anyway, the look-up waits two seconds more for the order."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    bot.environment.telnyx.script.always(faults.slow(2.1), key=event_id)
    url = bot.environment.response_url()

    await bot.command(event_id, response_url=url)
    late = await bot.environment.slack.response(url)

    assert "order as of" in shown(late)


async def test_an_order_that_answers_late_is_cached_for_the_next_look_up(bot: Bot) -> None:
    """The call goes on after the card was sent, and its result is cached."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=WAITING)
    first = await ask(bot, event_id)
    release.set()
    bot.environment.telnyx.script.reset()

    second = await ask(bot, event_id)

    assert "Telnyx took too long" in shown(first)
    assert "order as of" in shown(second)


async def test_an_order_id_gets_the_card_of_the_order(bot: Bot) -> None:
    """Its status, the carrier, the FOC date, and its last events, newest first."""
    message = await ask(bot, APPROVED)

    text = shown(message)
    newest_first = ["Last events", "FOC date moved", "status ", "authorized", "pending"]
    start = text.index("Last events")
    assert message.text.startswith("Authorized · 5 numbers to Marrowdale Telecom (SPID 8Y2R)")
    assert f"Order `{APPROVED}`" in text
    positions = [text.index(fact, start) for fact in newest_first]
    assert positions == sorted(positions)


async def test_ids_of_every_kind_give_the_cards_of_port_outs_and_a_count_of_the_rest(bot: Bot) -> None:
    """The ids of an order and an event have their cards; a comment's and a random one are counted."""
    event_id = bot.environment.telnyx.samples.names["ported"]

    message = await ask(bot, f"{OBJECTED} {event_id} {STAFF_COMMENT_ID} {UNKNOWN_ID}")

    lines = message.text.splitlines()
    assert [line.partition(" ·")[0] for line in lines] == ["Rejection under review (rejected-pending)", "Ported"]
    assert "2 other ids belong to no port-out of this Telnyx account." in shown(message)
    assert STAFF_COMMENT_ID not in shown(message)


@pytest.mark.parametrize("order", range(12))
async def test_an_event_beside_its_order_and_foreign_ids_is_one_card(bot: Bot, order: int) -> None:
    """In any order, with and without labels: the look-up tells what each id is."""
    event_id, order_id = bot.environment.telnyx.samples.names["pending"], WAITING
    ids = [f"event {event_id}", f"order_id={order_id}", f"user {STAFF_COMMENT_ID}", f"trace {UNKNOWN_ID}"]
    random.Random(order).shuffle(ids)
    if order % 2:
        ids = [one.replace("=", " ").split()[-1] for one in ids]

    message = await ask(bot, ", ".join(ids))

    assert message.text.startswith("Waiting for your answer")
    assert len(message.text.splitlines()) == 1
    assert f"No port-out has this id {UNKNOWN_ID}" not in shown(message)


async def test_the_calls_for_a_message_are_bounded(bot: Bot) -> None:
    """Two hundred ids cost what ten do: at most three calls each."""
    await ask(bot, " ".join(f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(200)))

    assert len(bot.environment.telnyx.calls) == 30


async def test_an_unknown_id_is_explained(bot: Bot) -> None:
    """It is neither an event nor an order; the text says what else it may be, and where the right id is found."""
    message = await ask(bot, STAFF_COMMENT_ID)

    assert message.text.startswith(f"No port-out has this id {STAFF_COMMENT_ID}. That does not mean that there is none")
    assert "a comment's or a user's id looks the same" in message.text
    assert "portout_id" in message.text


async def test_a_random_id_costs_three_calls_once(bot: Bot) -> None:
    """The second look-up costs none: the result is cached."""
    await ask(bot, UNKNOWN_ID)
    calls = {(call.path, call.query.get("filter[portout_id]")) for call in bot.environment.telnyx.calls}
    await ask(bot, UNKNOWN_ID)

    assert calls == {
        ("/v2/portouts/events", UNKNOWN_ID),
        (f"/v2/portouts/{UNKNOWN_ID}", None),
        (f"/v2/portouts/events/{UNKNOWN_ID}", None),
    }
    assert len(bot.environment.telnyx.calls) == 3


@pytest.mark.parametrize(
    ("key", "expected"),
    [(LIST, ["Authorized", "Events  ", "not known: Telnyx is failing"]), ("", ["No port-out has this id"])],
    ids=["its events fail", "Telnyx doesn't know it"],
)
async def test_half_an_order_is_shown(bot: Bot, key: str, expected: list[str]) -> None:
    """The result of one of the two calls is shown, and why the other failed."""
    bot.environment.telnyx.script.always(faults.status(500), key=key or LIST)

    message = await ask(bot, APPROVED if key else UNKNOWN_ID)

    assert [fact for fact in expected if fact not in shown(message)] == []


async def test_an_order_known_by_its_events_alone_is_shown(bot: Bot) -> None:
    """The call for the order fails; the call for its events does not."""
    # The first call with this id asks for an event.
    bot.environment.telnyx.script.then(APPROVED, faults.status(404), *[faults.status(500)] * 3)

    message = await ask(bot, APPROVED)

    assert message.text.startswith("State now not known · was authorized at its last event")
    assert "Last events" in shown(message)


async def test_an_order_that_cannot_be_fetched_at_all_is_a_failure(bot: Bot) -> None:
    """It is not shown as an unknown id: Telnyx did not answer that there is no such order."""
    bot.environment.telnyx.script.then(APPROVED, faults.status(404), *[faults.status(500)] * 3)
    bot.environment.telnyx.script.always(faults.status(500), key=LIST)

    message = await ask(bot, APPROVED)

    assert message.text.startswith(f"Telnyx is failing {APPROVED}")


async def test_an_event_covers_its_order(bot: Bot) -> None:
    """Telnyx's own JSON names both: one card, and no call for the order as if it were another port-out."""
    event_id = bot.environment.telnyx.samples.names["pending"]

    message = await ask(bot, f'{{"data": {{"id": "{event_id}", "event_type": "x", "payload": {{"id": "{WAITING}"}}}}}}')

    assert message.text.startswith("Waiting for your answer")
    assert sorted(call.path.rpartition("/v2")[2] for call in bot.environment.telnyx.calls) == [
        *("/phone_numbers",) * 2,
        f"/portouts/events/{event_id}",
        f"/portouts/{WAITING}",
    ]


async def test_a_refreshed_event_still_covers_its_order(bot: Bot) -> None:
    """After *Refresh* there is still one card."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    message = await ask(bot, f"event {event_id} of order {WAITING}")

    answer = await (await click(bot, buttons(message)["refresh"])).reply()

    assert labels(msgspec.convert(answer, Message)) == labels(message)
    assert "port-out ids" not in answer["text"]


async def test_an_order_id_that_is_no_uuid_is_not_requested(bot: Bot) -> None:
    """An order id from Telnyx becomes part of a URL only if it is a UUID."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    bot.environment.telnyx.samples.events[event_id]["portout_id"] = "../events/x?y"

    message = await ask(bot, event_id)

    assert message.text.startswith("State now not known · was pending at the event")
    calls = [call.path for call in bot.environment.telnyx.calls if "portouts" in call.path]
    assert calls == [f"/v2/portouts/events/{event_id}"]
