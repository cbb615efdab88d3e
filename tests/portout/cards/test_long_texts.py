"""Very long texts: cut before anything is done with them, without showing a part of what is masked as a whole."""

import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import RichText, RichTextQuote, Text
from portout.cards.blockkit.text import (
    clean,
    one_line,
    strip_formatting,
    truncate,
    truncate_lines,
    unformatted,
)
from portout.cards.fields import facts
from portout.cards.message import build_message
from portout.cards.redaction.masking import code_text, free_text, mask_numbers, names_of, strike_names
from portout.lookup.results import LookupResults
from portout.spelling import Folded
from portout.telnyx.decoding import decode_page
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_comments, decode_order
from tests.amount import FULL, examples
from tests.growth import is_linear
from tests.portout.cards.builders import REFERENCE
from tests.portout.payloads import body, event_result, new_comment, order, status_changed
from tests.portout.strategies import hostile_texts

MIB: Final = 2**20
READ: Final = 10_000  # characters of a text of Telnyx's that are read
NUMBER: Final = "3125550147"
NAME: Final = "Wilhelmina Quartz"

repeated_texts: Final = st.tuples(hostile_texts.filter(bool).map(lambda text: text[:500]), st.integers(1, 30_000))
vanishing: Final = st.sampled_from([" ", "\n", "\u200b", "*", "\0", "`", "_", "\xad", "- ", "\u3164", "e\u0301 ", "~ "])
"""What takes no room on a card in a channel, or hardly any, so that what comes after it may be shown."""


def whole_comment(text: str) -> str:
    """Return a comment as a card shows it, cleaned as a whole."""
    return truncate_lines(truncate(clean(text).strip(), 2_000), 25)


