"""Hostile and odd data from Telnyx: Slack accepts every card, and no text from outside has an effect in it."""

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import RichText, RichTextQuote, Text
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.message import build_message
from portout.cards.modals.numbers import PAGE_NUMBERS
from portout.cards.modals.view import build_view
from portout.lookup.results import LookupFailure, LookupResult, LookupResults
from portout.telnyx.decoding import decode_page
from portout.telnyx.errors import NotFoundError, RateLimitedError
from portout.telnyx.events import decode_event
from portout.telnyx.orders import Order, decode_comments
from tests.amount import examples, mostly_full
from tests.oracles import assert_valid_blocks, assert_valid_view
from tests.portout.cards.builders import REFERENCE, event_case, help_case, lookup_case
from tests.portout.cards.views import home_case, kept_list
from tests.portout.cases import STATUSES
from tests.portout.payloads import (
    EVENT_ID,
    PIN,
    Json,
    body,
    event_result,
    foc_date_changed,
    history,
    new_comment,
    order,
    order_result,
    status_changed,
)
from tests.portout.strategies import event_data, hostile_texts, json_values, known_types

LONG = '"' * 5_000
# Very long ones as far as a card shows any; the others, which are only counted, take less time to read.
NUMBERS = [*[LONG] * 25, *['"' * 24] * 975]
FIELDS = (
    *("id", "portout_id", "user_id", "status", "carrier_name", "spid", "subscriber_name", "rejection_reason"),
    *("comment", "foc_date"),
)
MALFORMED = tuple(f"{number:08x}-" + "a" * 60 for number in range(10))
FAILURES = [
    LookupFailure(EVENT_ID, NotFoundError(status=404)),
    LookupFailure(EVENT_ID, RateLimitedError(status=429, retry_after=999_999_999.0)),
]
ORDER_FIELDS = Order.__struct_fields__


def assert_accepted(results: Sequence[LookupResult]) -> None:
    for audience in Audience:
        buttons = CardButtons(
            ButtonValue((EVENT_ID,) * len(results), "1795000000.000100", "1795000000.000100"),
            DEFAULT_PORTAL_URL,
            is_listed=False,
        )
        looked_up = LookupResults(tuple(results), 15, 15, MALFORMED)
        assert_valid_blocks(build_message(looked_up, REFERENCE, audience, buttons))
        assert_valid_blocks(build_message(looked_up, REFERENCE, audience))


def test_a_comment_is_only_text() -> None:
    """A comment can't mention, link, format or hide anything; its visible text is shown, up to the limit."""
    markup = "<!channel> <@U1> <http://x|y> & `code` *bold*\n> "
    tail = "and on it goes " * 330
    message = event_case(new_comment(f"{markup}\u200f\u202eabc\u202c\0def {tail}", user_id="`<@U1>`")).message
    assert_valid_blocks(message)
    (quote,) = (
        part
        for block in message.blocks
        if isinstance(block, RichText)
        for part in block.elements
        if isinstance(part, RichTextQuote)
    )
    (text,) = quote.elements

    assert isinstance(text, Text)
    assert f"{markup}abcdef {tail}".startswith(text.text.removesuffix("…"))
    assert 1_900 < len(text.text) <= 2_000
    assert text.text.endswith("…")
    assert "<" not in message.text


def test_hidden_characters_take_no_room() -> None:
    """Invisible characters don't count towards the length of a comment."""
    assert "Hello." in event_case(new_comment("\0" * 5_000 + "Hello.")).rendered


@pytest.mark.parametrize("odd", ["`", "``", " ", "` `", "\0", "`\u202e`", "<!channel>", "x" * 5_000], ids=ascii)
def test_odd_ids(odd: str) -> None:
    """Slack accepts the card when an order id, a user id or an event type is odd or empty."""
    for data in (
        new_comment("Hello.", user_id=odd) | {"portout_id": odd},
        status_changed("pending", id=odd) | {"portout_id": odd},
        status_changed("pending") | {"event_type": odd},
    ):
        assert_valid_blocks(event_case(data).message)


@pytest.mark.parametrize("kind", [*known_types, LONG], ids=[*known_types, "unknown"])
@pytest.mark.parametrize("number", mostly_full([1, 2, 3, 4, 10], 1, 4))
def test_slack_accepts_the_longest_cards(kind: str, number: int) -> None:
    """With every field very long, of characters that JSON doubles, a message is within Slack's limits."""
    payload = {**dict.fromkeys(FIELDS, LONG), "phone_numbers": NUMBERS, "attempted_pin": LONG}
    data = {
        "id": LONG,
        "portout_id": LONG,
        "event_type": kind,
        "created_at": "2026-11-23T10:05:00Z",
        "payload": payload,
    }

    assert_accepted([event_result(data)] * number)


@pytest.mark.parametrize("status", ["pending", "rejected", "authorized", "on-hold"])
@pytest.mark.parametrize("kind", ["portout.status_changed", "portout.split"])
def test_a_pin_is_not_shown(status: str, kind: str) -> None:
    """A card shows that a PIN was attempted; the PIN is on no card, in no notification and in no result."""
    case = lookup_case(event_result(status_changed(status, attempted_pin=PIN) | {"event_type": kind}))

    assert ("PIN" in case.rendered) is True
    assert PIN.strip("0") not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(200)
@given(event_data, st.from_regex(r"\A[0-9]{4}-pin-[0-9]{4}\Z"))
def test_a_pin_is_not_shown_on_any_card(data: Json, pin: str) -> None:
    """A PIN is not shown, whatever else Telnyx sends."""
    payload = data["payload"] if isinstance(data["payload"], dict) else {}
    case = lookup_case(event_result(data | {"payload": payload | {"attempted_pin": pin}}))

    assert pin not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(300)
