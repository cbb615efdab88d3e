"""The app manifest, which declares the surfaces to Slack; generated from what the code subscribes to.

Source: docs.slack.dev/reference/app-manifest.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from bot.transport.http import REQUEST_PATH
from handlers import home, mention, message_shortcut, slash_command
from handlers.alerts import enricher

EXAMPLE_URL: Final = "https://portout.example.com"
"""The placeholder for the public address of a bot that is not deployed yet."""

SCOPES_OF_EVENTS: Final = {**mention.EVENTS, **enricher.EVENTS}
"""The events that require a scope, each with this scope."""

EVENTS: Final = (*SCOPES_OF_EVENTS, *home.EVENTS)
"""The events that the bot subscribes to."""

SCOPES: Final = tuple(sorted({"commands", "chat:write", *SCOPES_OF_EVENTS.values()}))
"""All scopes of the bot token."""

_LONG_DESCRIPTION: Final = (
    "When another carrier asks for one of the company's phone numbers, Telnyx records a port-out. Give this app its"
    " key, such as PO_4bb39f, a phone number or an id, or a message that holds one, and it shows what happened: to"
    " which numbers, who takes them, and how long is left to answer. Only the person who asks sees the answer, unless"
    " they post it."
)


def manifest(url: str, *, socket: bool) -> dict[str, Any]:
    """Return the manifest of a bot at `url`; raises `ValueError` for a URL that Slack would refuse.

    socket: for Socket Mode, where `url` is not used.
    """
    address = {} if socket else {"url": _request_url(url)}
    request = {f"request_{name}": value for name, value in address.items()}
    return {
        "display_information": {
            "name": "Port-out",
            "description": "Turns a Telnyx port-out into a decision.",
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#0b5c4a",
        },
        "features": _features(address),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _features(address: Mapping[str, str]) -> dict[str, Any]:
    """Return the surfaces. address: the slash command's `url`, or nothing in Socket Mode."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": False,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "Port-out", "always_online": True},
        "shortcuts": [
            {
                "name": "Look up port-outs",
                "type": "message",
                "callback_id": message_shortcut.CALLBACK,
                "description": "Show the port-outs that this message names",
            }
        ],
        "slash_commands": [
            {
                "command": slash_command.COMMAND,
                **address,
                "description": "Show what a Telnyx port-out is about, or which wait",
                "usage_hint": "<PO_ key, phone number, id or pon PON> | pending",
                "should_escape": False,
            }
        ],
    }


def _request_url(url: str) -> str:
    """Return the URL that Slack sends requests to. url: the base address, https only, or already the whole URL."""
    base = url.rstrip("/").removesuffix(REQUEST_PATH)
    parts = urlsplit(base)
    _ = parts.port  # raises ValueError unless it is a number
    if parts.scheme != "https" or not parts.hostname or re.search(r"[\s?#@]", base):
        raise ValueError("no public address")
    return base + REQUEST_PATH
