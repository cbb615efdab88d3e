"""A number, a PIN or a name is not shown, in whatever place of Telnyx's answers it stands and however it is spelled."""

import re
import string
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct

from portout.cards.audience import Audience
from portout.cards.message import build_message
from portout.cards.modals.view import build_view
from portout.lookup.results import LookupResult, LookupResults
from portout.telnyx.decoding import decode_page
from portout.telnyx.events import KnownEvent, UnknownEvent, decode_event, decode_events
from portout.telnyx.orders import Comment, Order, decode_comments
from tests.amount import examples
from tests.json_strings import strings
from tests.portout.cards.builders import REFERENCE
from tests.portout.cards.views import home_case, kept_list
from tests.portout.payloads import (
    EVENT_ID,
    ORDER_ID,
    Json,
    body,
    event_result,
    foc_date_changed,
    history,
    new_comment,
    order,
    order_result,
    other,
    status_changed,
)

EVENTS: Final[dict[str, Json]] = {
    "portout.status_changed": status_changed("rejected", rejection_reason="Address."),
    "portout.new_comment": new_comment("Hello.", user_id=None),
    "portout.foc_date_changed": foc_date_changed("2026-11-26T16:30:00Z"),
    "portout.split": other("portout.split", status="pending", comment="Hello."),
}
COMMENT: Final[Json] = {"id": "1", "user_id": None, "body": "Hello.", "created_at": "2026-11-23T11:30:00Z"}
Place = tuple[str, str, str, bool]
"""Where a text is put: in which answer, in which part of it, in which field, and whether that is a list."""


def places_in(answer: str, part: str, kind: type[Struct]) -> Iterator[Place]:
    """Yield the fields of a Struct that hold text."""
    for name, hint in get_type_hints(kind).items():
        is_list = list[str] in get_args(hint)
        if str in get_args(hint) or is_list:
            yield answer, part, name, is_list


EVENT_PLACES: Final = [
    place
    for kind in (*get_args(KnownEvent), UnknownEvent)
    for name in [kind.__struct_config__.tag or "portout.split"]
    for place in (*places_in(name, "", kind), *places_in(name, "payload", get_type_hints(kind)["payload"]))
]
OTHER_PLACES: Final = [*places_in("order", "", Order), *places_in("comment", "", Comment)]

_CATEGORIES: Final = {"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zl", "Zp", "Zs", "Cf"}
DIGITS: Final = (
    string.digits,
    "".join(map(chr, range(0xFF10, 0xFF1A))),  # full width
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "₀₁₂₃₄₅₆₇₈₉",
    "٠١٢٣٤٥٦٧٨٩",
    "".join(map(chr, range(0x1D7CE, 0x1D7D8))),  # mathematical bold
)
KEYCAP: Final = "\ufe0f\u20e3"


@cache
def separators(*, same_line: bool) -> list[str]:
    """Return what may stand between two digits, the visible characters first, as hypothesis prefers them."""
    return sorted(
        (
            character
            for character in map(chr, range(sys.maxunicode + 1))
            if unicodedata.category(character) in _CATEGORIES and not (same_line and character in "\u2028\u2029")
        ),
        key=lambda character: unicodedata.category(character) == "Cf",
    )


@st.composite
def spelled(draw: st.DrawFn, digits: str, *, same_line: bool = False) -> str:
    """Return digits in a spelling: of one kind each, with up to three characters before each but the first."""
    usable = st.sampled_from(separators(same_line=same_line))
    between = draw(st.sampled_from([st.just(""), st.text(usable, max_size=3)]))
    kind = draw(st.sampled_from([*DIGITS, "keycaps"]))
    written = [f"{digit}{KEYCAP}" if kind == "keycaps" else kind[int(digit)] for digit in digits]
    return written[0] + "".join(draw(between) + digit for digit in written[1:])


numbers: Final = st.builds(
    lambda area, line: f"{area}55501{line:02}", st.integers(200, 999), st.integers(0, 99)
).flatmap(lambda digits: st.tuples(st.just(digits), spelled(digits)))
pins: Final = st.text(string.digits, min_size=4, max_size=10)


