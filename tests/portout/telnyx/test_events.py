"""Decoding of port-out events: Telnyx promises little, and one odd field never costs the whole event."""

import copy
import json
import traceback
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from portout.telnyx.decoding import UndecodableError
from portout.telnyx.events import (
    CommentPayload,
    FocDateChanged,
    FocDatePayload,
    KnownEvent,
    NewComment,
    PortoutEvent,
    StatusChanged,
    StatusPayload,
    UnknownEvent,
    UnknownPayload,
    decode_event,
)
from portout.telnyx.pin import PinAttempt
from tests.amount import examples
from tests.portout.payloads import (
    EVENT_ID,
    EXAMPLES,
    ORDER_ID,
    PIN,
    USER_ID,
    Json,
    body,
    new_comment,
    other,
    status_changed,
)
from tests.portout.strategies import event_data, json_values

CREATED = "2021-03-19T10:07:15.527000Z"
DECODED: dict[str, PortoutEvent] = {
    "status_changed": StatusChanged(
        id=EVENT_ID,
        portout_id=ORDER_ID,
        created_at=CREATED,
        payload=StatusPayload(
            id="96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            status="authorized",
            phone_numbers=["+35312345678"],
            carrier_name="Testing Carrier",
            spid="987H",
            subscriber_name="John Doe",
            rejection_reason=None,
            attempted_pin=PinAttempt("1234"),
        ),
    ),
    "new_comment": NewComment(
        id=EVENT_ID,
        portout_id=ORDER_ID,
        created_at=CREATED,
        payload=CommentPayload(
            id="96dfa9e4-c753-4fd3-97cd-42d66f26cf0c",
            portout_id="d26109e5-0605-4671-a235-d3c649cc8406",
            user_id=USER_ID,
            comment="This is a comment.",
        ),
    ),
    "foc_date_changed": FocDateChanged(
        id=EVENT_ID,
        portout_id=ORDER_ID,
        created_at=CREATED,
        payload=FocDatePayload(id="96dfa9e4-c753-4fd3-97cd-42d66f26cf0c", foc_date="2021-03-19T10:07:15.527Z"),
    ),
}
FIELDS = [
    (name, path)
    for name, example in EXAMPLES.items()
    for path in [(key,) for key in example] + [("payload", key) for key in example["payload"]]
]
every_field = pytest.mark.parametrize(("name", "path"), FIELDS, ids=[".".join((name, *path)) for name, path in FIELDS])


def repr_cut(value: object) -> str:
    return repr(value)[:40]


