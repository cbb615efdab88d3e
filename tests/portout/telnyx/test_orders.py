"""Orders, comments and lists of events, as Telnyx may send them."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from portout.telnyx.decoding import UndecodableError, decode_page
from portout.telnyx.events import NewComment, StatusChanged, UnknownEvent, decode_events
from portout.telnyx.orders import Order, decode_comments, decode_order
from tests.amount import examples
from tests.growth import is_linear
from tests.portout.payloads import EXAMPLES, ORDER_ID, body, order, status_changed
from tests.portout.payloads import USER_ID as OTHER_ID
from tests.portout.strategies import event_data, json_values

FIELDS = Order.__struct_fields__


def rows(data: list[Any]) -> list[Raw]:
    """Return the rows of a page of Telnyx's."""
    return decode_page(body(data)).data


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
        spid="9Z1Q",
        end_user_name="Wilhelmina Quartz",
        reason="Because.",
        foc_date="2026-11-26T16:30:00+00:00",
        requested_foc_date="2026-11-27",
        created_at="2026-11-23T10:05:00+00:00",
        inserted_at="x",
    )


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("odd", [None, 7, "", [], {}, [None, {}], True], ids=repr)
def test_one_odd_field_costs_nothing_else(field: str, odd: Any) -> None:
    """The other fields are unchanged."""
    decoded, usual = decode_order(body(order("pending") | {field: odd})), decode_order(body(order("pending")))

    assert [name for name in FIELDS if name != field and getattr(decoded, name) != getattr(usual, name)] == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"value": "ported"}, "ported"),
        ({"value": "PORTED", "details": [{"code": "x"}]}, "ported"),
        ({"value": None}, None),
        ({"value": {"value": "ported"}}, None),
        ({}, None),
        ({"name": "ported"}, None),
        ("Cancelled", "canceled"),
        ("REJECTED_PENDING", "rejected-pending"),
        ("", None),
        (None, None),
        (["ported"], None),
    ],
    ids=repr,
)
def test_a_status_in_any_form(sent: Any, status: str | None) -> None:
    """As an object with a `value`, in any case; what can't be read is no status."""
    assert decode_order(body(order(None) | {"status": sent})).status == status


@pytest.mark.parametrize(
    ("sent", "code"),
    [(1002, 1002), ("1002", 1002), (1002.0, 1002), ("x", None), (True, None), (None, None), ([], None)],
)
def test_the_code_of_a_rejection(sent: Any, code: int | None) -> None:
    """A number in any spelling."""
    assert decode_order(body(order("rejected", rejection_code=sent))).rejection_code == code


@pytest.mark.parametrize("envelope", [b'{"data": [%s]}', b"%s", b'\xef\xbb\xbf{"data": %s}'])
def test_an_order_in_another_envelope(envelope: bytes) -> None:
    """The order counts, not what is around it."""
    assert decode_order(envelope % json.dumps(order("pending")).encode()) == decode_order(body(order("pending")))


@pytest.mark.parametrize(
    "answer", [b'{"status": "ok"}', b'{"status": 404, "message": "no", "id": "x"}', b'{"id": "x"}']
)
def test_an_object_of_something_else_is_no_order(answer: bytes) -> None:
    """Without the envelope, only what has an order's own fields is one."""
    with pytest.raises(UndecodableError):
        decode_order(answer)


@pytest.mark.parametrize("answer", [b"", b"null", b"[]", b"{}", b'{"data": null}', b'{"data": 7}', b"<html>", b"\xff"])
@pytest.mark.parametrize("decode", [decode_order, decode_page])
def test_a_body_of_another_kind(decode: Any, answer: bytes) -> None:
    """A body that is something else is an error."""
    with pytest.raises(UndecodableError):
        decode(answer)


def test_a_list_has_every_event_that_can_be_decoded() -> None:
    """An item that is no event is left out; an event of an unknown type is not."""
    events = decode_events(rows([EXAMPLES["status_changed"], None, "x", {"event_type": "portout.split"}]))

    assert [type(event) for event in events] == [StatusChanged, UnknownEvent]


def test_a_comment_names_who_wrote_it() -> None:
    """A user, Telnyx's staff, or an author that Telnyx does not name."""
    comments = decode_comments(rows([{"body": "x", "user_id": "u"}, {"user_id": None}, {"body": ["odd"]}]))

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
    assert len(decode_events(rows(data))) == sum(isinstance(item, dict) for item in data)


def test_a_pin_is_struck_from_the_events_of_its_own_order() -> None:
    """And from one that may be about any order; in those of others the same digits are something else."""
    attempt = EXAMPLES["status_changed"]
    attempt = attempt | {"payload": attempt["payload"] | {"attempted_pin": "4417"}}
    comment = {"event_type": "portout.new_comment", "payload": {"comment": "They said 4417."}}
    portout_ids = (ORDER_ID, ORDER_ID.upper(), None, OTHER_ID)
    comments = [comment | {"portout_id": portout_id} for portout_id in portout_ids]

    for listed in ([attempt, *comments], [*comments, attempt]):
        events = [event for event in decode_events(rows(listed)) if isinstance(event, NewComment)]
        assert ["4417" in str(event.payload.comment) for event in events] == [False, False, False, True]


def test_the_pin_of_an_event_with_an_escaped_key_is_struck() -> None:
    """The key is the same one, however JSON spells it."""
    attempt = status_changed("rejected", rejection_reason="They said 4417.", attempted_pin="4417")
    row = Raw(json.dumps(attempt).replace("attempted_pin", "attempted\\u005fpin").encode())

    (event,) = decode_events([row])

    assert "4417" not in repr(event)
    assert isinstance(event, StatusChanged)
    assert event.payload.attempted_pin


def test_the_pin_of_an_event_without_an_order_is_struck_everywhere() -> None:
    """Its order may be any."""
    attempt = {"event_type": "portout.status_changed", "payload": {"attempted_pin": "4417"}}
    comment = {"event_type": "portout.new_comment", "portout_id": OTHER_ID, "payload": {"comment": "They said 4417."}}

    assert "4417" not in repr(decode_events(rows([attempt, comment])))


def test_a_page_of_attempts_costs_no_more_for_each() -> None:
    """The events of many orders stand on one page of the watch's list."""
    example = EXAMPLES["status_changed"]

    def decode(length: int) -> None:
        page = [
            example
            | {"portout_id": str(UUID(int=index)), "payload": {"attempted_pin": f"{index:06}", "carrier_name": "Pin 1"}}
            for index in range(length // 20)
        ]
        decode_events(rows(page))

    assert is_linear(decode)
