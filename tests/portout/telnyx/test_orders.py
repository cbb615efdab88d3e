"""Orders, comments and lists of events, as Telnyx may send them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from telnyx.types import PortoutDetails
from telnyx.types.portouts import comment_list_response

from portout.telnyx.decoding import UndecodableError
from portout.telnyx.events import StatusChanged, UnknownEvent, decode_events
from portout.telnyx.orders import Comment, Order, decode_comments, decode_order
from tests.portout.payloads import EXAMPLES, ORDER_ID, body, order
from tests.portout.strategies import event_data, examples, json_values

FIELDS = Order.__struct_fields__


def test_an_order_is_decoded() -> None:
    """Every field comes from Telnyx's field of the same name."""
    decoded = decode_order(body(order("pending", reason="Because.", requested_foc_date="2026-11-27", inserted_at="x")))

    assert decoded == Order(
        id=ORDER_ID,
        status="pending",
        support_key="PO_5a31f0",
        pon="ORC-20417",
        phone_numbers=["+13125550147", "+13125550148"],
        carrier_name="Orchid Wireless",
        spid="073H",
        end_user_name="Wilhelmina Quartz",
        reason="Because.",
        foc_date="2026-11-26T16:30:00+00:00",
        requested_foc_date="2026-11-27",
        created_at="2026-11-23T10:05:00+00:00",
        inserted_at="x",
    )


def test_the_fields_are_telnyxs_own() -> None:
    """The official SDK has the same fields."""
    assert set(FIELDS) <= set(PortoutDetails.model_fields)
    assert set(Comment.__struct_fields__) <= set(vars(comment_list_response)["PortoutComment"].model_fields)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("odd", [None, 7, "", [], {}, [None, {}], True], ids=repr)
def test_one_odd_field_costs_nothing_else(field: str, odd: Any) -> None:
    """The other fields are unchanged."""
    decoded, usual = decode_order(body(order("pending") | {field: odd})), decode_order(body(order("pending")))

    assert [name for name in FIELDS if name != field and getattr(decoded, name) != getattr(usual, name)] == []


@pytest.mark.parametrize("answer", [b"", b"null", b"[]", b"{}", b'{"data": null}', b'{"data": 7}', b"<html>", b"\xff"])
@pytest.mark.parametrize("decode", [decode_order, decode_comments, decode_events])
def test_a_body_of_another_kind(decode: Any, answer: bytes) -> None:
    """A body that is something else is an error."""
    with pytest.raises(UndecodableError):
        decode(answer)


def test_a_list_has_every_event_that_can_be_decoded() -> None:
    """An item that is no event is left out; an event of an unknown type is not."""
    events = decode_events(body([EXAMPLES["status_changed"], None, "x", {"event_type": "portout.split"}]))

    assert [type(event) for event in events] == [StatusChanged, UnknownEvent]


def test_a_comment_names_who_wrote_it() -> None:
    """A user, Telnyx's staff, or an author that Telnyx does not name."""
    comments = decode_comments(body([{"body": "x", "user_id": "u"}, {"user_id": None}, {"body": ["odd"]}]))

    assert [comment.user_id for comment in comments] == ["u", None, UNSET]
    assert [comment.body for comment in comments] == ["x", None, None]


@examples(200)
@given(st.one_of(st.dictionaries(st.sampled_from(FIELDS), json_values), json_values))
def test_any_order_is_decoded_or_refused(data: Any) -> None:
    """Whatever Telnyx sends, the result is an order or an `UndecodableError`."""
    try:
        decoded = decode_order(json.dumps({"data": data}).encode())
    except UndecodableError:
        assert not isinstance(data, dict)
    else:
        assert isinstance(decoded, Order)


@examples(100)
@given(st.lists(event_data | json_values, max_size=4))
def test_any_list_is_decoded(data: list[Any]) -> None:
    """It has as many events as there are objects."""
    assert len(decode_events(body(data))) == sum(isinstance(item, dict) for item in data)
