"""The app manifest: what Slack has to be told of the surfaces, made from what the code listens to.

Source: docs.slack.dev/reference/app-manifest.
"""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from bot.transport.http import REQUEST_PATH
from handlers import mention, message_shortcut, slash_command
from handlers.alerts import enricher

EXAMPLE_URL: Final = "https://portout.example.com"
"""Where a bot is that nobody has deployed yet."""

EVENTS: Final = {**mention.EVENTS, **enricher.EVENTS}
"""What the bot listens to, and the scope that each takes."""

SCOPES: Final = tuple(sorted({"commands", "chat:write", *EVENTS.values()}))
"""What the bot may do; nothing else."""

_ABOUT: Final = (
    "When another carrier asks for one of the company's phone numbers, Telnyx records a port-out event. Give this app"
    " the event's id, or a message that holds it, and it shows what happened: to which numbers, who takes them, and how"
    " long is left to answer. Only the person who asks sees the answer, unless they post it."
)


def manifest(url: str, *, socket: bool) -> dict[str, Any]:
    """Make the manifest of a bot at `url`, or of one that opens a websocket; raises `ValueError` for no such URL."""
    address = {} if socket else {"url": _request_url(url)}
    request = {f"request_{name}": value for name, value in address.items()}
    return {
        "display_information": {
            "name": "Port-out",
            "description": "Turns a Telnyx port-out id into a decision.",
            "long_description": _ABOUT,
            "background_color": "#0b5c4a",
        },
        "features": {
            "bot_user": {"display_name": "Port-out", "always_online": True},
            "shortcuts": [
                {
                    "name": "Look up port-outs",
                    "type": "message",
                    "callback_id": message_shortcut.CALLBACK,
                    "description": "Show what the port-out ids in this message are about",
                }
            ],
            "slash_commands": [
                {
                    "command": slash_command.COMMAND,
                    **address,
                    "description": "Show what a Telnyx port-out event is about",
                    "usage_hint": "<event id> [more ids]",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _request_url(url: str) -> str:
    """Give the address that Slack sends to; some paste all of it, and Slack takes https only."""
    base = url.rstrip("/").removesuffix(REQUEST_PATH)
    parts = urlsplit(base)
    _ = parts.port  # a number, if there is one
    if parts.scheme != "https" or not parts.hostname or re.search(r"[\s?#@]", base):
        raise ValueError("no public address")
    return base + REQUEST_PATH
