"""Text from outside, made safe to show."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.cards.blockkit.text import ELLIPSIS, clean, code, escape, one_line, truncate
from tests.portout.strategies import examples, hostile_texts

limits = st.integers(1, 300)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Orchid & Sons", "Orchid & Sons"),
        ("a\r\nb\rc\nd\u2028e\x0bf\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("a\tb", "a b"),
        ("a\0b\x1b[31mc\x7fd\x9fe", "ab[31mcde"),
        ("a\ud83db\udc68c", "abc"),
        ("\u202egro.elpmaxe\u202c \u2066x\u2069 \u200fy\u061c", "gro.elpmaxe x y"),
        ("\ufeffa", "a"),
        ("👩\u200d👩\u200d👧 e\u0301 \u200bz\u200cw", "👩\u200d👩\u200d👧 e\u0301 \u200bz\u200cw"),
    ],
    ids=["plain", "line ends", "tab", "control", "surrogates", "bidi", "byte order mark", "joiners stay"],
)
def test_clean(text: str, shown: str) -> None:
    """Invisible characters that change how the rest reads are removed; what people can read stays."""
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("", 5, ""),
        ("12345", 5, "12345"),
        ("123456", 5, "1234…"),
        ("one two three", 10, "one two…"),
        (f"one {'x' * 60}", 50, f"one {'x' * 45}…"),
        ("one\n\ntwo", 5, "one…"),
        ("ok 👩\u200d👩", 5, "ok…"),
        ("ok👩\u200d👩!", 5, "ok👩…"),
    ],
)
def test_truncate(text: str, limit: int, shown: str) -> None:
    """A long text is cut at the end of a word, if one is near, and ends with an ellipsis."""
    assert truncate(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [(None, ""), (" \n\t ", ""), ("\0", ""), (" a\n\n b\u2028\tc ", "a b c"), ("x" * 30, "x" * 19 + "…")],
)
def test_one_line(text: str | None, shown: str) -> None:
    """Any text becomes one line without repeated spaces."""
    assert one_line(text, 20) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("x" * 41, "x" * 39 + "…"),
        ("x" * 36 + "&&", "x" * 36 + "…"),
        ("x" * 35 + "&", "x" * 35 + "&amp;"),
    ],
)
def test_escape(text: str, shown: str) -> None:
    """Markup is escaped, and an entity is never cut in the middle."""
    assert escape(text, 40) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("a24719", "`a24719`"), ("a`b` <c>", "`ab &lt;c&gt;`"), (" a\nb ", "`a b`")]
)
def test_code(text: str, shown: str) -> None:
    """A text cannot end the code span around it."""
    assert code(text) == shown


@examples(300)
@given(hostile_texts)
def test_clean_text_has_no_hidden_characters(text: str) -> None:
    """No control character but the newline, no lone surrogate and no mark of direction is left; all else is."""
    cleaned = clean(text)

    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in cleaned.replace("\n", ""))
    assert not any(unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF"} for char in cleaned)
    assert not any(unicodedata.bidirectional(char) in {"LRI", "RLI", "FSI", "PDI"} for char in cleaned)
    assert clean(cleaned) == cleaned
    assert [char for char in text if char.isprintable() and char != " "] == [
        char for char in cleaned if char.isprintable() and char != " "
    ]


@examples(300)
@given(hostile_texts, limits)
def test_truncated_text_is_a_beginning(text: str, limit: int) -> None:
    """A truncated text is within its limit and is the beginning of the text; a short text does not change."""
    shown = truncate(text, limit)

    assert len(shown) <= limit
    assert shown == text if len(text) <= limit else shown.endswith(ELLIPSIS)
    assert text.startswith(shown.removesuffix(ELLIPSIS)) or shown == text


@examples(300)
@given(hostile_texts, limits)
def test_one_line_is_one(text: str, limit: int) -> None:
    """The line has no line end and no double space, and is within its limit."""
    line = one_line(text, limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


@examples(300)
@given(hostile_texts, limits)
def test_escaped_text_reads_as_before(text: str, limit: int) -> None:
    """Escaped text has no markup and no cut entity in it, and unescaped it is the beginning of the text."""
    escaped = escape(text, limit)

    assert len(escaped) <= limit
    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", escaped)
    assert clean(text).startswith(html.unescape(escaped.removesuffix(ELLIPSIS))) or html.unescape(escaped) == clean(
        text
    )
    assert escaped.endswith(ELLIPSIS) or html.unescape(escaped) == clean(text)


@examples(300)
@given(hostile_texts)
def test_a_code_span_is_one(text: str) -> None:
    """A code span has backticks only at its ends."""
    span = code(text)

    assert span.strip("`") == span[1:-1]
    assert "`" not in span[1:-1]
