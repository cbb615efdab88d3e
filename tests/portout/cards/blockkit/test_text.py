"""Text from outside, made safe to show."""

import html
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portout.cards.blockkit.text import (
    clean,
    code,
    escape,
    one_line,
    strip_formatting,
    truncate,
    truncate_lines,
    unformatted,
)
from portout.spelling import ELLIPSIS, INVISIBLE
from tests.amount import examples
from tests.growth import is_linear
from tests.portout.strategies import hostile_texts

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
        ("👩\u200d👩 e\u0301 \u200bz\u200cw\xad", "👩👩 e\u0301 zw"),
        ("\u3164\u2800\u115f\u1160\uffa0\u034f\ufe0f", ""),
        ("a\U000e0041b", "ab"),
    ],
    ids=["plain", "line ends", "tab", "control", "surrogates", "bidi", "byte order mark", "joiners", "blanks", "tags"],
)
def test_clean(text: str, shown: str) -> None:
    """Characters that nobody sees are removed; what people can read stays."""
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
    """No control character but the newline, no lone surrogate and nothing invisible is left; all else is."""
    cleaned = clean(text)

    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in cleaned.replace("\n", ""))
    assert not any(unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF"} for char in cleaned)
    assert not any(unicodedata.bidirectional(char) in {"LRI", "RLI", "FSI", "PDI"} for char in cleaned)
    assert clean(cleaned) == cleaned
    assert [char for char in text if char.isprintable() and char != " " and not is_blank(char)] == [
        char for char in cleaned if char.isprintable() and char != " "
    ]


def is_blank(character: str) -> bool:
    """Return whether nobody sees a character that Python calls printable."""
    return re.fullmatch(f"[{INVISIBLE}]", character) is not None


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _it_ ~no~ `code`", "bold it no code"),
        ("PO_5a31f0 and a_b_c", "PO_5a31f0 and a_b_c"),
        (":tada:", "tada:"),
        ("::tada::", "tada:"),
        (":::tada:::wave::skin-tone-2:", "tadawaveskin-tone-2:"),
        (":ta*da:", "tada:"),
        ("at 10:05:00, 10:05", "at 10:05:00, 10:05"),
        ("10:05:00+00:00", "10:05:00+00:00"),
        ("a: b: c", "a: b: c"),
        ("Note:10:05:00", "Note10:05:00"),
        ("fe80::1", "fe80::1"),
        ("sip:bob@pbx:5060", "sip:bob@pbx:5060"),
        ("PINs:@here:", "PINshere:"),
    ],
)
def test_strip_formatting(text: str, shown: str) -> None:
    """No formatting and no emoji is left, however often its colons are repeated; keys and times stay."""
    assert strip_formatting(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://x.example/a?b=c", "see x.example/a?b=c"),
        ("hthttp://tp://x.example", "x.example"),
        ("SLACK://open", "open"),
        ("<!here> @here @@channel @everyone a@here.example", "<!here> here channel everyone ahere.example"),
        ("@:here: @h*ere", "here: here"),
        ("> quoted\n >> more\n 2 > 1", "quoted\nmore\n 2 > 1"),
        ("h\u200bttp://x", "x"),
        ("Type /invite @Port-out here", "Type /invite @Port-out here"),
    ],
)
def test_unformatted(text: str, shown: str) -> None:
    """A notification has no link, mention of many, emoji or formatting, also none made by removing another."""
    assert unformatted(text) == shown


@examples(300)
@example("://")
@example(":@here:")
@example(":a@:@here:")
@example("1:11:a:")
@example(":11:")
@example("a:11:")
@example("::11:")
@example("1:11::11:a")
@given(hostile_texts | st.text(alphabet=":/@>*_~`a1 \n-+'").map(lambda text: text.replace("a", "here")))
def test_nothing_live_is_left_after_removing(text: str) -> None:
    """Removing once more changes nothing: no removal makes formatting, an emoji, a link or a mention of the rest."""
    once = unformatted(text)

    assert "://" not in once
    assert strip_formatting(once) == once
    assert not re.search(r"(?<![\d:]):[\w+'-]+:|@(?:here|channel|everyone)\b", once)


def test_a_text_has_at_most_so_many_lines() -> None:
    """What is beyond the last line is replaced by an ellipsis."""
    assert truncate_lines("a\nb\nc", 3) == "a\nb\nc"
    assert truncate_lines("a\nb\n\nd", 3) == "a\nb…"
    assert truncate_lines("\n" * 5_000, 25) == "…"


@pytest.mark.parametrize("repeated", [":", "a:", "a", "_", "> "])
def test_the_cost_grows_with_the_length_of_a_text(repeated: str) -> None:
    """Not with its square, for texts made to be slow."""
    assert is_linear(lambda length: unformatted(repeated * (length // len(repeated)) + "://"))
