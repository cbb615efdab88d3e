"""The events that Slack sends to the bot about the page's messages: posted, edited and deleted."""

import html
import time
from typing import Any, Final

from sandbox.page.view_state import BOT, PERSON, SLACKBOT, TOOL, Entry
from sandbox.page.workspace import PEOPLE
from sandbox.slack.workspace import BOT_ID, BOT_USER_ID, TEAM_ID

MENTION: Final = "@Port-out"
"""A mention of the bot, as it is typed on the page."""

_AUTHORS: Final[dict[str, dict[str, Any]]] = {
    TOOL: {"bot_id": "B0MONITOR", "subtype": "bot_message", "team": TEAM_ID},
    BOT: {"bot_id": BOT_ID, "user": BOT_USER_ID, "team": TEAM_ID},
    SLACKBOT: {"user": "USLACKBOT"},
}


def as_sent(text: str) -> str:
    """Return a typed text as Slack passes it on: escaped, and mentions by id."""
    return html.escape(text, quote=False).replace(MENTION, f"<@{BOT_USER_ID}>")


def message_posted(entry: Entry) -> dict[str, Any]:
    """Return the event of a new message, which is also how other events include a message."""
    message = {"type": "message", "channel": entry.channel, "ts": entry.ts, "event_ts": entry.ts, "text": entry.text}
    shown = {"attachments": entry.attachments, "blocks": entry.blocks, "thread_ts": entry.thread_ts}
    author = _person(entry.person) if entry.author == PERSON else _AUTHORS[entry.author]
    return message | author | {name: value for name, value in shown.items() if value}


def message_changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the event of an edit that happens now."""
    change = {"subtype": "message_changed", "message": after, "previous_message": before}
    return {"type": "message", "channel": after["channel"], **change, **_now()}


def message_deleted(before: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a deletion that happens now."""
    change = {"subtype": "message_deleted", "deleted_ts": before["ts"], "previous_message": before}
    return {"type": "message", "channel": before["channel"], **change, **_now()}


def _person(user: str) -> dict[str, Any]:
    team = PEOPLE[user].team
    return {"user": user, "team": team, "user_team": team}


def _now() -> dict[str, str]:
    now = f"{time.time():.6f}"
    return {"ts": now, "event_ts": now}
