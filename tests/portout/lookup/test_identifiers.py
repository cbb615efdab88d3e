"""Extraction of ids from whatever people and machines paste."""

import string
import uuid

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portout.lookup.identifiers import MAX_IDS, parse_typed_ids
from tests.portout.payloads import EVENT_ID, ORDER_ID
from tests.portout.strategies import anything, examples, hostile_texts

OTHER_ID = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"
DIGITS = EVENT_ID.replace("-", "")
TRACE_ID = "0af7651916cd03dd8448eb211c80319c"


@pytest.mark.parametrize(
    "text",
    [
        EVENT_ID,
        EVENT_ID.upper(),
        EVENT_ID.title(),
        DIGITS,
        DIGITS.upper(),
        f"  {EVENT_ID}\n",
        f"`{EVENT_ID}`",
        f"```\n{EVENT_ID}\n```",
        f"'{EVENT_ID}'",
        f'"{EVENT_ID}"',
        f"“{EVENT_ID}”",
        f"{{{EVENT_ID}}}",
        f"({EVENT_ID})",
        f"[{EVENT_ID}]",
        f"<{EVENT_ID}>",
        f"*{EVENT_ID}*",
        f"_{EVENT_ID}_",
        f"Event {EVENT_ID}.",
        f"event:{EVENT_ID},",
        f"id={EVENT_ID};",
        f"urn:uuid:{EVENT_ID}",
        f"#{EVENT_ID}!",
        f"電話{EVENT_ID}電話",
        f"https://api.example.com/v2/portouts/events/{EVENT_ID}",
        f"https://portal.example.com/#/port-outs/{EVENT_ID}?tab=events#top",
        f"<https://portal.example.com/port-outs/{EVENT_ID}|{EVENT_ID.upper()}>",
        f"<https://portal.example.com/port-outs|{EVENT_ID}>",
        f'{{"data":{{"event_type":"portout.new_comment","id":"{EVENT_ID}"}}}}',
        f'{{\\"id\\":\\"{EVENT_ID}\\"}}',
        f"<html><td>{EVENT_ID}</td>",
        f"{EVENT_ID} {EVENT_ID.upper()} {DIGITS} {{{EVENT_ID}}}",
    ],
)
def test_an_id_in_any_notation(text: str) -> None:
    """However it is written, an id is found once, lower case and with dashes."""
    found = parse_typed_ids(text)

    assert (found.ids, found.omitted, found.malformed) == ((EVENT_ID,), 0, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help",
        "+1 312-555-0147, +1 312-555-0148",
        "PO_a24719",
        "2026-11-23T10:05:00.000000Z",
        TRACE_ID,
        "d41d8cd98f00b204e9800998ecf8427e" * 2,
        f"x{EVENT_ID}",
        f"{EVENT_ID}x",
        f"0{DIGITS}",
        f"{DIGITS}{DIGITS}",
        EVENT_ID.replace("-", " "),
        EVENT_ID.replace("e", "g"),
        "/portouts/events/{id}",
    ],
)
def test_text_without_an_id(text: str) -> None:
    """Numbers, dates, digests, trace ids and parts of longer words are no ids."""
    assert parse_typed_ids(text).ids == ()


@pytest.mark.parametrize(
    "text",
    [
        EVENT_ID[:-1],
        EVENT_ID[:23],
        EVENT_ID[1:],
        f"{EVENT_ID}0",
        EVENT_ID.replace("-89b6", "89b6"),
        f"{EVENT_ID[:8]}-{EVENT_ID}",
    ],
)
def test_an_id_that_lost_a_part(text: str) -> None:
    """A damaged id is reported, so that the person can see why nothing was looked up."""
    found = parse_typed_ids(f"event {text}, please")
    if found.ids:
        assert found.ids == (EVENT_ID,)
    else:
        assert found.malformed == (text,)


def test_ids_keep_their_order_without_repeats() -> None:
    """Ids come in the order of their first mention, each once."""
    found = parse_typed_ids(f"{ORDER_ID} then {EVENT_ID}, {ORDER_ID.upper()} again, {OTHER_ID} and {DIGITS}")

    assert found.ids == (ORDER_ID, EVENT_ID, OTHER_ID)


@pytest.mark.parametrize(("pasted", "omitted"), [(9, 0), (10, 0), (11, 1), (25, 15)])
def test_at_most_ten(pasted: int, omitted: int) -> None:
    """Ids beyond ten are counted, without repeats."""
    ids = tuple(str(uuid.UUID(int=number)) for number in range(pasted))
    found = parse_typed_ids("\n".join(ids * 2))

    assert (found.ids, found.omitted) == (ids[:MAX_IDS], omitted)


def test_at_most_ten_malformed_ids() -> None:
    """At most ten malformed ids are reported, each once."""
    cut = [f"{number:08x}-8903-4466" for number in range(30)]

    assert parse_typed_ids(" ".join(cut + cut)).malformed == tuple(cut[:10])


# Any text may surround an id, but the character next to it is no ASCII letter or digit.
_edges = anything.filter(lambda char: char not in string.ascii_letters + string.digits)
_around = st.text(anything, max_size=30)


@examples(300)
@given(st.uuids(version=4), _around, _edges, _edges, _around, st.sampled_from((str, str.upper)))
def test_an_id_in_any_text(value: uuid.UUID, before: str, edge: str, end: str, after: str, spell: type[str]) -> None:
    """An id is found whatever text surrounds it."""
    assert parse_typed_ids(f"{before}{edge}{spell(str(value))}{end}{after}").ids == (str(value),)


@examples(200)
@given(hostile_texts)
def test_no_id_in_other_text(text: str) -> None:
    """A text without enough hex digits for an id has none."""
    assume(sum(char in string.hexdigits for char in text) < 32)

    assert parse_typed_ids(text).ids == ()


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "-",
        "0-",
        "12345678-",
        f"{EVENT_ID[:-1]} ",
        f"{EVENT_ID}-",
        f"{EVENT_ID}0",
        f"{DIGITS} ",
        "12345678-1234-1234-",
    ],
)
def test_a_hostile_text_yields_little(piece: str) -> None:
    """100 kB of anything yield at most ten ids and ten malformed ones, none of them long."""
    found = parse_typed_ids((piece * 100_000)[:100_000])

    assert len(found.ids) <= MAX_IDS
    assert len(found.malformed) <= MAX_IDS
    assert all(len(malformed) <= 73 for malformed in found.malformed)


@pytest.mark.parametrize("before", ["\\n", "\\t", "\\u003c", "%22", "%2F"])
def test_an_escape_before_an_id_is_no_part_of_it(before: str) -> None:
    """Pasted JSON and URLs contain escapes that end in a letter or a digit."""
    assert parse_typed_ids(f"x{before}{EVENT_ID}").ids == (EVENT_ID,)


def test_a_time_stamp_is_no_id_that_lost_a_part() -> None:
    """A date and a time in digits look like half an id, but are not reported as one."""
    assert parse_typed_ids(f"20261123-10050000 {EVENT_ID}").malformed == ()
