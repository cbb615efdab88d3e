"""Who sent a payload, and where they come from: a function for each form of Slack's payloads.

Only fields of the sender's own are read. The payload's own `team` and `enterprise` name where the app is installed,
also when a person of another company clicks a button in a Slack Connect channel (slackapi/java-slack-sdk issue 1041).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from portout.slack.payloads import Command, HomeOpened, Interaction, PostedMessage, Shortcut


class Origin(Struct, frozen=True):
    """Where a sender comes from, as far as a payload tells.

    team_ids: of the sender's workspace or organisation, or both; empty if the payload names none. is_members_only:
    Slack lets no other company's people be there, or do this.
    """

    team_ids: frozenset[str]
    is_members_only: bool


class SlackUser(Struct, frozen=True):
    """A person in Slack, or an app that acts without one. id: of the user, or of the app."""

    id: str
    origin: Origin
    is_app: bool = False


def command_user(command: Command) -> SlackUser:
    """Return who typed a slash command; only members of the installation can (docs.slack.dev/apis/slack-connect)."""
    return SlackUser(command.user_id, Origin(_ids(command.team_id, command.enterprise_id), is_members_only=True))


def shortcut_user(shortcut: Shortcut) -> SlackUser:
    """Return who chose a message shortcut; only members of the installation can, as with commands."""
    return SlackUser(shortcut.user.id, Origin(_ids(shortcut.user.team_id), is_members_only=True))


def click_user(click: Interaction) -> SlackUser:
    """Return who clicked a button.

    Everybody in a channel sees its cards. A card that one person sees, and a modal, were sent to somebody who was
    authorized then; the Home tab is for members only.
    """
    is_private = click.container.is_ephemeral or click.container.view_id is not None
    return SlackUser(click.user.id, Origin(_ids(click.user.team_id), is_members_only=is_private))


def home_user(opened: HomeOpened, envelope: Mapping[str, Any]) -> SlackUser:
    """Return who opened the app's Home tab. Slack does not say where they come from; only members have the tab."""
    is_members_only = envelope.get("is_ext_shared_channel") is not True
    return SlackUser(opened.user, Origin(frozenset(), is_members_only))


def mention_user(message: PostedMessage, envelope: Mapping[str, Any]) -> SlackUser:
    """Return who mentioned the bot: the message's user, even if an app posted it for them; else the app."""
    return SlackUser(message.user, _origin(message, envelope)) if message.user else _app(message, envelope)


def alert_user(message: PostedMessage, envelope: Mapping[str, Any]) -> SlackUser:
    """Return who posted a message in an alert channel: the app, even if it has a user of its own; else the user."""
    if message.bot_id or not message.user:
        return _app(message, envelope)
    return SlackUser(message.user, _origin(message, envelope))


def _app(message: PostedMessage, envelope: Mapping[str, Any]) -> SlackUser:
    # An app has a bot_id for each of its webhooks, but one app_id.
    app_id = message.app_id or (message.bot_profile and message.bot_profile.app_id) or message.bot_id
    return SlackUser(app_id or "", _origin(message, envelope), is_app=True)


def _origin(message: PostedMessage, envelope: Mapping[str, Any]) -> Origin:
    """Return the origin of a message's sender. envelope: the event's, which tells whether the channel is shared."""
    profile_team = message.bot_profile.team_id if message.bot_profile else None
    team = message.user_team or message.source_team or message.team or profile_team
    return Origin(_ids(team), is_members_only=envelope.get("is_ext_shared_channel") is False)


def _ids(*ids: str | None) -> frozenset[str]:
    return frozenset(filter(None, ids))
