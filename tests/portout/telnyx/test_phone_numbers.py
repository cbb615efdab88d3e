"""The account's phone numbers: only the one that was asked for, and never its PIN."""

import json
import traceback
import unicodedata
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct, structs

from portout.telnyx import phone_numbers
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import KeyRejectedError, NotFoundError, TelnyxError
from portout.telnyx.phone_numbers import PhoneNumber, decode_phone_numbers, is_e164
from portout.telnyx.pin import STRUCK
from sandbox import faults
from sandbox.faults import Fault
from sandbox.serve import serve
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import PHONE_NUMBERS, TelnyxSandbox
from tests.amount import examples

NUMBER = "+13125550142"
PIN = "80351746"
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in PIN)
LONGER = ("+131255501420", "+4413125550142", "+113125550142")
ROW: dict[str, Any] = {
    "id": "1293384261075762089",
    "phone_number": NUMBER,
    "customer_reference": "CUST-20417",
    "tags": ["retail", "vip"],
    "connection_name": "Main SIP trunk",
    "external_pin": PIN,
}


class Telnyx:
    """Telnyx's stand-in, and a client of it."""

    def __init__(self, sandbox: TelnyxSandbox, client: TelnyxClient) -> None:
        self.sandbox = sandbox
        self.client = client
        self.rows = sandbox.account.phone_numbers


@pytest.fixture
async def telnyx() -> AsyncIterator[Telnyx]:
    sandbox = TelnyxSandbox(samples(datetime.now(UTC)))
    async with serve(sandbox.app()) as url, TelnyxClient.connect(sandbox.key, f"{url}/v2") as client:
        yield Telnyx(sandbox, client)


def decoded(**changes: Any) -> PhoneNumber:
    """Decode a row with these changes; raise ValueError unless it is one."""
    (number,) = decode_phone_numbers([Raw(json.dumps(ROW | changes).encode())])
    return number


async def test_a_number_is_asked_for_by_its_digits(telnyx: Telnyx) -> None:
    """With the + the filter would find nothing."""
    number = await telnyx.client.phone_number(NUMBER)

    assert number.phone_number == NUMBER
    assert number.customer_reference == telnyx.rows[NUMBER]["customer_reference"]
    assert [call.query["filter[phone_number]"] for call in telnyx.sandbox.calls] == ["13125550142"]


@pytest.mark.parametrize("position", ["before", "after"])
async def test_numbers_that_have_it_as_a_part_are_others(telnyx: Telnyx, position: str) -> None:
    """The filter matches any part of a number."""
    row = telnyx.rows.pop(NUMBER) | {"customer_reference": "Ours"}
    others = {
        number: row | {"id": number, "phone_number": number, "customer_reference": "Another"} for number in LONGER
    }
    telnyx.rows.clear()
    telnyx.rows.update(others | {NUMBER: row} if position == "after" else {NUMBER: row} | others)

    assert (await telnyx.client.phone_number(NUMBER)).customer_reference == "Ours"
    del telnyx.rows[NUMBER]
    with pytest.raises(NotFoundError):
        await telnyx.client.phone_number(NUMBER)


async def test_a_filter_that_is_ignored_finds_nobody_elses_number(telnyx: Telnyx) -> None:
    """Every number of the account is on the list."""
    telnyx.sandbox.ignores_filters = True

    assert (await telnyx.client.phone_number(NUMBER)).phone_number == NUMBER
    with pytest.raises(NotFoundError):
        await telnyx.client.phone_number("+13125550199")
    assert len(telnyx.sandbox.calls) == 2  # and only its first page is read


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROW | {"phone_number": "+13125550143"}, NotFoundError),
        (ROW | {"phone_number": None}, NotFoundError),
        ({key: value for key, value in ROW.items() if key != "phone_number"}, NotFoundError),
        (ROW | {"phone_number": {"e164": NUMBER}}, NotFoundError),
        (["+13125550142"], NotFoundError),
        (None, NotFoundError),
    ],
    ids=["another number", "null", "none", "odd", "no object", "nothing"],
)
async def test_a_row_of_another_number_is_not_taken(telnyx: Telnyx, row: Any, expected: type[TelnyxError]) -> None:
    """However sure the answer is about it."""
    telnyx.sandbox.script.always(faults.raw(json.dumps({"data": [row]}).encode()), key=PHONE_NUMBERS)

    with pytest.raises(expected):
        await telnyx.client.phone_number(NUMBER)


async def test_two_rows_of_one_number_are_none(telnyx: Telnyx) -> None:
    """Which of them is right is not known."""
    rows = [ROW, ROW | {"id": "2", "customer_reference": "Another"}]
    telnyx.sandbox.script.always(faults.raw(json.dumps({"data": rows}).encode()), key=PHONE_NUMBERS)

    with pytest.raises(NotFoundError):
        await telnyx.client.phone_number(NUMBER)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((pin, True) for pin in (PIN, "0000", 0, 4417, 12.0, True)),
        *((nothing, False) for nothing in (None, "", "  ", False)),
        *((odd, None) for odd in ([], {}, ["4417"], {"value": "4417"})),
    ],
    ids=repr,
)
def test_of_a_pin_only_whether_it_is_set_is_known(value: Any, expected: bool | None) -> None:  # noqa: FBT001
    """A PIN in an odd shape says nothing."""
    assert decoded(external_pin=value).has_pin is expected


