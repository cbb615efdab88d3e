"""A page of a list is decoded in one pass, row by row, with the same result as field by field."""

import json
from collections.abc import Sequence
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct

from portout.telnyx.decoding import decode_lenient
from portout.telnyx.events import KnownEvent, PortoutEvent, UnknownEvent, decode_events, order_named_by
from portout.telnyx.orders import Comment, Order, decode_comments, decode_orders
from portout.telnyx.pin import pin_keys, strike_pins
from tests.amount import examples
from tests.portout.payloads import EVENT_ID, EXAMPLES, ORDER_ID, Json, new_comment, order, status_changed
from tests.portout.strategies import event_data, hostile_texts, json_values

KINDS: Final[dict[Any, Any]] = {kind.__struct_config__.tag: kind for kind in get_args(KnownEvent)}
MAY_HOLD_ANYTHING: Final = "pin"  # instead of the texts of an answer: all of them are searched then

OTHER_ID: Final = "d26109e5-0605-4671-a235-d3c649cc8406"
pins: Final = st.sampled_from(["4417", 4417, 41, "44-17", "x4", ["4417"], "", None, True, 12345678901234567890123])
about: Final = st.sampled_from([ORDER_ID, ORDER_ID.upper(), ORDER_ID.replace("-", ""), OTHER_ID, None, 7, "4417"])
texts: Final = hostile_texts | st.sampled_from(["They said 4417.", "4-4-1-7", "x4", "PIN 5523", "J\xf6rg 44 17", "41"])
tries: Final = st.builds(
    lambda event, portout_id, pin, text: (
        event | {"portout_id": portout_id, "payload": event["payload"] | {"attempted_pin": pin, "carrier_name": text}}
    ),
    st.sampled_from([*EXAMPLES.values(), EXAMPLES["status_changed"] | {"event_type": "portout.split"}]),
    about,
    pins,
    texts,
)


def rows(data: list[Any]) -> list[Raw]:
    return [Raw(json.dumps(row).encode()) for row in data]


def parsed(row: Any) -> Any:
    """Return a row as it is after parsing: two halves of a character are one then."""
    return json.loads(json.dumps(row))


def field_by_field(data: Json) -> PortoutEvent:
    """Return an event as the slow pass decodes it, PINs included."""
    event_type = data.get("event_type")
    kind = KINDS.get(event_type, UnknownEvent) if isinstance(event_type, str) else UnknownEvent
    event: PortoutEvent = decode_lenient(kind, data)
    return event


def order_key(event: PortoutEvent) -> str:
    key = (order_named_by(event) or "").replace("-", "").lower()
    return key if len(key) == 32 and set(key) <= set("0123456789abcdef") else ""


def pin_of(data: Json) -> list[Any]:
    payload = data.get("payload")
    pin = payload.get("attempted_pin") if isinstance(payload, dict) else None
    return [] if pin is None else [pin]


def without_pins(data: list[Json]) -> list[PortoutEvent]:
    """Return events without the PINs of all events that may be about the same order, each compared with each."""
    decoded = [(field_by_field(row), pin_of(row)) for row in data]
    return [
        strike_pins(
            event,
            MAY_HOLD_ANYTHING,
            pin_keys(
                pin
                for other, attempted in decoded
                for pin in attempted
                if order_key(event) == order_key(other) or "" in (order_key(event), order_key(other))
            ),
        )
        for event, _ in decoded
    ]


IDS_AND_DATES: Final = frozenset(("id", "portout_id", "created_at", "inserted_at", "foc_date", "requested_foc_date"))


def texts_in(decoded: Struct) -> list[Any]:
    """Return the values of all fields but ids and dates, which are shown only if they are such, struck or not."""
    values = [getattr(decoded, name) for name in decoded.__struct_fields__ if name not in IDS_AND_DATES]
    return [type(decoded), *(texts_in(value) if isinstance(value, Struct) else value for value in values)]


def ids_in(decoded: Struct) -> list[Any]:
    values = {name: getattr(decoded, name) for name in decoded.__struct_fields__}
    return [
        *(value for name, value in values.items() if name in IDS_AND_DATES),
        *(value for part in values.values() if isinstance(part, Struct) for value in ids_in(part)),
    ]


def assert_same(decoded: Sequence[Struct], slow: Sequence[Struct], struck: Sequence[Struct]) -> None:
    """Compare rows with those that the slow pass decoded, with PINs and without."""
    assert list(map(texts_in, decoded)) == list(map(texts_in, struck))
    for row, whole, without in zip(decoded, slow, struck, strict=True):
        for value, *expected in zip(ids_in(row), ids_in(whole), ids_in(without), strict=True):
            assert value in expected


@examples(300)
@given(st.lists(event_data | tries, max_size=4))
def test_events_are_decoded_as_field_by_field(data: list[Json]) -> None:
    """Whichever of them are odd, of a type that nobody knows, or name a PIN: none is lost, and none is another."""
    received = list(map(parsed, data))

    assert_same(decode_events(rows(data)), list(map(field_by_field, received)), without_pins(received))


ORDER_FIELDS: Final = sorted(Order.__struct_fields__)
COMMENT_FIELDS: Final = sorted(Comment.__struct_fields__)
odd_values: Final = json_values | texts


@examples(200)
@given(st.lists(st.dictionaries(st.sampled_from(ORDER_FIELDS), odd_values), max_size=3))
def test_orders_are_decoded_as_field_by_field(data: list[Json]) -> None:
    """Whichever of their fields are odd."""
    slow = [decode_lenient(Order, parsed(row)) for row in data]

    assert_same(decode_orders(rows(data)), slow, [strike_pins(row, MAY_HOLD_ANYTHING) for row in slow])


@examples(200)
@given(st.lists(st.dictionaries(st.sampled_from(COMMENT_FIELDS), odd_values), max_size=3))
def test_comments_are_decoded_as_field_by_field(data: list[Json]) -> None:
    """Whichever of their fields are odd."""
    slow = [decode_lenient(Comment, parsed(row)) for row in data]

    assert_same(decode_comments(rows(data)), slow, [strike_pins(row, MAY_HOLD_ANYTHING) for row in slow])


@pytest.mark.parametrize("odd", [{"payload": []}, {"created_at": {"value": 7}}, {"event_type": None}, {"id": 1e400}])
def test_an_odd_row_changes_no_other(odd: Json) -> None:
    """The rows beside it are the same as without it, and it is listed itself, at its place."""
    page = [status_changed("pending"), new_comment("Hello."), order("pending")]
    odd_row = page[0] | odd

    decoded = decode_events(rows([page[0], odd_row, *page[1:]]))

    assert [decoded[0], *decoded[2:]] == decode_events(rows(page))
    assert decoded[1] == decode_events(rows([odd_row]))[0]


def test_a_row_that_can_not_be_parsed_costs_only_itself() -> None:
    """JSON that is none leaves its row out; half a character in a field that nobody reads does not."""
    (whole,) = rows([status_changed("rejected", attempted_pin="4417", rejection_reason="They said 4417.")])
    half = Raw(bytes(whole).replace(b'"payload"', b'"extra": "\xff", "payload"'))
    without = Raw(bytes(half).replace(b'"4417"', b"null").replace(b'"extra"', b'"attempted_pin": 1, "extra"'))

    decoded = decode_events([half, without, Raw(b'{"id": ')])

    assert [event.id for event in decoded] == [EVENT_ID, EVENT_ID]
    assert "4417" not in repr(decoded)
