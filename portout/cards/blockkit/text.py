"""Text from outside made safe to show: without control characters, cut at a boundary, escaped where Slack parses."""

import re
from typing import Final

ELLIPSIS: Final = "…"

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters, lone surrogates, the byte order mark, and marks that change the direction of the text after them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_FORMATTING = re.compile(r"[*_~`]")
_EMOJI = re.compile(r":(?=[a-z0-9+'_-]+:)")


def clean(text: str) -> str:
    """Return the text without invisible characters that change how the rest reads.

    Every line end becomes a newline, and a tab becomes a space. Joiners stay, because emoji and some scripts need them.
    """
    if text.isprintable():
        return text
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def one_line(text: str | None, limit: int) -> str:
    """Return the text as one clean line of at most `limit` characters; empty for None."""
    return truncate(" ".join(clean(text or "").split()), limit)


def truncate(text: str, limit: int) -> str:
    """Return the text cut to at most `limit` characters, at the end of a word if one is near, with an ellipsis."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    head, space, tail = start.rpartition(" ")
    # A joiner at the end would merge the ellipsis with the emoji before it.
    return (head if space and len(tail) < 30 else start).rstrip(" \n\u200d\ufe0f") + ELLIPSIS


def escape(text: str, limit: int) -> str:
    """Return the text as mrkdwn without mentions, links and dates, in at most `limit` characters after escaping."""
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= limit:
        return escaped
    cut = escaped[: limit - 1]
    entity = cut.rfind("&")
    if entity >= 0 and ";" not in cut[entity:]:
        cut = cut[:entity]  # half an entity would be shown as it is
    return cut + ELLIPSIS


def code_safe(text: str | None, limit: int) -> str:
    """Return the text as one clean line without backticks, which would end a code span; may be empty."""
    return one_line((text or "").replace("`", ""), limit)


def strip_formatting(text: str) -> str:
    """Return the text without the characters that format mrkdwn and without the colons that make emoji."""
    return _EMOJI.sub("", _FORMATTING.sub("", text))


def code(text: str | None, limit: int = 100) -> str:
    """Return text from outside as a code span of mrkdwn, easy to copy: ids, keys. Empty when nothing can be shown."""
    shown = escape(code_safe(text, limit), limit)
    return f"`{shown}`" if shown else ""
