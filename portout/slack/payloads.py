"""Slack's payloads, decoded at the edge: the fields that surfaces use, and no others.

Source: docs.slack.dev, "Interactivity" and "Events API"; fields that Slack sometimes leaves out have a default.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

_T = TypeVar("_T", bound=Struct)


class PayloadError(ValueError):
    """A payload that Slack would not send."""


class Command(Struct, frozen=True, kw_only=True):
    """A slash command."""

    user_id: str
    channel_id: str
    team_id: str | None = None
    enterprise_id: str | None = None
    text: str | None = None
    response_url: str | None = None


class User(Struct, frozen=True):
    """The user who acts. team_id: their workspace or organisation, which may be another than the app's."""

    id: str
    team_id: str | None = None


class Channel(Struct, frozen=True):
    """The channel in which a user acts."""

    id: str


class Shortcut(Struct, frozen=True):
    """A message shortcut, and the message on which it was chosen."""

    user: User
    channel: Channel
    message: dict[str, Any]
    message_ts: str
    response_url: str


class Container(Struct, frozen=True):
    """The place of a clicked button: a message or a view (`view_id`)."""

    message_ts: str | None = None
    thread_ts: str | None = None
    view_id: str | None = None
    is_ephemeral: bool = False


class Action(Struct, frozen=True):
    """A click on a button. action_ts: when, in Unix seconds."""

    action_id: str
    action_ts: Annotated[str, Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,12})?\Z")]
    value: str | None = None


class ShownView(Struct, frozen=True):
    """The view with a clicked button, as its reader sees it.

    type: `modal`, or `home` for the Home tab. title, close: of a modal.
    """

    id: str
    type: str = "modal"
    title: dict[str, Any] | None = None
    close: dict[str, Any] | None = None
    blocks: list[dict[str, Any]] = []

    @property
    def is_modal(self) -> bool:
        return self.type == "modal"


class Interaction(Struct, frozen=True, kw_only=True):
    """Clicks on buttons. channel, response_url: None for buttons in a view, a modal or the Home tab."""

    user: User
    container: Container
    actions: Annotated[list[Action], Meta(min_length=1)]
    view: ShownView | None = None
    channel: Channel | None = None
    trigger_id: str | None = None
    response_url: str | None = None


class BotProfile(Struct, frozen=True, kw_only=True):
    """The app that posted a message. team_id: the workspace in which it is installed."""

    app_id: str | None = None
    team_id: str | None = None


class PostedMessage(Struct, frozen=True, kw_only=True):
    """A message of a person or an app.

    user: an app that posts for itself may have one, too. user_team, source_team, team: the author's workspace or
    organisation; Slack sends some of them, and the first two mostly in channels shared with other companies.
    """

    ts: str | None = None
    thread_ts: str | None = None
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    bot_profile: BotProfile | None = None
    user_team: str | None = None
    source_team: str | None = None
    team: str | None = None
    text: str | None = None
    edited: dict[str, Any] | None = None

    @property
    def edited_ts(self) -> str:
        """Return the time of its latest edit, as Slack's `ts`; empty if it was not edited."""
        return str((self.edited or {}).get("ts") or "")


class MessageEvent(PostedMessage, frozen=True, kw_only=True):
    """A message that was posted, changed or deleted. message, previous_message: its state after and before a change."""

    channel: str
    subtype: str | None = None
    event_ts: str | None = None
    deleted_ts: str | None = None
    message: dict[str, Any] | None = None
    previous_message: dict[str, Any] | None = None


class Mention(PostedMessage, frozen=True, kw_only=True):
    """A message that mentions the bot. Slack sends it again, with another `event_ts` and `edited`, when it changes."""

    channel: str
    ts: str
    event_ts: str | None = None


class HomeOpened(Struct, frozen=True):
    """A person has opened a tab of the app's home: `home`, or another."""

    user: str
    tab: str = ""


def decode_payload(payload: Mapping[str, Any], kind: type[_T]) -> _T:
    """Decode a payload; raise `PayloadError`, which quotes nothing of it."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError:
        raise PayloadError from None
