"""Slack's payloads, read at the edge: what surfaces use of them, and nothing else.

Source: docs.slack.dev, "Interactivity" and "Events API"; fields that Slack leaves out now and then have a default.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

_T = TypeVar("_T", bound=Struct)


class PayloadError(ValueError):
    """A payload is not what Slack sends."""


class Command(Struct, frozen=True, kw_only=True):
    """A slash command."""

    user_id: str
    channel_id: str
    team_id: str | None = None
    text: str | None = None
    response_url: str | None = None


class User(Struct, frozen=True):
    """Who does something."""

    id: str
    team_id: str | None = None


class Channel(Struct, frozen=True):
    """Where."""

    id: str


class Shortcut(Struct, frozen=True):
    """A message shortcut, and the message it was picked on."""

    user: User
    channel: Channel
    message: dict[str, Any]
    message_ts: str
    response_url: str


class Container(Struct, frozen=True):
    """What a pressed button stands in: a message, or a window."""

    message_ts: str | None = None
    thread_ts: str | None = None
    view_id: str | None = None
    is_ephemeral: bool = False


class Action(Struct, frozen=True):
    """A pressed button. action_ts: when, in Unix seconds."""

    action_id: str
    action_ts: Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,12})?$")]
    value: str | None = None


class Interaction(Struct, frozen=True, kw_only=True):
    """Buttons that were pressed. channel, response_url: None for those in a window."""

    user: User
    container: Container
    actions: Annotated[list[Action], Meta(min_length=1)]
    channel: Channel | None = None
    trigger_id: str | None = None
    response_url: str | None = None


class Posted(Struct, frozen=True, kw_only=True):
    """A message, by whoever posted it. user_team: only of people of other companies."""

    ts: str | None = None
    thread_ts: str | None = None
    user: str | None = None
    bot_id: str | None = None
    user_team: str | None = None
    text: str | None = None


class MessageEvent(Posted, frozen=True, kw_only=True):
    """Something happened to a message. message, previous_message: as it is, and as it was."""

    channel: str
    subtype: str | None = None
    event_ts: str | None = None
    deleted_ts: str | None = None
    message: dict[str, Any] | None = None
    previous_message: dict[str, Any] | None = None


class Mention(Posted, frozen=True, kw_only=True):
    """Somebody mentioned the bot."""

    channel: str
    ts: str


def read(payload: Mapping[str, Any], kind: type[_T]) -> _T:
    """Read a payload; raises `PayloadError`, which says nothing of what it holds."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError:
        raise PayloadError from None