def test_a_row_without_the_field_of_the_pin_says_nothing_of_it() -> None:
    """That is not the same as no PIN; nor is a field of the same name as ours a PIN's."""
    row = {key: value for key, value in ROW.items() if key != "external_pin"} | {"has_pin": True}

    (number,) = decode_phone_numbers([Raw(json.dumps(row).encode())])

    assert number.has_pin is None


def test_no_struct_has_the_pin() -> None:
    """Neither under its own name nor under another."""
    values = vars(phone_numbers).values()
    kinds = [kind for kind in values if isinstance(kind, type) and issubclass(kind, Struct) and kind is not Struct]
    fields = [field for kind in kinds for field in structs.fields(kind)]

    assert "has_pin" in {field.name for field in fields}
    assert "external_pin" not in {name for field in fields for name in (field.name, field.encode_name)}


_texts = st.sampled_from(
    [PIN, f"PIN {PIN}", f"8035-1746 {PIN}!", "8 0 3 5 1 7 4 6", FULL_WIDTH, f"vip,{PIN}", f"acme:{PIN}:x"]
)
_values = _texts | st.lists(_texts, max_size=3) | st.dictionaries(st.just("value"), _texts) | st.just(int(PIN))


@examples(200)
@given(st.fixed_dictionaries(dict.fromkeys(("customer_reference", "tags", "connection_name"), _values)))
def test_the_pin_is_in_nothing_that_is_decoded(fields: dict[str, Any]) -> None:
    """People write it into tags and references, too, in any spelling."""
    number = decoded(**fields)

    shown = "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", repr(number))))
    assert number.has_pin
    assert PIN not in shown


@pytest.mark.parametrize(
    ("pin", "text"),
    [
        ("XK-42q", "gate code XK-42q"),
        ("xk42Q", "gate code XK 42 q"),
        ("00417266", "code 417266"),
        (" 8035 1746", "code 80351746"),
        (417266, "code 0417266"),
        (417266.0, "code 417266"),
        (["417266"], "code 417266"),
        ({"value": "417266"}, "code 417266"),
    ],
)
def test_a_pin_is_struck_in_another_spelling_than_its_own(pin: Any, text: str) -> None:
    """With letters in another case, without the zeros before it, in an odd shape: in a tag and alone in a reference."""
    number = decoded(external_pin=pin, customer_reference=text, tags=[text], connection_name=text.partition(" ")[2])

    for shown in (number.customer_reference, number.tags[0] if number.tags else None, number.connection_name):
        assert shown
        assert shown.endswith(STRUCK)
    assert str(number.customer_reference).startswith(text.split(maxsplit=1)[0])


@pytest.mark.parametrize("pin", ["", " ", False, True, [], {}, None])
def test_what_is_no_pin_strikes_nothing(pin: Any) -> None:
    """The other fields are as Telnyx has them."""
    number = decoded(external_pin=pin)

    assert (number.customer_reference, number.tags, number.connection_name) == (
        ROW["customer_reference"],
        ROW["tags"],
        ROW["connection_name"],
    )


@pytest.mark.parametrize(
    "fault",
    [
        faults.raw(json.dumps({"data": [ROW | {"phone_number": None}]}).encode()),
        faults.raw(json.dumps({"data": [ROW, ROW | {"id": "2"}]}).encode()),
        faults.raw(json.dumps({"data": ROW}).encode()),
        faults.raw(json.dumps({"data": [ROW]}).encode()[:-20]),
        faults.raw(f'{{"data": [{{"external_pin": {PIN}, "phone_number": \xff}}]}}'.encode("latin-1")),
        faults.raw(f'{{"external_pin": "{PIN}"}}'.encode(), status=403),
        faults.raw(f'{{"errors": [{{"code": "10007", "detail": "{PIN}"}}]}}'.encode(), status=422),
    ],
    ids=["another row", "two rows", "no list", "cut", "not UTF-8", "a gateway's refusal", "an error"],
)
async def test_no_error_has_the_pin(telnyx: Telnyx, fault: Fault, log_text: Callable[[], str]) -> None:
    """Not in what Python prints of it, nor in the log of its retries."""
    telnyx.sandbox.script.always(fault, key=PHONE_NUMBERS)

    with pytest.raises(TelnyxError) as caught:
        await telnyx.client.phone_number(NUMBER)

    assert PIN not in "".join(traceback.format_exception(caught.value))
    assert PIN not in repr(caught.value) + log_text()


async def test_a_refusal_is_an_error(telnyx: Telnyx) -> None:
    """What it means is decided where it is known what for."""
    telnyx.sandbox.script.always(faults.status(403), key=PHONE_NUMBERS)

    with pytest.raises(KeyRejectedError):
        await telnyx.client.phone_number(NUMBER)


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        *((number, True) for number in (NUMBER, "+35312345678", "+3725551234")),
        *(
            (odd, False)
            for odd in (
                "",
                "+",
                "13125550142",
                "3125550142",
                "+1 312-555-0142",
                f"+1312555{FULL_WIDTH[:4]}",
                "•••• 0142",
            )
        ),
        *(
            (odd, False)
            for odd in ("+1312555014213125550142", f"{NUMBER}\n", f"{NUMBER} ext 4", "+²²²²²²²²", "+123456")
        ),
    ],
)
def test_only_numbers_in_e164_are_asked_for(spelling: str, expected: bool) -> None:  # noqa: FBT001
    """Any other may be somebody else's, once its digits are taken for one."""
    assert is_e164(spelling) is expected
