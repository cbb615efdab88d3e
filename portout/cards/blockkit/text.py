"""Text from outside made safe to show: without invisible characters, cut at a boundary, escaped where Slack parses."""

import re
from typing import Final

from portout.spelling import ELLIPSIS, INVISIBLE, INVISIBLE_RANGES

_MIN_READ = 1_000  # characters: a short line, too, may begin with invisible ones

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters, lone surrogates, and what nobody sees: marks of direction, joiners, blank letters.
_HIDDEN = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{INVISIBLE}]+")
# What nobody sees although Python calls it printable; in a set, because that is faster than a pattern.
_BLANK: Final = frozenset(
    character
    for first, last in INVISIBLE_RANGES
    for character in map(chr, range(first, last + 1))
    if character.isprintable()
)
_MAY_BE_BLANK = re.compile(f"[{min(_BLANK)}-\U0010ffff]")  # nearly all texts have no character beyond Latin
_FORMATTING = re.compile(r"[*~`]")
# An underscore within a word formats nothing, and belongs to keys such as PO_5a31f0.
_UNDERSCORE = re.compile(r"_(?<![^\W_]_)_*|_+(?![^\W_])")
# Whether anything may be an emoji, quickly: a name between colons, but for the minutes of a time.
_EMOJI = re.compile(r":(?:(?<![0-9]:)|(?![0-5][0-9](?:[+-][0-9][0-9])?:))[\w+'-]+:")
# Two colons or more, with all names at them: to remove one colon joins names.
_COLONS = re.compile(r"(?<![\w+'@:-])[\w+'@-]*+(?::[\w+'@-]*+){2,}+")
_OF_TIME = re.compile(r"[0-5][0-9](?:[+-][0-9][0-9])?")  # between the colons of a time
_SCHEME = re.compile(r"(?:(?<![\w+.-])[\w+.-]++)?:/{2,}")
_MENTION = re.compile(r"@(?<!@@)@*+(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)


def clean(text: str) -> str:
    """Return the text without characters that nobody sees, which hide what the rest says.

    Every line end becomes a newline, and a tab becomes a space.
    """
    if text.isprintable() and (text.isascii() or not _MAY_BE_BLANK.search(text) or _BLANK.isdisjoint(text)):
        return text
    return _HIDDEN.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def one_line(text: str | None, limit: int) -> str:
    """Return the text as one clean line of at most `limit` characters; empty for None."""
    if not text:
        return ""
    if not (len(text) <= limit and text.isascii() and text.isprintable()):
        text = clean_beginning(text, 2 * limit + _MIN_READ)
    return truncate(" ".join(text.split()), limit)


def clean_beginning(text: str | None, length: int) -> str:
    """Return the first characters of a text, cleaned, with an ellipsis for the rest; empty for None."""
    # Cut first: to clean a text takes the longer, the longer it is.
    if text is None or len(text) <= length:
        return clean(text or "")
    return clean(text[:length]) + ELLIPSIS


def truncate(text: str, limit: int) -> str:
    """Return the text cut to at most `limit` characters, at the end of a word if one is near, with an ellipsis."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    head, space, tail = start.rpartition(" ")
    return (head if space and len(tail) < 30 else start).rstrip(" \n") + ELLIPSIS


def truncate_lines(text: str, limit: int) -> str:
    """Return the text cut to at most `limit` lines, with an ellipsis in the last one."""
    lines = text.split("\n", limit)
    return text if len(lines) <= limit else "\n".join(lines[:limit]).rstrip("\n ") + ELLIPSIS


def escape(text: str, limit: int) -> str:
    """Return the text as mrkdwn without mentions, links and dates, in at most `limit` characters after escaping."""
    return _escape(clean(text), limit)


def _escape(text: str, limit: int) -> str:
    """Return a clean text escaped: to clean it twice takes longer than all else."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= limit:
        return escaped
    cut = escaped[: limit - 1]
    entity = cut.rfind("&")
    if entity >= 0 and ";" not in cut[entity:]:
        cut = cut[:entity]  # half an entity would be shown as it is
    return cut + ELLIPSIS


def code_safe(text: str | None, limit: int) -> str:
    """Return the text as one clean line without backticks, which would end a code span; may be empty."""
    return one_line(text.replace("`", "") if text else None, limit)


def escape_unformatted(text: str, limit: int) -> str:
    """Return the text as mrkdwn that shows nothing but text, in at most `limit` characters after escaping."""
    return _escape(unformatted(text), limit)


def strip_formatting(text: str) -> str:
    """Return the text without what formats mrkdwn: its characters, the colons of emoji, the `@` of mentions of many."""
    return _strip_names(_strip_marks(text))


def unformatted(text: str) -> str:
    """Return the text of a notification without anything that Slack or its clients make more of than text.

    That is formatting, quotation marks at the start of a line, schemes of URLs, emoji, and mentions of many.
    """
    text = _strip_marks(clean(text))
    if "://" in text:
        text = _SCHEME.sub("", text)
    if ">" in text:
        text = _QUOTE_MARKS.sub("", text)
    return _strip_names(text)


# Most texts have none of these, and a search for one character is faster than a pattern.
def _strip_marks(text: str) -> str:
    if "*" in text or "~" in text or "`" in text:
        text = _FORMATTING.sub("", text)
    return _UNDERSCORE.sub("", text) if "_" in text else text


def _strip_names(text: str) -> str:
    """Return the text without emoji and mentions of many, also where one stands within the other."""
    return _strip_mentions(_strip_emoji(_strip_mentions(text)))


def _strip_emoji(text: str) -> str:
    return _COLONS.sub(_without_emoji, text) if ":" in text and _EMOJI.search(text) else text


def _without_emoji(names: re.Match[str]) -> str:
    """Return names with only the last of their colons; but a time, and what has no emoji, keep theirs."""
    first, *between, last = names[0].split(":")
    if not any(name and "@" not in name for name in between):
        return names[0]  # as in "fe80::1" and "sip:bob@pbx:5060"
    if not all(map(_OF_TIME.fullmatch, between)):
        return f"{first}{''.join(between)}:{last}"
    return names[0] if first[-1:].isdecimal() else first + ":".join((*between, last))


def _strip_mentions(text: str) -> str:
    return _MENTION.sub("", text) if "@" in text else text


def code(text: str | None, limit: int = 100) -> str:
    """Return text from outside as a code span of mrkdwn, easy to copy: ids, keys. Empty when nothing can be shown."""
    shown = _escape(code_safe(text, limit), limit)
    return f"`{shown}`" if shown else ""