@examples(200)
@given(repeated_texts)
def test_what_is_short_is_shown_as_before(repeated: tuple[str, int]) -> None:
    """Up to the limit, a comment and a line are the same as if they were cleaned as a whole."""
    text = repeated[0] * (1 + repeated[1] // len(repeated[0]))
    for start in (text[:10_000], text[:1_000]):
        assert facts.comment(start) == whole_comment(start)
    assert one_line(text[:1_120], 60) == truncate(" ".join(clean(text[:1_120]).split()), 60)


@examples(200)
@given(repeated_texts, st.integers(1, 300))
def test_what_is_long_begins_as_before(repeated: tuple[str, int], limit: int) -> None:
    """Of a longer one the same beginning is shown: all of it, unless most of it is invisible."""
    text = repeated[0] * (1 + repeated[1] // len(repeated[0]))
    shown, whole = one_line(text, limit), truncate(" ".join(clean(text).split()), limit)

    assert shown == whole or (len(text) > 2 * limit + 1_000 and shown.endswith("…"))
    assert whole.startswith(shown.removesuffix("…").rstrip()) or shown == whole
    if len(" ".join(clean(text[: 2 * limit]).split())) > limit:
        assert shown == whole


@pytest.mark.parametrize("text", ["Please call us. ", "J\xf6rg ist da\n", "x", "\u043d\u0435\u0442 "])
def test_a_very_long_comment_is_shown_as_before(text: str) -> None:
    """A comment of a megabyte begins on its card as if all of it were cleaned."""
    comment = text * (MIB // len(text))

    assert quote(comment, Audience.PRIVATE) == whole_comment(comment)
    assert quote(comment, Audience.CHANNEL) == truncate(" ".join(comment.split()), 200)


def quote(comment: str, audience: Audience, pin: str | None = None) -> str:
    """Return the comment as its card shows it. pin: the one that was attempted."""
    data = new_comment(comment, **({"attempted_pin": pin} if pin else {}))
    result = event_result(data, order=order("authorized", end_user_name=NAME))
    return "".join(
        element.text
        for block in build_message(LookupResults((result,)), REFERENCE, audience).blocks
        if isinstance(block, RichText)
        for part in block.elements
        if isinstance(part, RichTextQuote)
        for element in part.elements
        if isinstance(element, Text)
    )


class Straddling(Struct, frozen=True):
    """A text with a secret where it may be cut, and little else that takes room on a card before it.

    cut: where; None for a little more than what stands at the end of what is read, and is dropped.
    """

    secret: str
    filler: str
    cut: int | None
    offset: int

    @property
    def text(self) -> str:
        if self.cut is None:
            return f"Hi {self.secret} {'h' * (199 - self.offset)}{self.filler * 12_000}"
        place = self.cut - self.offset
        return f"{f'Hi {self.filler * place}'[: place - 1]} {self.secret} {self.filler * 12_000}"


def straddling(*secrets: str) -> st.SearchStrategy[Straddling]:
    cuts = st.sampled_from([None, 2_000, 5_000, 10_000])
    return st.builds(Straddling, st.sampled_from(secrets), vanishing, cuts, st.integers(0, 30))


@examples(250)
@given(straddling(NUMBER, "+1 312 555 0147", "312-555-0147", "31\u200b2 (555) \uff10147"))
def test_a_number_that_is_cut_in_two_is_not_shown(case: Straddling) -> None:
    """Wherever a text is cut, a channel sees the last four digits of a whole number, or none of its digits."""
    for shown in (quote(case.text, Audience.CHANNEL), free_text(case.text) or "", code_text(case.text) or ""):
        assert re.findall("[0-9]+", Folded(shown).text) in ([], ["0147"])


@examples(250)
@given(straddling(NAME, "QUARTZ", "Q\u200bua*rtz", "wilhelminaquartz"))
def test_a_name_that_is_cut_in_two_is_not_shown(case: Straddling) -> None:
    """Wherever a text is cut, a channel sees no part of a subscriber's name."""
    names = names_of([NAME])
    for shown in (
        quote(case.text, Audience.CHANNEL),
        free_text(case.text, names) or "",
        code_text(case.text, names) or "",
    ):
        letters = "".join(filter(str.isalpha, Folded(shown).text)).replace("e", "")
        assert set(letters) <= {"h", "i"}
        assert letters.count("i") <= 1


@examples(250)
@given(
    st.one_of(
        st.tuples(straddling("4417", "4 4 1 7", "4\u200b4/17"), st.just("4417")),
        st.tuples(straddling("00739164", "739164", "7-391-64"), st.just("00739164")),
        st.tuples(straddling("PIN is 4417", "4417 is not my passcode", "pin code: 4\u200b4 (1) 7"), st.none()),
    ),
    st.sampled_from(list(Audience)),
)
def test_a_pin_that_is_cut_in_two_is_not_shown(case_and_pin: tuple[Straddling, str | None], audience: Audience) -> None:
    """Wherever a text is cut, nobody sees a digit of the attempted PIN, or of a number that the text calls one."""
    case, pin = case_and_pin

    assert not re.search("[0-9]", Folded(quote(case.text, audience, pin)).text)


def test_the_rest_of_a_long_text_is_dropped_when_it_is_decoded() -> None:
    """Of every text, whoever wrote it: of events, orders and comments."""
    text = "long " * MIB
    decoded: list[Any] = [
        decode_event(body(new_comment(text, user_id=text))).payload,
        decode_event(body(status_changed("rejected", rejection_reason=text, carrier_name=text))).payload,
        decode_order(body(order("rejected", reason=text, pon=text))),
        *decode_comments(decode_page(body([{"body": text}])).data),
    ]

    assert all(1_000 < len(repr(one)) < 2 * READ + 1_000 for one in decoded)


@pytest.mark.parametrize(
    "repeated",
    [
        *("1", "1 ", "1-", "(+", "+(1", "quartz", "quart", "q ", "pin ", "p.i.n", "@", "@here", ":", ":a", "_", "a_"),
        *("*", "`~", "://", "a://", "> ", "\n>", "2026-11-24 ", "10:05 ", "\u200b1"),
    ],
    ids=ascii,
)
def test_the_cost_of_masks_grows_with_the_length_of_a_text(repeated: str) -> None:
    """Not with its square, for texts of a megabyte that are made to be slow, if somebody masks them as a whole."""
    names = names_of([NAME, "J. R. Ng"])

    def mask(length: int) -> None:
        text = repeated * (length // len(repeated)) + "x"
        unformatted(strip_formatting(mask_numbers(strike_names(text, names), shortest=5)))

    assert is_linear(mask, MIB if FULL else MIB // 32, rounds=1 if FULL else 3)
