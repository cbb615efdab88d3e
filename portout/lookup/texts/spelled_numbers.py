"""Phone numbers in what people type and paste, in whatever spelling, as E.164.

With a plus, or 00 or 011 in its place, a number is E.164. Without one, ten digits, or eleven with a leading 1, are of
the US or Canada, and twelve to fifteen are E.164. Digits of other things are no numbers: of UUIDs and other ids,
addresses, dates, times, amounts of seconds since 1970.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_MAX_GROUPS: Final = 1_000  # of digits in one text

_TABLE: Final = {
    # Spaces of other widths, full-width characters, and other dots and slashes.
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    **{0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)},
    **dict.fromkeys(map(ord, "\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb"), "."),
    **dict.fromkeys(map(ord, "\u2044\u2215"), "/"),
}

_YEAR, _MONTH, _DAY = r"(?:19|20|21)[0-9]{2}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?"
_NO_NUMBERS = re.compile(
    "|".join(
        (
            r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",  # a UUID
            r"\bhttps?://[^\s<>|]+",
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+",  # an e-mail address
            r"<[!@#][^|>]*",  # Slack's dates, users and channels
            rf"(?<![\w+./-]){_YEAR}([-/.]){_MONTH}\1{_DAY}(?![0-9]|\1[0-9])",  # a date, the year first or last
            rf"(?<![\w+./-]){_DAY}([-/.]){_DAY}\2{_YEAR}(?![0-9]|\2[0-9])",
            rf"(?<![\w+./-]){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?{_CLOCK}(?![0-9])",
            r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[+-][0-9]{2}:?[0-9]{2})?(?![0-9])",  # a time
            r"\b[0-9]{9,10}\.[0-9]{6}\b",  # seconds since 1970, such as Slack's timestamps
            r"(?<![\w+.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\.?[0-9])",  # an IPv4 address
        )
    )
)
_SEPARATOR = r"[ ./()-]"
# A plus and digits, with up to four separators between them. Before it stands neither a part of an id, nor a sign of
# a path, a channel or a fragment; after it neither the rest of an id nor a domain.
_RUN = re.compile(
    rf"(?<![0-9A-Za-z#/\\@$%^&])(?<![0-9A-Za-z][_.-])(\(?\+(?:\(| (?=1\b))?|\(?)([0-9](?:{_SEPARATOR}{{0,4}}[0-9])*)"
    r"(?=(?:[ ,;]{0,2}(?:x|ext)[. ]{0,2}[0-9])|(?![0-9A-Za-z]|[_@-][0-9A-Za-z]|\.[A-Za-z]))",
    re.IGNORECASE,
)
_SEVEN_DIGITS = re.compile(rf"[0-9](?:{_SEPARATOR}{{0,4}}[0-9]){{6}}")
_GROUP = re.compile(rf"([0-9]+)({_SEPARATOR}*)")
_NANP = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_E164 = re.compile(r"(?:1[2-9][0-9]{2}[2-9][0-9]{6}|[2-9][0-9]{6,14})")
_LONG = re.compile(r"[2-9][0-9]{11,14}")
_DIALED_ABROAD = re.compile(r"(?:011|00)(?=[1-9])")
_MIN_DIGITS: Final = 7


def find_numbers(text: str) -> Iterator[str]:
    """Yield the phone numbers in a text that `folding.fold` returned: with plain hyphens, and all of it visible."""
    text = text if text.isascii() else text.translate(_TABLE)
    if not _SEVEN_DIGITS.search(text):
        return
    # The zero that is dialed within a country is written in brackets: "+44 (0)20 7946 0958".
    text = _NO_NUMBERS.sub(";", text.replace("(0)", ""))
    room = _MAX_GROUPS
    for match in _RUN.finditer(text):
        groups = _GROUP.findall(match[2])[:room]
        yield from _numbers(groups, has_plus="+" in match[1])
        room -= len(groups)


def _numbers(groups: Sequence[tuple[str, str]], *, has_plus: bool) -> Iterator[str]:
    """Yield the numbers in a run of digits. groups: its digits, each with the separator after them."""
    digits = "".join([group for group, _ in groups])
    if len(digits) < _MIN_DIGITS:
        return
    if not has_plus and (abroad := _DIALED_ABROAD.match(digits)) and _E164.fullmatch(digits, abroad.end()):
        yield f"+{digits[abroad.end() :]}"
    elif whole := _whole(digits, has_plus=has_plus):
        yield whole
    else:
        # Several numbers in a row, or a number beside something else: they are separated by a space or a slash.
        start = 0
        while start < len(groups):
            end, number = _longest(groups, start, has_plus=has_plus and start == 0)
            if number:
                yield number
            start = end


def _whole(digits: str, *, has_plus: bool) -> str | None:
    if has_plus:
        return f"+{digits}" if _E164.fullmatch(digits) else None
    return _of_north_america(digits) or (f"+{digits}" if _LONG.fullmatch(digits) else None)


def _of_north_america(digits: str) -> str | None:
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return f"+1{national}" if _NANP.fullmatch(national) else None


def _longest(groups: Sequence[tuple[str, str]], start: int, *, has_plus: bool) -> tuple[int, str | None]:
    """Return the longest number that begins with a group, and the group after it; no number where there is none."""
    found: tuple[int, str | None] = (start + 1, None)
    if start and not _parts(groups[start - 1][1]):
        return found
    digits = ""
    for end in range(start, len(groups)):
        digits += groups[end][0]
        if len(digits) > 15:
            break
        is_last = end == len(groups) - 1
        if is_last or _parts(groups[end][1]):
            number = _whole(digits, has_plus=True) if has_plus else _of_north_america(digits)
            found = (end + 1, number) if number else found
    return found


def _parts(separator: str) -> bool:
    """Return whether two numbers may be on both sides of a separator."""
    return " " in separator or "/" in separator
