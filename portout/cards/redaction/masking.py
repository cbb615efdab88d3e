"""Masks for what a channel sees: phone numbers by their last four digits, names of subscribers by their initials.

Numbers and names are searched in the folded spelling of a text (`portout.spelling`); what is not masked stays as it was
written.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.text import one_line, strip_formatting, truncate, unformatted
from portout.spelling import ELLIPSIS, MIN_CUT_TEXT, Folded, without_end

MAX_FREE_TEXT: Final = 200
"""Characters of a comment or a reason that a channel sees."""

_MAX_READ = 2_000  # characters of a text that are examined; the rest is dropped, so that the cost is bounded
_MAX_CUT_NUMBER = 64  # digits of a number that may be cut in two, which is many times the longest phone number
_MAX_INITIALS = 4
_DOTS: Final = "••••"
_NAME_DOTS: Final = "•••"
_MIN_PART = 3  # letters of a part of a name that is struck
_MIN_INSIDE = (
    5  # letters of a part that is struck inside of longer words, too: "Quartz" in "wquartz@…", "Ann" not in "plan"
)
# Parts of names that identify nobody, and stand in many texts.
_COMMON: Final = frozenset(
    (
        *("and", "the", "for", "von", "van", "der", "den", "del", "los", "las"),
        *("inc", "llc", "ltd", "llp", "plc", "gmbh", "corp"),
    )
)

# On folded texts: digits with anything but letters between them, and the plus and the bracket before them.
_NUMBER = re.compile(r"(?:[+(] ?){0,3}([0-9](?:\W*[0-9])*)")
_SEVEN_DIGITS = re.compile(r"[0-9](?:[\W_]*[0-9]){6}")
_LETTERS = re.compile(r"[^\W0-9]+")
_NO_LETTERS = re.compile(r"\W+")
_LOST_LATER = re.compile(r"[*~`_:@]")  # what mrkdwn and notifications may lose
_DATE = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = (
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,6})?)?(?: ?[+-](?:0[0-9]|1[0-4]):?(?:00|15|30|45))?"
)
_ISO = re.compile(rf"{_DATE}(?:,? {_TIME})?|{_TIME}")


class Names(Struct, frozen=True):
    """The parts of subscribers' names that are struck from texts, in folded spelling.

    words: parts that are struck as whole words. anywhere: parts that are struck inside of words, too. spelled: whole
    names with short words, as letters only: "jrng" for "J. R. Ng".
    """

    words: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()
    spelled: frozenset[str] = frozenset()


NO_NAMES: Final = Names()


def names_of(subscribers: Iterable[str | None]) -> Names:
    """Return what is struck for these subscribers: parts of three letters and more, and each name as a whole."""
    words: set[str] = set()
    anywhere: set[str] = set()
    spelled: set[str] = set()
    for subscriber in {name for name in subscribers if name}:
        parts = _LETTERS.findall(Folded(one_line(subscriber, _MAX_READ)).text)
        long = [part for part in parts if len(part) >= _MIN_PART and part not in _COMMON]
        anywhere.update(part for part in long if len(part) >= _MIN_INSIDE or not _has_case(part))
        words.update(long)
        whole = "".join(parts)
        if len(whole) >= _MIN_INSIDE or not _has_case(whole):
            anywhere.add(whole)
        if len(whole) > 1 and any(len(part) < _MIN_PART for part in parts):
            spelled.add(whole)
    return Names(frozenset(words - anywhere), frozenset(anywhere - {""}), frozenset(spelled))


def strike_names(text: str, names: Names) -> str:
    """Return a text without the names."""
    folded = Folded(text)
    spans = set(_places(folded.text, names))
    return folded.replace(spans, repeat(_NAME_DOTS, len(spans))) if spans else text


def _places(text: str, names: Names) -> Iterator[tuple[int, int]]:
    for part in names.anywhere:
        yield from _find(text, part)
    for part in names.words:
        for start, end in _find(text, part):
            if not text[end : end + 1].isalpha() and not (start and text[start - 1].isalpha()):
                yield start, end
    if not names.spelled:
        return
    places = [place for place, character in enumerate(text) if character.isalpha()]
    letters = "".join([text[place] for place in places])
    for name in names.spelled:
        for first, last in _find(letters, name):
            start, end = places[first], places[last - 1] + 1
            if not text[end : end + 1].isalpha() and not (start and text[start - 1].isalpha()):
                yield start, end


def _find(text: str, part: str) -> Iterator[tuple[int, int]]:
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + len(part))


def _has_case(word: str) -> bool:
    """Return whether a word is of a script with capital letters, which also has spaces between words."""
    return word != word.upper()


def mask_numbers(text: str, *, shortest: int) -> str:
    """Return a text with each number of `shortest` digits or more masked, except a single ISO date or time."""
    folded = Folded(text)
    spans, masks = [], []
    for number in _NUMBER.finditer(folded.text):
        if len(number[1]) < shortest:
            continue
        digits = "".join(filter(str.isdecimal, number[1]))
        if len(digits) >= shortest and not _ISO.fullmatch(number[1]):
            spans.append(number.span())
            masks.append(_masked(digits))
    return folded.replace(spans, masks) if spans else text


def mask_number(number: str) -> str:
    """Return a phone number by its last four digits; of a short one two digits or none."""
    if number.isascii() and number[:1] == "+" and number[1:].isdecimal():
        return _masked(number[1:])  # as nearly all are
    return _masked("".join(filter(str.isdecimal, Folded(number[:_MAX_READ]).text)))


def _masked(digits: str) -> str:
    """Return dots and the last four digits; the last two of five or six digits, none of fewer."""
    shown = 4 if len(digits) > 6 else 2 if len(digits) > 4 else 0
    return f"{_DOTS} {digits[-shown:]}" if shown else _DOTS


def initials(name: str | None) -> str | None:
    """Return the initials of a name, and a dot for each word of which the initial would be much, or all.

    That is a word of one or two letters, or of a script without capital letters: in Chinese, it would be half a name.
    """
    words = [word for word in one_line(name, 120).split()[:_MAX_INITIALS] if word[0].isalnum()]
    return " ".join([f"{word[0]}." if _is_long(word) else "•" for word in words]) or None


def _is_long(word: str) -> bool:
    letters = len(word) if word.isalpha() else sum(map(str.isalpha, word))
    return letters >= _MIN_PART and word[0].lower() != word[0].upper()


def free_text(text: str | None, names: Names = NO_NAMES) -> str | None:
    """Return text that people wrote as one short line without names, with its numbers masked."""
    if text is None:
        return None
    return truncate(_mask(text, names, shortest=5), MAX_FREE_TEXT) or None


def code_text(text: str | None, names: Names = NO_NAMES) -> str | None:
    """Return a code or a name from outside likewise; shorter numbers stay, because a code consists of them."""
    # Nearly all of them are plain, and need no folding.
    if text is None or (
        len(text) < MIN_CUT_TEXT and text.isascii() and text.isprintable() and not _may_need_mask(text, names)
    ):
        return text
    return truncate(_mask(text, names, shortest=7), MAX_FREE_TEXT) or None


def _may_need_mask(text: str, names: Names) -> bool:
    """Return whether a text in ASCII may hold a number or a name; right when it denies."""
    if names.spelled or (len(text) > 6 and _SEVEN_DIGITS.search(text)) or _LOST_LATER.search(text):
        return True
    text = text.lower()
    for part in names.anywhere:
        if part in text:
            return True
    return any(part in text for part in names.words) if names.words else False


def _mask(text: str, names: Names, *, shortest: int) -> str:
    line = one_line(text, _MAX_READ)
    is_cut = len(text) >= MIN_CUT_TEXT and line.endswith(ELLIPSIS)
    masked = _mask_line(line.removesuffix(ELLIPSIS) if is_cut else line, names, shortest)
    # "Qua*rtz" and "312 tel://555" are shown without the marks: what is readable only then is masked, too.
    for strip in (strip_formatting, unformatted):
        stripped = strip(masked)
        if stripped != masked and (masked_again := _mask_line(stripped, names, shortest)) != stripped:
            masked = masked_again
    return _without_cut_secret(masked, names) if is_cut else masked


def _without_cut_secret(masked: str, names: Names) -> str:
    """Return what may be shown of a text whose rest was cut off: its end may be a part of a number or of a name."""
    longest = max(map(len, (*names.words, *names.anywhere, *names.spelled)), default=0)
    # The letters and digits after those that are shown are dropped first.
    n_dropped = max(longest, _MAX_CUT_NUMBER) - len(_NO_LETTERS.sub("", Folded(masked[MAX_FREE_TEXT:]).text))
    return masked if n_dropped <= 0 else without_end(masked[:MAX_FREE_TEXT], n_dropped, 0) + ELLIPSIS


def _mask_line(line: str, names: Names, shortest: int) -> str:
    # Names first: a number may be written around them.
    return mask_numbers(strike_names(line, names), shortest=shortest) if line else ""
