"""The payloads that Slack sends to the bot, over HTTP or in the envelopes of Socket Mode."""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from msgspec import Struct

from sandbox.slack.modals import trigger_id
from sandbox.slack.workspace import APP_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN, Installation

EPHEMERAL_TS: Final = "1790000000.000200"
"""The `ts` of the ephemeral message whose buttons are pressed."""


def command(text: str, *, response_url: str, user: str = "U0ALICE", channel: str = "C0DESK") -> dict[str, str]:
    """Return the form that Slack sends when somebody types `/portout-event` and `text`."""
    return {
        "token": VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": "porting-desk",
        "user_id": user,
        "user_name": "alice",
        "command": "/portout-event",
        "text": text,
        "response_url": response_url,
        "trigger_id": trigger_id(),
        "is_enterprise_install": "false",
    }


def message_shortcut(
    callback_id: str, message: Mapping[str, Any], *, response_url: str, user: str = "U0ALICE", channel: str = "C0DESK"
) -> dict[str, Any]:
    """Return the payload that Slack sends when somebody picks a shortcut from a message's menu."""
    return {
        "type": "message_action",
        "callback_id": callback_id,
        "message_ts": message["ts"],
        "message": dict(message),
        "action_ts": f"{time.time():.6f}",
        **_interaction(response_url, user, channel),
    }


class MessageLocation(Struct, frozen=True):
    """The message whose button is pressed. is_ephemeral: it is visible to one person only."""

    channel: str = "C0DESK"
    ts: str = EPHEMERAL_TS
    thread_ts: str | None = None
    is_ephemeral: bool = True


EPHEMERAL: Final = MessageLocation()
"""An ephemeral message in the channel where commands are typed."""


def button_press(
    button: Mapping[str, Any],
    *,
    response_url: str,
    user: str = "U0ALICE",
    team: str = TEAM_ID,
    location: MessageLocation = EPHEMERAL,
    later: float = 0,
) -> dict[str, Any]:
    """Return the payload that Slack sends when somebody presses a button of a message.

    later: seconds from now until it is pressed.
    """
    container = {
        "type": "message",
        "channel_id": location.channel,
        "message_ts": location.ts,
        "is_ephemeral": location.is_ephemeral,
        **({"thread_ts": location.thread_ts} if location.thread_ts else {}),
    }
    return {
        "type": "block_actions",
        "container": container,
        "actions": [_action(button, later)],
        "state": {"values": {}},
        **_interaction(response_url, user, location.channel, team),
    }


def modal_button_press(
    button: Mapping[str, Any],
    *,
    view_id: str,
    view: Mapping[str, Any] | None = None,
    user: str = "U0ALICE",
    later: float = 0,
) -> dict[str, Any]:
    """Return the payload that Slack sends when somebody presses a button of a modal: no channel, no response URL.

    view: what the modal shows. later: seconds from now until it is pressed.
    """
    shown = {"type": "modal", **(view or {}), "id": view_id}
    return _view_button_press(button, shown, user, TEAM_ID, later) | {"trigger_id": trigger_id(modal=view_id)}


def home_button_press(
    button: Mapping[str, Any],
    *,
    view: Mapping[str, Any],
    user: str = "U0ALICE",
    team: str = TEAM_ID,
    later: float = 0,
) -> dict[str, Any]:
    """Return the payload that Slack sends when somebody presses a button of the Home tab: as in a modal.

    view: what is published there. later: seconds from now until it is pressed.
    """
    return _view_button_press(button, view, user, team, later)


def _view_button_press(
    button: Mapping[str, Any], view: Mapping[str, Any], user: str, team: str, later: float = 0
) -> dict[str, Any]:
    payload = _interaction("", user, "", team)
    del payload["channel"], payload["response_url"]
    return {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view["id"]},
        "view": dict(view),
        "actions": [_action(button, later)],
        **payload,
    }


def app_home_opened(
    *, user: str = "U0ALICE", tab: str = "home", view: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the event by which Slack says that somebody has opened a tab of the app's home.

    view: what is published there, if anything (docs.slack.dev/reference/events/app_home_opened).
    """
    event = {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": tab}
    return {**event, "event_ts": f"{time.time():.6f}", **({"view": dict(view)} if view else {})}


def _action(button: Mapping[str, Any], later: float) -> dict[str, Any]:
    return {**button, "block_id": "b1", "action_ts": f"{time.time() + later:.6f}"}


def _interaction(response_url: str, user: str, channel: str, team: str = TEAM_ID) -> dict[str, Any]:
    return {
        "token": VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user, "username": "alice", "name": "alice", "team_id": team},
        "channel": {"id": channel, "name": "porting-desk"},
        "trigger_id": trigger_id(),
        "response_url": response_url,
    }


def event_callback(
    event: dict[str, Any], *, ext_shared: bool = False, installation: Installation | None = None
) -> dict[str, Any]:
    """Return an event as the Events API wraps it, under a new id; also the payload of a Socket Mode envelope.

    installation: which of the app's installations sees the event; the one in the workspace unless given.
    """
    installed = installation or Installation()
    authorization = {
        "enterprise_id": installed.enterprise_id,
        "team_id": None if installed.is_enterprise_install else installed.team_id,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": installed.is_enterprise_install,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        **({"enterprise_id": installed.enterprise_id} if installed.enterprise_id else {}),
        "api_app_id": APP_ID,
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex[:10].upper()}",
        "event_time": int(time.time()),
        "event_context": f"4-{uuid4().hex}",
        "authorizations": [authorization],
        "is_ext_shared_channel": ext_shared,
        "event": event,
    }


def app_rate_limited(minute: int) -> dict[str, Any]:
    """Return the callback, without an event in it, by which Slack says that it holds events back.

    minute: when that began, in Unix seconds (docs.slack.dev/reference/events/app_rate_limited).
    """
    return {
        "token": VERIFICATION_TOKEN,
        "type": "app_rate_limited",
        "team_id": TEAM_ID,
        "minute_rate_limited": minute,
        "api_app_id": APP_ID,
    }
