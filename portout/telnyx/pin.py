"""The PIN that was attempted to take a number away: a credential, of which only the attempt is recorded.

People also write PINs into reasons and comments. So the PIN is struck from all texts of its event while it is known,
and from every text of Telnyx's a number that stands beside the word "PIN" or "passcode".
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, Struct, structs

from portout.spelling import ELLIPSIS, MIN_CUT_TEXT, Folded, without_end

STRUCK: Final = "••••"
"""What stands in the place of a PIN."""

MAX_TEXT: Final = 10_000
"""Characters of a text that are read: cards show up to 2,000, and invisible ones may stand between them."""

_T = TypeVar("_T", bound=Struct)

# On folded texts. A number of 4 to 10 digits, with anything but letters and line ends between them.
_NUMBER = r"(?<![0-9])[0-9](?:[^\w\n]{0,12}[0-9]){3,9}(?![0-9])"
_NUMBERS = re.compile(_NUMBER)
_WORD = re.compile(
    r"(?<![^\W0-9])(?:p(?:\. ?)?i(?:\. ?)?n(?:s|[ -]?(?:code|number|no)s?)?|pass[ -]?codes?)(?![^\W0-9])",
)
# In a reason also within a word, such as PIN_MISMATCH; but not "pin down".
_REASON = re.compile(
    r"(?<![^\W0-9_])(?:p\.? ?i\.? ?n|pass[ -]?code|pin[ -]?(?:code|number))s?(?![^\W0-9_])(?! (?:down|point))"
)
_MAX_REASON = 1_000  # characters of a reason that are read
_REACH = 30  # characters between the word and the number
_AFTER_WORD = re.compile(rf"(?s:.){{0,{_REACH}}}?({_NUMBER})")
_AFTER_NUMBER = re.compile(rf".{{0,10}}?({_NUMBER})")  # "4417 and 5523"
_LONGEST = 120  # characters of a number, with what is between its digits
_MAX_AROUND = 200  # characters of a number, the word beside it and what is between them
_MAX_WORDS = 100  # in one text
_MARKS = re.compile(r"\W+")
# What may hold the digits of a PIN by chance, and must stay whole: an id, a time.
_ID_OR_TIME = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class PinAttempt:
    """The fact that a PIN was attempted, or was not. The PIN itself is dropped as soon as it is decoded."""

    __slots__ = ("made",)

    def __init__(self, value: object = None) -> None:
        """Record whether `value` is a PIN; the value itself is not stored."""
        # By identity: a PIN of zeros may arrive as the number 0, which equals False.
        self.made: Final = value is not None and value is not False and value != ""

    def __bool__(self) -> bool:
        return self.made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PinAttempt) and self.made == other.made

    def __hash__(self) -> int:
        return hash(self.made)

    def __repr__(self) -> str:
        return f"PinAttempt(made={self.made})"


def decode_pin(_type: type[Any], value: object) -> PinAttempt:
    """Return the attempt that a PIN stands for: a `dec_hook` for msgspec's decoders."""
    return PinAttempt(value)


class _Payload(Struct, frozen=True):
    attempted_pin: str | None = None


class _Body(Struct, frozen=True):
    payload: _Payload = _Payload()
    data: "_Body | None" = None


_decoder = msgspec.json.Decoder(_Body)


def attempted_pin(body: Raw | bytes) -> list[object]:
    """Return the PIN of an event, in an envelope or in none, read from that field alone; nothing if it is no text."""
    try:
        event = _decoder.decode(body)
    except (ValueError, RecursionError):
        return []
    payloads = [event.payload, event.data.payload] if event.data else [event.payload]
    return [payload.attempted_pin for payload in payloads if payload.attempted_pin is not None]


def pin_keys(pins: Iterable[object]) -> frozenset[str]:
    """Return PINs, as Telnyx sent them, in the spelling in which `strike_pins` searches them."""
    return frozenset([key for pin in pins for key in _keys(pin)])


def strike_pins(decoded: _T, texts: str, keys: Collection[str] = ()) -> _T:
    """Return a Struct without PINs in its texts, and in those of the Structs in it; very long texts are cut off.

    texts: what a card may show of it as it is, in one text; ids and dates are shown only if they are such. keys: those
    of PINs that were attempted, which are struck wherever they stand, in any spelling.
    """
    # Nearly every event and order is without one: a quick check of all its texts at once comes first.
    if len(texts) <= MAX_TEXT and not _may_hold_pin(Folded(texts).text, keys):
        return decoded
    return _strike_struct(decoded, keys)


