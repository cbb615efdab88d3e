"""Support keys and PONs in what people and machines write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.lookup.texts.identifiers import extract_ids, extract_ids_and_numbers, parse_typed_ids
from portout.lookup.texts.references import Reference
from tests.portout.payloads import EVENT_ID

KEYS = st.from_regex(r"[0-9a-f]{6}", fullmatch=True)
AROUND = st.sampled_from(
    (("", ""), ("Request ", " received"), ("*", "*"), ("_", "_"), ('"', '"'), ("\\n", "\\n"), ("(", ")."))
)


@given(key=KEYS, around=AROUND, is_upper=st.booleans())
def test_a_key_is_found_in_any_case(key: str, around: tuple[str, str], *, is_upper: bool) -> None:
    """In Telnyx's spelling, whatever stands around it."""
    spelled = f"PO_{key}".upper() if is_upper else f"po_{key}"

    found = extract_ids(f"{around[0]}{spelled}{around[1]}")

    assert found.references == (Reference("support_key", f"PO_{key}"),)
    assert found.ids == ()


@pytest.mark.parametrize(
    "text", ["PO_NUMBER", "po_status", "SPO_4bb39f", "PO_4bb39f0", "PO_4bb39", "PO-4bb39f", "po_amount: 12", "PO_"]
)
def test_what_is_no_key(text: str) -> None:
    """Names of fields, longer and shorter words."""
    assert extract_ids(text).references == ()


def test_all_names_of_a_text_once() -> None:
    """Keys before numbers, without repeats; a UUID is an id and nothing else."""
    text = f"+13125550142 {EVENT_ID} PO_4bb39f (312) 555-0142 po_4BB39F"

    found = extract_ids_and_numbers(text, text)

    assert found.ids == (EVENT_ID,)
    assert found.references == (Reference("support_key", "PO_4bb39f"), Reference("phone_number", "+13125550142"))
    assert extract_ids(text).references == (Reference("support_key", "PO_4bb39f"),)


@pytest.mark.parametrize(
    ("text", "pons"),
    [
        ("pon ORC-20417", ["ORC-20417"]),
        ("PON: ORC-20417.", ["ORC-20417"]),
        ("pon=ORC-20417, pon #7", ["ORC-20417", "7"]),
        ('pon "ORC 20417"', ["ORC 20417"]),
        ("pon \u201cORC 20417\u201d", ["ORC 20417"]),
        ("pon 3125550142", ["3125550142"]),
        ("coupon ORC-1, pons 2", []),
        ("pon", []),
    ],
)
def test_pons_that_people_type(text: str, pons: list[str]) -> None:
    """After the word, in quotation marks where they have spaces; their digits are no phone number."""
    assert parse_typed_ids(text).references == tuple(Reference("pon", pon) for pon in pons)


def test_a_number_is_no_damaged_id() -> None:
    """Although it looks like one."""
    assert parse_typed_ids("44207-946-0958").malformed == ()
    assert parse_typed_ids(EVENT_ID[:-4]).malformed == (EVENT_ID[:-4],)
