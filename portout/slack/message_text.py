"""The texts that a Slack message shows, in whichever field: an alert's text is often anywhere but in `text`.

Source: docs.slack.dev/reference/block-kit and /legacy/legacy-messaging. Slack adds blocks and fields without notice,
and an e-mail, a snippet or a forwarded message has its text in fields that no list would have named. So every string
is read, except in the fields that hold no text for people.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

NOT_TEXT: Final = frozenset(
    {
        # ids of Slack's own, which look like anything
        *("id", "block_id", "action_id", "callback_id", "external_id", "file_id", "view_id", "client_msg_id"),
        *("app_id", "bot_id", "user", "user_id", "author_id", "parent_user_id", "inviter", "users", "reply_users"),
        *("team", "team_id", "source_team", "user_team", "enterprise_id", "channel", "channel_id", "channel_team"),
        *("context_team_id", "usergroup_id", "canvas_id", "list_id", "call_id", "hash"),
        # kinds, times and looks
        *("type", "subtype", "channel_type", "mode", "style", "color", "filetype", "mimetype", "pretty_type"),
        *("ts", "thread_ts", "event_ts", "deleted_ts", "message_ts", "latest_reply", "date", "format"),
        # what Slack and apps carry for themselves
        *("metadata", "bot_profile", "authorizations", "trigger_id", "token", "verification_token", "response_url"),
        *("edited", "reactions", "previous_message", "signature"),
        # addresses that are no links for people
        *("url_private", "url_private_download", "permalink", "permalink_public", "image_url", "thumb_url"),
        *("icons", "author_icon", "footer_icon", "service_icon"),
    }
)
"""The names of fields that hold no text for people; `value` does in an attachment's field, but not in a button."""

_MAX_DEPTH = 30
_MAX_NODES = 5_000  # of the message's tree; Slack's largest table has a few thousand, and nobody's may take longer


def visible_texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text that a person sees in the message, `text` first, and the addresses of its links."""
    # A stack, not recursion: a generator within generators passes each text on once a level.
    stack: list[tuple[Any, int]] = [(message, 0)]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        value, depth = stack.pop()
        if isinstance(value, str):
            yield value
        elif depth >= _MAX_DEPTH:
            continue
        elif isinstance(value, dict):
            inner = [text for name, text in value.items() if name not in NOT_TEXT and _is_text(name, value)]
            if "text" in value:
                inner.insert(0, value["text"])
            stack.extend((text, depth + 1) for text in reversed(inner) if isinstance(text, str | list | dict))
            yield from _labeled(value)
        elif isinstance(value, list):
            stack.extend((text, depth + 1) for text in reversed(value))
            yield from _joined(value)


def _is_text(name: str, parent: dict[str, Any]) -> bool:
    return name != "text" and (name != "value" or "title" in parent)


def _labeled(value: dict[str, Any]) -> Iterator[str]:
    """Yield what has its label elsewhere in the structure, with it: a field its title, a cell its column's first."""
    if isinstance(title := value.get("title"), str) and isinstance(text := value.get("value"), str):
        yield f"{title}: {text}"
    rows = value.get("rows")
    if isinstance(rows, list) and len(rows) > 1 and all(isinstance(row, list) for row in rows):
        labels, *cells = ([" ".join(visible_texts({"text": cell})) for cell in row] for row in rows)
        for row in cells:
            yield from (f"{label}: {cell}" for label, cell in zip(labels, row, strict=False))


def _joined(elements: list[Any]) -> Iterator[str]:
    """Yield neighboring pieces of one line as one text: half of an id may be bold."""
    if len(elements) < 2:
        return
    pieces = [one["text"] for one in elements if isinstance(one, dict) and isinstance(one.get("text"), str)]
    if len(pieces) > 1:
        yield "".join(pieces)
