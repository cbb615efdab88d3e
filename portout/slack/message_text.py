"""What a Slack message says, wherever it says it: an alert's text is often anywhere but in `text`.

Source: docs.slack.dev/reference/block-kit and /legacy/legacy-messaging; Slack adds kinds of blocks without notice, so
this goes by the names of fields, not by a list of blocks.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SPOKEN: Final = frozenset(
    {"text", "fallback", "pretext", "title", "title_link", "author_name", "footer", "url", "alt_text"}
)
_NESTED: Final = frozenset({"blocks", "elements", "fields", "attachments", "files", "rows", "accessory", "caption"})
_MAX_DEPTH = 30


def visible_texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Give every text that a person sees in the message, `text` first, and where its links lead."""
    return _visible_texts(message, 0)


def _visible_texts(value: Any, depth: int, *, spoken: bool = False) -> Iterator[str]:
    match value:
        case str() if spoken:
            yield value
        case list() if depth < _MAX_DEPTH:
            for inner in value:
                yield from _visible_texts(inner, depth + 1)
        case dict() | Mapping() if depth < _MAX_DEPTH:
            for name in ("text", *(one for one in value if one != "text")) if "text" in value else value:
                # A field's value is shown, a button's isn't.
                if name in _SPOKEN or (name == "value" and "title" in value):
                    if isinstance(value[name], str):
                        yield value[name]
                    else:
                        yield from _visible_texts(value[name], depth + 1, spoken=True)
                elif name in _NESTED:
                    yield from _visible_texts(value[name], depth + 1)
        case _:
            pass
