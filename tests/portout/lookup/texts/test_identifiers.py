"""Extraction of ids from whatever people and machines paste."""

import json
import string
import uuid
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portout.lookup.texts.identifiers import MAX_MALFORMED, extract_ids, parse_typed_ids
from tests.amount import examples
from tests.portout.payloads import EVENT_ID, ORDER_ID
from tests.portout.strategies import anything, hostile_texts

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

    assert (found.ids, found.malformed) == ((EVENT_ID,), ())


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


@pytest.mark.parametrize("pasted", [1, 10, 25])
def test_every_id_is_returned_once(pasted: int) -> None:
    """However many there are, in their order; the look-up decides how many it takes."""
    ids = tuple(str(uuid.UUID(int=number)) for number in range(pasted))

    assert parse_typed_ids("\n".join(ids * 2)).ids == ids


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

    assert len(found.ids) <= 1
    assert len(found.malformed) <= MAX_MALFORMED
    assert all(len(malformed) <= 73 for malformed in found.malformed)


@pytest.mark.parametrize("before", ["\\n", "\\t", "\\u003c", "%22", "%2F"])
def test_an_escape_before_an_id_is_no_part_of_it(before: str) -> None:
    """Pasted JSON and URLs contain escapes that end in a letter or a digit."""
    assert parse_typed_ids(f"x{before}{EVENT_ID}").ids == (EVENT_ID,)


def test_a_time_stamp_is_no_id_that_lost_a_part() -> None:
    """A date and a time in digits look like half an id, but are not reported as one."""
    assert parse_typed_ids(f"20261123-10050000 {EVENT_ID}").malformed == ()


DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
INVISIBLE = "\u200b\u200c\u200d\u00ad\u2060\ufeff"


@examples(300)
@given(st.uuids(version=4), st.data())
def test_an_id_in_typographic_spelling_is_the_same_id(value: uuid.UUID, data: st.DataObject) -> None:
    """Any mixture of dashes, with invisible characters anywhere in it, percent-encoded once or twice."""
    dashes = st.sampled_from(DASHES)
    spelled = "".join(data.draw(dashes) if char == "-" else char for char in str(value))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(spelled)))
        spelled = spelled[:place] + data.draw(st.sampled_from(INVISIBLE)) + spelled[place:]
    for _ in range(data.draw(st.integers(0, 2))):
        spelled = quote(spelled, safe="")

    assert parse_typed_ids(spelled).ids == (str(value),)
    assert extract_ids(f"see https://x.example/?id={spelled} now").ids == (str(value),)


@pytest.mark.parametrize("times", [1, 2])
def test_an_escape_within_an_id_makes_no_other_id(times: int) -> None:
    """The last two digits of the escape and the rest of the id look like an id, until the URL is decoded."""
    spelled = f"{EVENT_ID[:2]}\u200b{EVENT_ID[2:]}"
    for _ in range(times):
        spelled = quote(spelled, safe="")

    assert extract_ids(f"see https://x.example/?id={spelled}").ids == (EVENT_ID,)


def test_an_id_after_a_percent_sign_is_found() -> None:
    """Though its first digits look like an escape."""
    assert extract_ids(f"100%{EVENT_ID}").ids == (EVENT_ID,)


def test_json_within_json_is_read_by_its_structure() -> None:
    """As SNS sends it: the webhook's text is a string in the notification."""
    webhook = {"data": {"event_type": "portout.status_changed", "id": EVENT_ID, "payload": {"id": ORDER_ID}}}
    notification = {"Type": "Notification", "MessageId": OTHER_ID, "Message": json.dumps(webhook)}

    found = extract_ids(json.dumps(notification))

    assert found.ids == (EVENT_ID, OTHER_ID, ORDER_ID)
    assert found.order_ids == (ORDER_ID,)


def test_every_json_document_of_a_text_is_read_by_its_structure() -> None:
    """Two webhooks below each other, with braces in the text around them."""
    webhooks = [{"data": {"event_type": "x", "id": one, "payload": {"id": ORDER_ID}}} for one in (EVENT_ID, OTHER_ID)]
    text = "{see} " + "\n".join(map(json.dumps, webhooks)) + " {and more}"

    found = extract_ids(text)

    assert found.ids == (EVENT_ID, OTHER_ID, ORDER_ID)
    assert found.order_ids == (ORDER_ID,)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"pod {OTHER_ID}, port-out {EVENT_ID}", EVENT_ID),
        (f"{OTHER_ID} https://x.example/portouts/{ORDER_ID}", ORDER_ID),
        (f"{OTHER_ID} https://x.example/v2/portouts/events/{EVENT_ID}", EVENT_ID),
        (f"trace {OTHER_ID} PORT_OUT: `{EVENT_ID}`", EVENT_ID),
    ],
)
def test_what_is_said_to_be_a_port_out_comes_first(text: str, first: str) -> None:
    """By the word before it, or by the path in which it stands."""
    assert extract_ids(text).ids == (first, OTHER_ID)