def answers_with(place: Place, text: str, pin: str | int | None = None) -> tuple[list[Json], Json, Json]:
    """Return all events, the order and the comment, with a text at one place, and a PIN in the event of that place."""
    answer, part, field, is_list = place
    value = [text] if is_list else text
    parts = {**EVENTS, "order": order("authorized"), "comment": COMMENT}
    if part:
        payload = {**parts[answer]["payload"], field: value, **({"attempted_pin": pin} if pin is not None else {})}
        parts[answer] = parts[answer] | {"payload": payload}
    else:
        parts[answer] = parts[answer] | {field: value}
        if pin is not None:
            parts[answer] = parts[answer] | {"payload": parts[answer]["payload"] | {"attempted_pin": pin}}
    return [parts[name] for name in EVENTS], parts["order"], parts["comment"]


def shown(events: list[Json], order_data: Json, comment: Json, audience: Audience) -> list[str]:
    """Return every string of every card, modal and Home tab of these answers, and of the notifications."""
    results: list[LookupResult] = [
        *(event_result(event, order=order_data) for event in events),
        order_result(order_data, *events),
    ]
    looked_up = [*(LookupResults((result,)) for result in results), LookupResults(tuple(results))]
    messages = [build_message(one, REFERENCE, audience) for one in looked_up]
    entries = (*map(decode_event, map(body, events)), *decode_comments(decode_page(body([comment])).data))
    modal = build_view(history(*entries, order=order_data), 1, audience, REFERENCE)
    home = home_case(kept_list(order_data), kept_list(order_data), is_masked=audience.is_masked)
    return list(strings([msgspec.to_builtins(shown) for shown in (*messages, modal, home)]))


@lru_cache(10_000)
def folded(text: str) -> str:
    """Return a text without marks and invisible characters, lower case, with digits of any kind in ASCII."""
    if text.isascii():  # as nearly all are
        return text.casefold()
    kept = [
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character)[0] != "M" and unicodedata.category(character) != "Cf"
    ]
    return "".join(str(unicodedata.digit(character, character)) for character in kept).casefold()


@lru_cache(10_000)
def digit_runs(text: str) -> list[str]:
    """Return the digits of each part of a text in which no letter and no line end is between two digits."""
    parts = re.split("[\n\r]", "".join(["\n" if character.isalpha() else character for character in folded(text)]))
    runs = ("".join(filter(str.isdecimal, part)) for part in parts)
    return [run for run in runs if run]


def holds(texts: list[str], digits: str) -> bool:
    return any(digits in run for text in texts for run in digit_runs(text))


@cache
def usually_shown(place: Place, audience: Audience) -> list[str]:
    """Return every string of the answers without digits at a place."""
    return shown(*answers_with(place, "x"), audience)


@examples(250)
@given(st.sampled_from([*EVENT_PLACES, *OTHER_PLACES]), numbers, st.sampled_from(["", "call ", "+1 (", "tel:"]))
def test_a_channel_sees_no_number(place: Place, number: tuple[str, str], before: str) -> None:
    """A channel never sees seven digits of a number in a row, in whatever spelling and place."""
    digits, spelling = number
    texts = shown(*answers_with(place, f"{before}{spelling} please"), Audience.CHANNEL)

    assert not any(holds(texts, digits[start : start + 7]) for start in range(len(digits) - 6))


@examples(250)
@given(st.sampled_from(EVENT_PLACES), pins.flatmap(lambda pin: st.tuples(st.just(pin), spelled(pin))), st.booleans())
def test_nobody_sees_the_pin_of_an_event(place: Place, pin: tuple[str, str], as_number: bool) -> None:  # noqa: FBT001
    """The attempted PIN is nowhere on a card of its event, in private neither, in whatever spelling and place."""
    digits, spelling = pin
    for audience in Audience:
        assume(not holds(usually_shown(place, audience), digits))
        sent = int(digits) if as_number else digits
        texts = shown(*answers_with(place, f"they gave {spelling} please", sent), audience)

        assert not holds(texts, digits)