def names_pin(reason: str) -> bool:
    """Return whether the reason of a rejection speaks of a PIN, in any spelling."""
    return bool(_REASON.search(Folded(reason[:_MAX_REASON]).text))


def _may_hold_pin(text: str, keys: Collection[str]) -> bool:
    """Return whether a folded text may hold the word or an attempted PIN; right when it denies."""
    if "pin" in text or "p.i" in text or "p. i" in text or "pass" in text:
        return True
    if not any(key[-1] in text for key in keys):
        return False
    letters = _MARKS.sub("", text)
    return any(map(letters.__contains__, keys))


def _strike_struct(decoded: _T, keys: Collection[str]) -> _T:
    changed: dict[str, Any] = {}
    for name in decoded.__struct_fields__:
        value = getattr(decoded, name)
        match value:
            case str():
                struck: Any = _strike(value, keys)
            case list():
                struck = [_strike(item, keys) for item in value]
            case Struct():
                struck = _strike_struct(value, keys)
            case _:
                continue
        if struck != value:
            changed[name] = struck
    return structs.replace(decoded, **changed) if changed else decoded


def _strike(text: str, keys: Collection[str]) -> str:
    if len(text) > MAX_TEXT:
        # What stands at the end may be a part of a PIN, or beside the word, of which the rest is cut off.
        beginning = without_end(_strike(text[:MAX_TEXT], keys), max(map(len, keys), default=0), _MAX_AROUND)
        return (beginning if len(beginning) >= MIN_CUT_TEXT else "") + ELLIPSIS
    folded = Folded(text)
    if not _may_hold_pin(folded.text, keys) or _ID_OR_TIME.fullmatch(text):
        return text
    spans = {*_beside_the_word(folded.text), *(_attempted(folded.text, keys) if keys else ())}
    return folded.replace(spans, repeat(STRUCK, len(spans))) if spans else text


def _beside_the_word(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the numbers beside the word "PIN" or "passcode" stand in a folded text."""
    words = list(_WORD.finditer(text)) if _NUMBERS.search(text) else []
    if len(words) > _MAX_WORDS:
        # Nobody writes so: not worth the search around each.
        yield from (number.span() for number in _NUMBERS.finditer(text))
        return
    done = 0
    for word in words:
        for number in _NUMBERS.finditer(text, max(0, word.start() - _LONGEST - _REACH), word.start()):
            if word.start() - number.end() <= _REACH:
                yield number.span()
        number_after = _AFTER_WORD.match(text, word.end())
        # What follows a number that was reached from an earlier word was reached from there, too.
        while number_after and number_after.end() > done:
            yield number_after.span(1)
            done = number_after.end()
            number_after = _AFTER_NUMBER.match(text, number_after.end())


def _keys(value: object) -> Iterator[str]:
    """Yield each PIN in a JSON value in folded spelling: its letters and digits."""
    match value:
        case str():
            if key := _MARKS.sub("", Folded(value).text):
                # Without its zeros a PIN may be a number somewhere.
                yield key.lstrip("0") if key.isdecimal() and len(key.lstrip("0")) > 3 else key
        case dict():
            for item in value.values():
                yield from _keys(item)
        case list():
            for item in value:
                yield from _keys(item)
        case float() if value.is_integer():
            yield from _keys(int(value))
        case int() | float() if not isinstance(value, bool):
            # A number has lost the zeros before it.
            yield from {key for digits in range(4, 11) for key in _keys(str(value).zfill(digits))}


def _attempted(text: str, keys: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where a PIN stands in a folded text, with anything but letters and digits between its characters."""
    # Not with regular expressions: their cache would keep the PIN.
    letters = "".join(filter(str.isalnum, text))
    keys = [key for key in keys if key in letters]
    places = [place for place, character in enumerate(text) if character.isalnum()] if keys else []
    for key in keys:
        start = letters.find(key)
        while start >= 0:
            last = places[start + len(key) - 1]
            if not _is_joined(text, last, last + 1):
                first = start
                while first and letters[first - 1] == "0" and key.isdecimal() and key[0] != "0":
                    first -= 1
                free = (place for place in places[first : start + 1] if not _is_joined(text, place - 1, place))
                if (begin := next(free, None)) is not None:
                    yield begin, last + 1
            start = letters.find(key, start + 1)


def _is_joined(text: str, left: int, right: int) -> bool:
    """Return whether two neighbours belong to one number, or to one word."""
    pair = text[left : right + 1] if left >= 0 else ""
    return len(pair) > 1 and (pair.isdecimal() or pair.isalpha())
