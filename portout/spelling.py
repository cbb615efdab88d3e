"""Spellings of a text that people read as the same: dashes, invisible characters, digits and letters of other kinds.

What is searched in a text from outside (a phone number, a PIN, a name) is searched in its folded spelling, and found
parts are replaced in the text as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain
from typing import Final

ELLIPSIS: Final = "…"
"""What stands in the place of the rest of a text."""

MIN_CUT_TEXT: Final = 1_000
"""The fewest characters of a text of Telnyx's whose rest was cut off; if fewer are left, only the ellipsis is."""

DASHES: Final = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2053\u207b\u208b\u2212\u2796\u2e17\u2e1a"
    "\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70\U00010ead"
)
"""Unicode's dashes, and the long vowel mark of Japanese, which is typed as one; the hyphen-minus is not among them."""

_POINTS: Final = "\u01c0\u01c1\u01c3\u0640\u07fa\u1427\u318d\ua78f\ua7f7\ua4f8\ua4f9\ua4fa\ua4fb\ua4fc\ua4fd"
"""Letters that look like dots, dashes and bars, and are typed as such, as the Korean middle dot is."""

INVISIBLE_RANGES: Final = (
    # Category Cf: soft hyphen, marks of direction, zero-width characters, byte order mark, tags.
    *((0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2)),
    *((0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB)),
    *((0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
    # Letters and symbols that are blank, and marks that are never seen: joiners of graphemes, variation selectors.
    *((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0x16FE4, 0x16FE4), (0x1D159, 0x1D159)),
)
"""The first and the last code point of each range of characters that nobody sees, control characters excepted."""

INVISIBLE: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE_RANGES)
"""The same as the content of a character class of a regular expression."""

LINE_ENDS: Final = "\n\r\x0b\x0c\x85\u2028\u2029"

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_MAX_FOLDINGS = 4_096


class Folded:
    r"""A text in one spelling: `text` has plain dashes, ASCII digits, lower-case letters without accents.

    Circled, superscript and full-width characters and keycaps are plain ones; nothing invisible is left; an underscore
    is a space, so that `\w` matches letters and digits only; every line end is a newline.
    """

    __slots__ = ("_is_plain", "_original", "text")

    def __init__(self, original: str) -> None:
        self._original = original
        self._is_plain = original.isascii() and original.isprintable()
        if self._is_plain:
            self.text = original.lower().replace("_", " ")
        else:
            self.text = original.translate(_FOLDINGS)

    def replace(self, spans: Iterable[tuple[int, int]], replacements: Iterable[str]) -> str:
        """Return the original text with parts replaced, and all else as it was written.

        spans: start and end of each part in `text`, in any order; where two overlap, both are replaced by the
        replacement of the first.
        """
        # Character by character only here: nearly no text has anything to replace.
        parts = self._original if self._is_plain else [_FOLDINGS[ord(character)] for character in self._original]
        origins = list(chain.from_iterable([index] * len(part) for index, part in enumerate(parts)))
        pieces, done = [], 0
        for (start, end), replacement in sorted(zip(spans, replacements, strict=True)):
            first, last = origins[start], origins[end - 1] + 1
            # Marks after the last character belong to it, such as the frame of a keycap.
            while last < len(parts) and not parts[last]:
                last += 1
            if first >= done:
                pieces += [self._original[done:first], replacement]
            done = max(done, last)
        return "".join((*pieces, self._original[done:]))


class _Foldings(dict[int, str]):
    """The folded spelling of each character, for `str.translate`; for the first few thousand kinds, made once."""

    def __missing__(self, code_point: int) -> str:
        folded = _fold(chr(code_point))
        if len(self) < _MAX_FOLDINGS:
            self[code_point] = folded
        return folded


def _fold(character: str) -> str:
    if character in LINE_ENDS:
        return "\n"
    if character in _POINTS:
        return "."
    folded = "".join(map(_fold_simple, unicodedata.normalize("NFKD", character)))
    # Korean syllables are put together again: each is one letter.
    return unicodedata.normalize("NFC", folded).casefold()


def _fold_simple(character: str) -> str:
    """Return one character of a decomposed text in plain spelling; nothing for a mark."""
    if character in "_\t":
        return " "
    if character in DASHES:
        return "-"
    category = unicodedata.category(character)
    if category[0] == "M" or category in {"Cc", "Cf", "Cs"} or _INVISIBLE.match(character):
        return ""
    if category[0] == "N":
        value = unicodedata.numeric(character)
        return str(int(value)) if value >= 0 and value.is_integer() else " "
    # Marks that Unicode calls letters: primes and apostrophes.
    return "'" if "\u02b9" <= character <= "\u02ff" else character


_FOLDINGS: Final = _Foldings()


def without_end(text: str, letters: int, characters: int) -> str:
    """Return a text without its end: at least so many letters and digits, and so many characters, as folded."""
    end = len(text)
    while end and (letters > 0 or characters > 0):
        end -= 1
        folded = _FOLDINGS[ord(text[end])]
        letters -= folded.isalnum()
        characters -= len(folded)
    return text[:end]
