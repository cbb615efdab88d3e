"""Text from outside, made safe to show: control characters out, cut at a boundary, escaped where Slack parses."""

import re
from typing import Final

ELLIPSIS: Final = "…"

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters, lone surrogates, and the marks that reverse the direction of what follows.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_FORMATTING = re.compile(r"[*_~`]")
_EMOJI = re.compile(r":(?=[a-z0-9+'_-]+:)")


def clean(text: str) -> str:
    """Drop what can't be seen but changes what is; every line end becomes a newline, and a tab a space."""
    if text.isprintable():
        return text
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def one_line(text: str | None, limit: int) -> str:
    """Make a single clean line of at most `limit` characters; empty for None."""
    return truncate(" ".join(clean(text or "").split()), limit)


def truncate(text: str, limit: int) -> str:
    """Shorten to at most `limit` characters, at a word's end if there is one near, and say so by an ellipsis."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    head, space, tail = kept.rpartition(" ")
    # A joiner at the end would draw the ellipsis into the emoji before it.
    return (head if space and len(tail) < 30 else kept).rstrip(" \n\u200d\ufe0f") + ELLIPSIS


def escape(text: str, limit: int) -> str:
    """Disarm mentions, links and dates in text that Slack parses; `limit` counts the escaped characters."""
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= limit:
        return escaped
    kept = escaped[: limit - 1]
    start = kept.rfind("&")
    if start >= 0 and ";" not in kept[start:]:
        kept = kept[:start]
    return kept + ELLIPSIS


def code_safe(text: str | None, limit: int) -> str:
    """Make a single clean line that can stand in a code span; empty when nothing of it can."""
    return one_line((text or "").replace("`", ""), limit)


def strip_formatting(text: str) -> str:
    """Leave out what formats text that Slack parses, and what makes emoji of words between colons."""
    return _EMOJI.sub("", _FORMATTING.sub("", text))


def code(text: str | None, limit: int = 100) -> str:
    """Make a code span of text from outside, for mrkdwn: ids and keys, easy to copy; empty when nothing can be."""
    shown = escape(code_safe(text, limit), limit)
    return f"`{shown}`" if shown else ""
