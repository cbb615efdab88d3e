"""Folded spellings of a text, and the way back to the text as it was written."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.spelling import INVISIBLE, Folded
from tests.amount import examples
from tests.portout.strategies import anything, hostile_texts


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("Orchid_Wireless 1", "orchid wireless 1"),
        ("M\xdcLLER Stra\xdfe e\u0301", "muller strasse e"),
        ("\u2460\u2776\u00b9\uff11\u0661\U0001d7ce1\ufe0f\u20e3", "1111101"),
        ("\u2469 \u00bd", "10 1\u20442"),
        ("a\u2013b\u30fcc\u2212d", "a-b-c-d"),
        ("a\u200bb\xadc\u3164d\0e", "abcde"),
        ("a\r\u2028b\tc", "a\n\nb c"),
        ("\uae40\ucca0\uc218", "\uae40\ucca0\uc218"),
    ],
    ids=ascii,
)
def test_a_text_is_folded(text: str, spelling: str) -> None:
    """What people read as the same has one spelling."""
    assert Folded(text).text == spelling


def test_what_is_replaced_and_what_stays() -> None:
    """A part is replaced with the marks on it, and all around it stays as it was written."""
    text = "T\xe9l: \uff13\uff11\u200b3\ufe0f\u20e3!"
    start = Folded(text).text.index("313")

    assert Folded(text).replace([(start, start + 3)], ["#"]) == "T\xe9l: #!"
    assert Folded("abcdef").replace([(3, 5), (1, 4)], ["y", "x"]) == "axf"


@examples(200)
@given(hostile_texts | st.text(anything), st.data())
def test_every_part_is_replaced_where_it_stands(text: str, data: st.DataObject) -> None:
    """Without a replacement a text is unchanged; with one for all of it, at most invisible characters are left."""
    folded = Folded(text)

    assert folded.replace([], []) == text
    if folded.text:
        start = data.draw(st.integers(0, len(folded.text) - 1))
        replaced = folded.replace([(start, len(folded.text))], ["#"])
        assert text.startswith(replaced.split("#")[0]) or "#" in text
        assert "#" in replaced
        assert Folded(folded.replace([(0, len(folded.text))], ["#"])).text.strip() in {"#", ""}


def test_all_format_characters_are_invisible() -> None:
    """All of Unicode's category Cf are among the characters that nobody sees, and no digit or ASCII character is."""
    invisible = re.compile(f"[{INVISIBLE}]")
    matched = {code for code in range(sys.maxunicode + 1) if invisible.match(chr(code))}

    assert {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"} <= matched
    assert not [code for code in matched if code < 128 or chr(code).isdigit()]