@examples(150)
@given(
    st.sampled_from([place for place in (*EVENT_PLACES, *OTHER_PLACES) if not place[3]]),
    pins.flatmap(lambda pin: st.tuples(st.just(pin), spelled(pin, same_line=True))),
    st.sampled_from(
        ["PIN {}", "the pin code is: {}", "{} is the passcode", "Passcode\n{}", "wrong P\u00adI\u200bN ({})"]
    ),
)
def test_nobody_sees_a_number_beside_the_word_pin(place: Place, pin: tuple[str, str], sentence: str) -> None:
    """What a text calls a PIN is on no card, where the event has none, and in comments and orders."""
    digits, spelling = pin
    for audience in Audience:
        assume(not holds(usually_shown(place, audience), digits))

        assert not holds(shown(*answers_with(place, sentence.format(spelling)), audience), digits)


def test_a_pin_is_struck_from_all_events_of_a_list() -> None:
    """The PIN of one event of an order is also struck from the order's other events."""
    events = [status_changed("rejected", attempted_pin="448812"), new_comment("They tried 44 88 12.")]

    assert "44" not in repr(decode_events(decode_page(body(events)).data)[1].payload)


_PART: Final = st.text("zqxjkvw", min_size=3, max_size=8)
_SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "as it is": lambda part: part,
    "capitals": str.upper,
    "title": str.title,
    "full width": lambda part: "".join(chr(ord(letter) + 0xFEE0) for letter in part),
    "accents": "\u0301".join,
    "soft hyphens": "\xad".join,
    "zero width": "\u200b".join,
}


@examples(250)
@given(
    st.sampled_from([*EVENT_PLACES, *OTHER_PLACES]),
    st.lists(_PART, min_size=1, max_size=3),
    st.sampled_from(sorted(_SPELLINGS)),
    st.sampled_from(["subscriber_name", "end_user_name"]),
)
def test_a_channel_sees_no_part_of_a_name(place: Place, parts: list[str], spelling: str, named_in: str) -> None:
    """A channel sees no part of the subscriber's name, in whatever place and spelling."""
    name = " ".join(parts).title()
    text = ", ".join(_SPELLINGS[spelling](part) for part in parts)
    events, order_data, _ = answers_with(place, f"ask {text}, please")
    if named_in == "end_user_name" and place[2] != "end_user_name":
        order_data = order_data | {"end_user_name": name}
    elif place[2] != "subscriber_name":
        events = [event | {"payload": event["payload"] | {"subscriber_name": name}} for event in events]
    # The history has no order, so it knows the name from its events alone.
    results: list[LookupResult] = [
        *(event_result(event, order=order_data) for event in events),
        order_result(order_data, *events),
    ]
    texts = list(
        strings(msgspec.to_builtins(build_message(LookupResults(tuple(results[:3])), REFERENCE, Audience.CHANNEL)))
    )
    texts += strings(msgspec.to_builtins(build_message(LookupResults(tuple(results)), REFERENCE, Audience.CHANNEL)))

    assert not [part for part in parts if any(part in folded(text) for text in texts)]


def test_what_is_ours_stays_readable() -> None:
    """Ids, our own dates and keys, counts and the last four digits stay; so does a date that somebody wrote."""
    comment = new_comment("Sent 2026-11-24 at 16:30:00 to +1 312-555-0147.", user_id=None)
    texts = shown([comment], order("authorized"), COMMENT, Audience.CHANNEL)
    everything = "\n".join(texts)

    for kept in (EVENT_ID, ORDER_ID, "PO_5a31f0", "ORC-20417", "2 numbers", "2026-11-26 16:30 UTC", "SPID 9Z1Q"):
        assert kept in everything
    assert "Sent 2026-11-24 at 16:30:00 to •••• 0147." in texts


@pytest.mark.parametrize("audience", list(Audience))
def test_a_pin_does_not_damage_what_holds_its_digits_by_chance(audience: Audience) -> None:
    """The PIN is struck as a number, not within a phone number, an id or a date, which must stay readable."""
    event = status_changed("rejected", attempted_pin="0147", rejection_reason="0147 is wrong") | {
        "created_at": "2026-11-23T10:05:00.014700Z"
    }
    everything = "\n".join(shown([event], order("rejected"), COMMENT, audience))

    assert "•••• is wrong" in everything
    assert "0147, " in everything
    assert "2026-11-23 10:05 UTC" in everything
