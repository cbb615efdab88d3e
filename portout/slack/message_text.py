"""The texts that a Slack message shows, in whichever field: an alert's text is often anywhere but in `text`.

Source: docs.slack.dev/reference/block-kit and /legacy/legacy-messaging. Slack adds kinds of blocks without notice, so
the names of fields decide, not a list of blocks.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_TEXT_FIELDS: Final = frozenset(
    {"text", "fallback", "pretext", "title", "title_link", "author_name", "footer", "url", "alt_text"}
)
_NESTED_FIELDS: Final = frozenset(
    {"blocks", "elements", "fields", "attachments", "files", "rows", "accessory", "caption"}
)
_MAX_DEPTH = 30


def visible_texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text that a person sees in the message, `text` first, and the addresses of its links."""
    return _visible_texts(message, 0)


def _visible_texts(value: Any, depth: int, *, is_text: bool = False) -> Iterator[str]:
    match value:
        case str() if is_text:
            yield value
        case list() if depth < _MAX_DEPTH:
            for inner in value:
                yield from _visible_texts(inner, depth + 1)
        case dict() | Mapping() if depth < _MAX_DEPTH:
            for name in ("text", *(key for key in value if key != "text")) if "text" in value else value:
                # `value` is shown in an attachment's field, which has a title, but not in a button.
                if name in _TEXT_FIELDS or (name == "value" and "title" in value):
                    if isinstance(value[name], str):
                        yield value[name]
                    else:
                        yield from _visible_texts(value[name], depth + 1, is_text=True)
                elif name in _NESTED_FIELDS:
                    yield from _visible_texts(value[name], depth + 1)
        case _:
            pass
