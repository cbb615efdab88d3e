"""Whatever Telnyx, or somebody through Telnyx, sends: Slack takes the card, and nothing gets loose in it."""

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
from portout.cards.history_modal import history_view
from portout.cards.message import build_message
from portout.lookup.identifiers import ExtractedIds
from portout.lookup.results import History, LookupFailure, LookupResult
from portout.telnyx.errors import NotFoundError, RateLimitedError
from portout.telnyx.events import decode_event
from portout.telnyx.orders import Order, decode_comments
from tests.oracles import assert_valid_blocks, assert_valid_view
from tests.portout.cases import IDS, PORTAL_URL, REFERENCE, STATUSES, answered, event, helped
from tests.portout.payloads import (
    EVENT_ID,
    ORDER_ID,
    PIN,
    Json,
    body,
    foc_date_changed,
    found,
    found_order,
    new_comment,
    status_changed,
)
from tests.portout.strategies import event_data, examples, hostile_texts, json_values, known_types

LONG = '"' * 5_000
FIELDS = (
    *("id", "portout_id", "user_id", "status", "carrier_name", "spid", "subscriber_name", "rejection_reason"),
    *("comment", "foc_date"),
)
MANY = ExtractedIds(IDS[:1] * 10, 15, tuple(f"{number:08x}-" + "a" * 60 for number in range(10)))
FAILURES = [
    LookupFailure(EVENT_ID, NotFoundError(status=404)),
    LookupFailure(EVENT_ID, RateLimitedError(status=429, retry_after=999_999_999.0)),
]


ORDER_FIELDS = Order.__struct_fields__


def assert_taken(results: Sequence[LookupResult]) -> None:
    for audience in Audience:
        controls = CardButtons(
            ButtonValue((EVENT_ID,) * len(results), "1795000000.000100", "1795000000.000100"),
            PORTAL_URL,
            is_listed=False,
        )
        assert_valid_blocks(build_message(results, MANY, REFERENCE, audience, controls))
        assert_valid_blocks(build_message(results, MANY, REFERENCE, audience))


def test_a_comment_is_only_text() -> None:
    """A comment can't mention, link, format or hide; what is visible of it is shown, up to the cut."""
    markup = "<!channel> <@U1> <http://x|y> & `code` *bold*\n> "
    tail = "and on it goes " * 330
    message = event(new_comment(f"{markup}\u200f\u202eabc\u202c\0def {tail}", user_id="`<@U1>`")).message
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
    """Characters that are not shown don't count against a comment's length."""
    assert "Hello." in event(new_comment("\0" * 5_000 + "Hello.")).reading


@pytest.mark.parametrize("odd", ["`", "``", " ", "` `", "\0", "`\u202e`", "<!channel>", "x" * 5_000], ids=ascii)
def test_odd_ids(odd: str) -> None:
    """An order, author or event type that is no id, or nothing, does not spoil the card."""
    for data in (
        new_comment("Hello.", user_id=odd) | {"portout_id": odd},
        status_changed("pending", id=odd) | {"portout_id": odd},
        status_changed("pending") | {"event_type": odd},
    ):
        assert_valid_blocks(event(data).message)


@pytest.mark.parametrize("kind", [*known_types, LONG], ids=[*known_types, "unknown"])
@pytest.mark.parametrize("number", [1, 2, 3, 10])
def test_slack_takes_the_longest_cards(kind: str, number: int) -> None:
    """With every field as long as can be, of characters that count twice, a message is still short enough."""
    payload = {**dict.fromkeys(FIELDS, LONG), "phone_numbers": [LONG] * 1_000, "attempted_pin": LONG}
    data = {
        "id": LONG,
        "portout_id": LONG,
        "event_type": kind,
        "created_at": "2026-11-23T10:05:00Z",
        "payload": payload,
    }

    assert_taken([found(data)] * number)


@pytest.mark.parametrize("status", ["pending", "rejected", "authorized", "on-hold"])
@pytest.mark.parametrize("kind", ["portout.status_changed", "portout.split"])
def test_a_pin_is_nowhere(status: str, kind: str) -> None:
    """That a PIN was tried is told; the PIN is on no card, in no notification and in no finding."""
    case = answered(found(status_changed(status, attempted_pin=PIN) | {"event_type": kind}))

    assert ("PIN" in case.reading) is True
    assert PIN.strip("0") not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(200)
@given(event_data, st.from_regex(r"\A[0-9]{4}-pin-[0-9]{4}\Z"))
def test_a_pin_is_nowhere_in_any_card(data: Json, pin: str) -> None:
    """Whatever else Telnyx sends, a PIN is not shown."""
    payload = data["payload"] if isinstance(data["payload"], dict) else {}
    case = answered(found(data | {"payload": payload | {"attempted_pin": pin}}))

    assert pin not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(300)
@given(event_data)
def test_slack_takes_any_card(data: Json) -> None:
    """Whatever Telnyx sends, Slack takes the card."""
    assert_taken([found(data)])


_findings = event_data.map(found) | st.sampled_from(FAILURES)


@examples(100)
@given(st.lists(_findings, min_size=3, max_size=3))
def test_slack_takes_any_three_cards(results: list[LookupResult]) -> None:
    """Three cards of whatever Telnyx sends, in full or condensed, are taken."""
    assert_taken(results)


@examples(60)
@given(st.lists(_findings, min_size=1, max_size=4))
def test_slack_takes_any_ten_cards(results: list[LookupResult]) -> None:
    """Ten cards of whatever Telnyx sends are taken."""
    assert_taken(list(itertools.islice(itertools.cycle(results), 10)))


@examples(200)
@given(hostile_texts)
def test_help_repeats_anything_safely(typed: str) -> None:
    """Whatever was typed, the help that repeats it is taken."""
    assert_valid_blocks(helped(typed).message)


@pytest.mark.parametrize("number", [1, 2, 3, 10])
@pytest.mark.parametrize("status", [*STATUSES, LONG])
def test_slack_takes_the_longest_orders(status: str, number: int) -> None:
    """Of an event's order and of an order itself, every field as long as can be."""
    data = dict.fromkeys(ORDER_FIELDS, LONG) | {"status": status, "phone_numbers": [LONG] * 1_000}
    long = found_order(data, *[status_changed(LONG), new_comment(LONG, user_id=LONG), foc_date_changed(LONG)] * 5)

    assert_taken([long] * number)
    assert_taken([found(new_comment(LONG), now=data)] * number)


_orders = st.dictionaries(st.sampled_from(ORDER_FIELDS), hostile_texts | json_values)


@examples(200)
@given(event_data, _orders)
def test_slack_takes_any_card_with_any_order(data: Json, now: Json) -> None:
    """Whatever Telnyx says of the order, Slack takes the card of the event and that of the order."""
    assert_taken([found(data, now=now)])
    assert_taken([found_order(now, data)])


@examples(100)
@given(st.lists(event_data, max_size=3), st.lists(json_values, max_size=3), _orders, hostile_texts)
def test_slack_takes_any_history(events: list[Json], comments: list[Any], order: Json, text: str) -> None:
    """Whatever happened to an order, Slack takes the window."""
    written = decode_comments(body([*comments, order, {"body": text, "user_id": text, "created_at": text}]))
    history = History(ORDER_ID, (*(decode_event(body(one)) for one in events), *written), {})
    for audience in Audience:
        assert_valid_view(msgspec.json.decode(msgspec.json.encode(history_view(history, 1, audience, REFERENCE))))