@given(event_data)
def test_slack_accepts_any_card(data: Json) -> None:
    """Slack accepts the card of any event, in private and in a channel."""
    assert_accepted([event_result(data)])


_results = event_data.map(event_result) | st.sampled_from(FAILURES)


@examples(100)
@given(st.lists(_results, min_size=3, max_size=3))
def test_slack_accepts_any_three_cards(results: list[LookupResult]) -> None:
    """Slack accepts three cards of any events, full or condensed."""
    assert_accepted(results)


@examples(60)
@given(st.lists(_results, min_size=1, max_size=4))
def test_slack_accepts_any_ten_cards(results: list[LookupResult]) -> None:
    """Slack accepts ten cards of any events."""
    assert_accepted(list(itertools.islice(itertools.cycle(results), 10)))


@pytest.mark.parametrize("number", [">", "> 1", "@here", "<!channel>", "tel://1", ":tada:"])
def test_a_number_is_only_text_on_a_condensed_card(number: str) -> None:
    """Also at the beginning of a line, where Slack would make a quotation of it."""
    assert_accepted([event_result(status_changed("pending", phone_numbers=[number]))] * 4)


@examples(200)
@given(hostile_texts)
def test_help_repeats_anything_safely(typed: str) -> None:
    """Slack accepts the help, whatever was typed."""
    assert_valid_blocks(help_case(typed).message)


@pytest.mark.parametrize("number", mostly_full([1, 2, 3, 4, 10], 4))
@pytest.mark.parametrize("status", mostly_full([*STATUSES, LONG], LONG))
def test_slack_accepts_the_longest_orders(status: str, number: int) -> None:
    """With every field of an order very long, the cards of an event and of an order are within Slack's limits."""
    data = dict.fromkeys(ORDER_FIELDS, LONG) | {"status": status, "phone_numbers": NUMBERS}
    result = order_result(data, *[status_changed(LONG), new_comment(LONG, user_id=LONG), foc_date_changed(LONG)] * 5)

    assert_accepted([result] * number)
    assert_accepted([event_result(new_comment(LONG), order=data)] * number)


_orders = st.dictionaries(st.sampled_from(ORDER_FIELDS), hostile_texts | json_values)


@examples(200)
@given(event_data, _orders)
def test_slack_accepts_any_card_with_any_order(data: Json, order: Json) -> None:
    """Slack accepts the card of an event and the card of its order, whatever fields the order has."""
    assert_accepted([event_result(data, order=order)])
    assert_accepted([order_result(order, data)])


@pytest.mark.parametrize("count", mostly_full([3, 20, 21, 200, 1_000, 5_000], 3, 20, 21, 200, 1_000))
def test_slack_accepts_the_longest_numbers(count: int) -> None:
    """The only card of a message, and every page of its numbers, where JSON doubles each character of a number."""
    result = event_result(status_changed("pending", phone_numbers=['"' * 24] * count), order=order("pending"))

    assert_accepted([result])
    for audience in Audience:
        for number in range(1, 2 + count // PAGE_NUMBERS):
            assert_valid_view(msgspec.json.decode(msgspec.json.encode(build_view(result, number, audience, REFERENCE))))


@examples(100)
@given(event_data, _orders)
def test_slack_accepts_any_numbers(data: Json, order: Json) -> None:
    """Slack accepts the modal with the numbers of any event or order, in private and in a channel."""
    results: list[LookupResult] = [event_result(data, order=order), order_result(order, data), *FAILURES]
    for result in results:
        for audience in Audience:
            assert_valid_view(msgspec.json.decode(msgspec.json.encode(build_view(result, 1, audience, REFERENCE))))


@pytest.mark.parametrize("status", mostly_full(["pending", "authorized", LONG], "pending"))
def test_slack_accepts_the_longest_home_tab(status: str) -> None:
    """With every field of every order very long, a full page of both lists is within Slack's limits."""
    data = dict.fromkeys(ORDER_FIELDS, LONG) | {"status": status, "phone_numbers": NUMBERS[:100]}
    many = kept_list(*[data] * 45, error=FAILURES[1].error, has_all=False)
    for is_masked in (True, False):
        assert_valid_view(
            msgspec.json.decode(msgspec.json.encode(home_case(many, many, is_masked=is_masked, number=2)))
        )


@examples(100)
@given(st.lists(_orders, max_size=3), _orders)
def test_slack_accepts_any_home_tab(waiting: list[Json], leaving: Json) -> None:
    """Whatever fields its orders have, masked and in full."""
    for is_masked in (True, False):
        view = home_case(kept_list(*waiting), kept_list(leaving), is_masked=is_masked)
        assert_valid_view(msgspec.json.decode(msgspec.json.encode(view)))


@examples(100)
@given(st.lists(event_data, max_size=3), st.lists(json_values, max_size=3), _orders, hostile_texts)
def test_slack_accepts_any_history(events: list[Json], comments: list[Any], order: Json, text: str) -> None:
    """Slack accepts the modal of any history, in private and in a channel."""
    decoded = decode_comments(
        decode_page(body([*comments, order, {"body": text, "user_id": text, "created_at": text}])).data
    )
    whole = history(*(decode_event(body(data)) for data in events), *decoded, order=order)
    for audience in Audience:
        assert_valid_view(msgspec.json.decode(msgspec.json.encode(build_view(whole, 1, audience, REFERENCE))))