def leaves(event: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the fields of an event with their path in Telnyx's JSON."""
    for field in msgspec.structs.fields(event):
        value = getattr(event, field.name)
        field_path = (*path, field.encode_name)
        if isinstance(value, msgspec.Struct):
            yield from leaves(value, *field_path)
        else:
            yield field_path, value


def replaced(data: Json, path: tuple[str, ...], value: Any) -> Json:
    data = copy.deepcopy(data)
    place = data["payload"] if len(path) > 1 else data
    place[path[-1]] = value
    return data


def removed(data: Json, path: tuple[str, ...]) -> Json:
    data = copy.deepcopy(data)
    place = data["payload"] if len(path) > 1 else data
    del place[path[-1]]
    return data


def assert_same_but(path: tuple[str, ...], name: str, event: PortoutEvent) -> None:
    """Compare all fields but the one at `path` with the example's."""
    if path == ("event_type",):
        # An event of another type has other fields, but for these.
        assert (event.id, event.portout_id, event.created_at) == (EVENT_ID, ORDER_ID, CREATED)
        return
    expected = {key: value for key, value in leaves(DECODED[name]) if key[: len(path)] != path}
    actual = {key: value for key, value in leaves(event) if key[: len(path)] != path}

    assert type(event) is type(DECODED[name])
    assert expected == actual


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documented_examples(name: str) -> None:
    """The examples of Telnyx's API page are decoded with all that a card shows."""
    assert decode_event(body(EXAMPLES[name])) == DECODED[name]


@every_field
def test_any_field_may_be_missing(name: str, path: tuple[str, ...]) -> None:
    """No field is promised; without one, the others are unchanged."""
    event = decode_event(body(removed(EXAMPLES[name], path)))

    assert_same_but(path, name, event)


@every_field
def test_any_field_may_be_odd(name: str, path: tuple[str, ...]) -> None:
    """A null, a new value or an unexpected type in one field loses that field at most."""
    odd: list[Any] = [None, True, 7, 1.5, "", "on-hold", [], [None], {}, {"id": "x"}]
    for value in odd:
        assert_same_but(path, name, decode_event(body(replaced(EXAMPLES[name], path, value))))


@examples(300)
@given(st.sampled_from(FIELDS), json_values)
def test_any_value_in_one_field(field: tuple[str, tuple[str, ...]], value: Any) -> None:
    """Whatever JSON one field contains, the other fields are unchanged."""
    name, path = field

    assert_same_but(path, name, decode_event(body(replaced(EXAMPLES[name], path, value))))


@pytest.mark.parametrize("name", EXAMPLES)
def test_extra_keys_change_nothing(name: str) -> None:
    """Keys that Telnyx adds, in the answer, the event or its payload, are ignored."""
    extra = {"new": [{"deep": None}], "meta": 1, "": "x"}
    data = EXAMPLES[name] | extra | {"payload": EXAMPLES[name]["payload"] | extra}

    assert decode_event(json.dumps({"data": data, "errors": [], **extra}).encode()) == DECODED[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_type_may_come_last(name: str) -> None:
    """The order of keys means nothing."""
    data = dict(reversed(EXAMPLES[name].items()))

    assert decode_event(body(data)) == DECODED[name]


@pytest.mark.parametrize("event_type", ["portout.split", "", None, 7, ["portout.new_comment"], {}], ids=repr)
def test_an_unknown_type_keeps_known_fields(event_type: Any) -> None:
    """An event of a type that is new, missing or odd is still an event, with its status, comment and date."""
    data = other(event_type, status="pending", comment="Hello.", foc_date="2026-11-26", phone_numbers=["+13125550147"])
    event = decode_event(body(data))

    assert isinstance(event, UnknownEvent)
    assert event.event_type == (str(event_type) if isinstance(event_type, str | int) else None)
    assert event.order_id == ORDER_ID
    assert event.payload == UnknownPayload(
        status="pending", comment="Hello.", foc_date="2026-11-26", phone_numbers=["+13125550147"]
    )


def test_an_unknown_status_stays() -> None:
    """A status that Telnyx adds stays the text that Telnyx sent."""
    event = decode_event(body(status_changed("on-hold")))

    assert isinstance(event, StatusChanged)
    assert event.payload.status == "on-hold"


STATUSES = {
    "PENDING": "pending",
    " Ported\n": "ported",
    "cancelled": "canceled",
    "Cancelled": "canceled",
    "Rejected-Pending": "rejected-pending",
    "rejected_pending": "rejected-pending",
    "rejected pending": "rejected-pending",
    "On-Hold": "On-Hold",
    "": None,
    "  ": None,
    "\u200b": None,
}


@pytest.mark.parametrize(("spelling", "status"), STATUSES.items())
@pytest.mark.parametrize("event_type", ["portout.status_changed", "portout.split"])
@pytest.mark.parametrize("more", [{}, {"spid": 7}], ids=["one pass", "field by field"])
def test_a_status_in_any_spelling(spelling: str, status: str | None, event_type: str, more: Json) -> None:
    """Telnyx's six are known in any case, with *cancelled*; another stays as it is; one without a letter is none."""
    event = decode_event(body(other(event_type, status=spelling, **more)))

    assert isinstance(event, StatusChanged | UnknownEvent)
    assert event.payload.status == status


@pytest.mark.parametrize("value", ["ported", "PORTED"])
def test_a_status_in_an_object(value: str) -> None:
    """Port-in orders have their status in an object: its `value` is read."""
    event = decode_event(body(other("portout.status_changed", status={"value": value, "details": []})))

    assert isinstance(event, StatusChanged)
    assert event.payload.status == "ported"


ENVELOPES = {
    "a list of one": b'{"data": [%s]}',
    "an answer in a list": b'[{"data": %s}]',
    "no envelope": b"%s",
    "a list without an envelope": b"[%s]",
    "a byte order mark": b'\xef\xbb\xbf{"data": %s}',
    "a webhook": b'{"data": %s, "meta": {"attempt": 1}}',
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_event_in_another_envelope(envelope: bytes, name: str) -> None:
    """The event counts, not what is around it."""
    assert decode_event(envelope % json.dumps(EXAMPLES[name]).encode()) == DECODED[name]


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_the_pin_is_struck_in_another_envelope(envelope: bytes) -> None:
    """It is read wherever the event is."""
    data = status_changed("rejected", rejection_reason="they said 4417", attempted_pin="4417")

    event = decode_event(envelope % json.dumps(data).encode())

    assert isinstance(event, StatusChanged)
    assert event.payload.rejection_reason == "they said ••••"


def test_an_event_in_utf_16() -> None:
    """The byte order mark tells the encoding."""
    answer = json.dumps({"data": EXAMPLES["new_comment"]}).encode("utf-16")

    assert decode_event(answer) == DECODED["new_comment"]


@pytest.mark.parametrize(
    ("envelope", "payload", "order_id"),
    [
        ({"portout_id": ORDER_ID}, {"portout_id": USER_ID, "id": USER_ID}, ORDER_ID),
        ({}, {"portout_id": ORDER_ID, "id": USER_ID}, ORDER_ID),
        ({}, {"id": ORDER_ID}, ORDER_ID),
        ({}, {"id": "+13125550147"}, None),
        ({}, {}, None),
    ],
)
def test_the_order_of_an_unknown_type(envelope: Json, payload: Json, order_id: str | None) -> None:
    """It is named by the event, by its payload, or is the payload's id, where this is a UUID."""
    event = decode_event(body({"id": EVENT_ID, "event_type": "portout.split", "payload": payload, **envelope}))

    assert event.order_id == order_id


def test_who_wrote_a_comment() -> None:
    """An author of null, which is Telnyx's staff, is not the same as no author."""
    staff = decode_event(body(new_comment("Hello.", user_id=None)))
    nobody = decode_event(body(new_comment("Hello.")))

    assert isinstance(staff, NewComment)
    assert isinstance(nobody, NewComment)
    assert staff.payload.user_id is None
    assert nobody.payload.user_id is UNSET


@pytest.mark.parametrize(
    ("numbers", "decoded"),
    [
        ([], []),
        (["+13125550147", None, "+13125550148"], ["+13125550147", "", "+13125550148"]),
        ([13125550147, 13125550148.0, ["x"], {}, {"id": "x"}], ["13125550147", "13125550148", "", "", ""]),
        ([True, False, 1.5], ["", "", ""]),
        (["unlisted", ""], ["unlisted", ""]),
        ("+13125550147", ["+13125550147"]),
        ("+13125550147, +13125550148;+13125550149", ["+13125550147", "+13125550148", "+13125550149"]),
        ("+13125550147 +13125550148\n+13125550149 ", ["+13125550147", "+13125550148", "+13125550149"]),
        ("+1 312 555 0147", ["+1 312 555 0147"]),
        (" ", None),
        (13125550147, ["13125550147"]),
        (
            [{"phone_number": "+13125550147"}, {"number": "+13125550148"}, {"value": 13125550149}],
            ["+13125550147", "+13125550148", "13125550149"],
        ),
        ({"phone_number": "+13125550147"}, ["+13125550147"]),
        ({"0": "+13125550147", "1": {"number": "+13125550148"}}, ["+13125550147", "+13125550148"]),
        (["+13125550147"] * 10_000, ["+13125550147"] * 10_000),
    ],
    ids=repr_cut,
)
def test_numbers_that_are_odd(numbers: Any, decoded: list[str] | None) -> None:
    """Numbers are read as texts, objects or one text; one that can't be read stands empty, so that it is counted."""
    event = decode_event(body(status_changed("pending", phone_numbers=numbers)))

    assert isinstance(event, StatusChanged)
    assert event.payload.phone_numbers == decoded
    assert event.payload.carrier_name == "Orchid Wireless"


def test_text_that_is_half_a_character() -> None:
    """An escaped lone surrogate, which no encoder can write, does not cost the event."""
    event = decode_event(body(new_comment("Hi \ud83d there")))

    assert isinstance(event, NewComment)
    assert event.payload.comment == "Hi \ud83d there"


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_nesting(depth: int) -> None:
    """A value nested too deep to decode makes the body no event; one less deep is ignored."""
    deep = b'{"data": {"id": "e", "new": ' + b"[" * depth + b"]" * depth + b"}}"
    if depth < 1_000:
        assert decode_event(deep) == UnknownEvent(id="e")
    else:
        with pytest.raises(UndecodableError):
            decode_event(deep)


@pytest.mark.parametrize(
    ("pin", "made"),
    [
        (PIN, True),
        ("0000", True),
        (int(PIN), True),
        (0, True),
        ([PIN], True),
        ({"value": PIN}, True),
        ("", False),
        (None, False),
        (False, False),
    ],
    ids=repr,
)
@pytest.mark.parametrize("event_type", ["portout.status_changed", "portout.split"])
@pytest.mark.parametrize("more", [{}, {"carrier_name": ["odd"]}], ids=["one pass", "field by field"])
def test_a_pin_attempt(pin: Any, made: bool, event_type: str, more: Json) -> None:  # noqa: FBT001
    """The attempt of a PIN is known, whatever its type; the PIN itself is stored nowhere."""
    event = decode_event(body(other(event_type, attempted_pin=pin, **more)))

    assert isinstance(event, StatusChanged | UnknownEvent)
    assert bool(event.payload.attempted_pin) is made
    assert event.payload.attempted_pin == PinAttempt(PIN if made else None)
    assert PIN.lstrip("0") not in repr(event)
    assert all(PIN.lstrip("0") not in repr(value) for value in vars_of(event.payload.attempted_pin))


def test_a_pin_attempt_is_a_value() -> None:
    """Two attempts are equal whatever the PIN, and differ from none."""
    assert len({PinAttempt("1111"), PinAttempt("2222"), PinAttempt()}) == 2
    assert PinAttempt() != PinAttempt(PIN)
    assert PinAttempt() != None  # noqa: E711
    assert repr(PinAttempt(PIN)) == "PinAttempt(made=True)"


def vars_of(value: object) -> list[Any]:
    """Return all that an object holds."""
    return [getattr(value, name) for name in type(value).__slots__]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"{}",
        b'"Wilhelmina"',
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": "Wilhelmina"}',
        b'{"data": 7}',
        b'{"Wilhelmina": {}}',
        b"<!DOCTYPE html><title>Wilhelmina</title>",
        b'{"data": {"event_type": "portout.new_comment", "payload": {"comment": "Wilhelmina',
        b'{"data": {"event_type": "Wilhelmina", "id": 1',
        b'{"data": {"id": "Wilhelmina \xff\xfe"}}',
        b'{"data": {"event_type": "portout.new_comment", "payload": {"comment": "Wilhelmina \xff\xfe"}}}',
        b'{"data": {"id": ' + b"9" * 5_000 + b"}}",
        b'{"errors": [{"code": "10005", "detail": "Wilhelmina"}]}',
    ],
    ids=lambda answer: answer[:40].decode("ascii", "replace"),
)
def test_a_body_that_is_no_event(answer: bytes) -> None:
    """A body that is no event is an error that quotes nothing of it, nor do those that led to it."""
    with pytest.raises(UndecodableError) as caught:
        decode_event(answer)

    assert "Wilhelmina" not in "".join(traceback.format_exception(caught.value))
    assert not any("Wilhelmina" in str(error) for error in chain(caught.value))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that led to it, hidden ones included."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@examples(300)
@given(event_data)
def test_any_object_is_an_event(data: Json) -> None:
    """Whatever JSON object is under `data`, it is decoded to some event."""
    assert isinstance(decode_event(body(data)), get_args(PortoutEvent))


@examples(200)
@given(
    st.one_of(json_values.map(body), st.binary(max_size=60), json_values.map(lambda value: json.dumps(value).encode()))
)
def test_any_body_is_an_event_or_is_not(answer: bytes) -> None:
    """No body raises anything but an `UndecodableError`."""
    try:
        event = decode_event(answer)
    except UndecodableError:
        return
    assert isinstance(event, get_args(PortoutEvent))


def fields_of(event: Any) -> tuple[set[str], set[str]]:
    """Return the fields of an event and of its payload, as this bot decodes them."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(event)}
    return set(fields), {field.encode_name for field in msgspec.structs.fields(fields["payload"])}


def test_fields_of_an_unknown_event() -> None:
    """An event of an unknown type has all fields of the known payloads but the author's id."""
    known = set.union(*(fields_of(event)[1] for event in get_args(KnownEvent)))

    assert fields_of(UnknownEvent)[1] == known - {"user_id"}
