"""The settings of the installed app, as `apps.manifest.export` shows them, beside this version's manifest.

Sources: docs.slack.dev/reference/methods/apps.manifest.export, docs.slack.dev/reference/app-manifest.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from bot.cli.manifest import EXAMPLE_URL, manifest


class _Scopes(Struct, frozen=True):
    bot: tuple[str, ...] = ()


class _OauthConfig(Struct, frozen=True):
    scopes: _Scopes = _Scopes()


class _AppHome(Struct, frozen=True):
    home_tab_enabled: bool = False


class _Command(Struct, frozen=True):
    command: str = ""


class _Shortcut(Struct, frozen=True):
    type: str = ""
    callback_id: str = ""


class _Features(Struct, frozen=True):
    app_home: _AppHome = _AppHome()
    slash_commands: tuple[_Command, ...] = ()
    shortcuts: tuple[_Shortcut, ...] = ()


class _Events(Struct, frozen=True):
    bot_events: tuple[str, ...] = ()


class _Interactivity(Struct, frozen=True):
    is_enabled: bool = False


class _Settings(Struct, frozen=True):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity()
    socket_mode_enabled: bool = False


class _AppManifest(Struct, frozen=True):
    """A manifest, as far as the bot depends on it; Slack leaves out what is not set."""

    oauth_config: _OauthConfig = _OauthConfig()
    features: _Features = _Features()
    settings: _Settings = _Settings()


def missing_parts(exported: Mapping[str, Any], *, socket: bool) -> list[str]:
    """Return what this version's manifest has, and an exported one has not, in words.

    socket: whether the bot uses Socket Mode. Raises `ValueError` for what is no manifest.
    """
    there = set(_parts(exported))
    return [part for part in _parts(manifest(EXAMPLE_URL, socket=socket)) if part not in there]


def _parts(app_manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a manifest declares. A shortcut is known by its callback id, whatever it is called."""
    parsed = msgspec.convert(app_manifest, _AppManifest)
    features, settings = parsed.features, parsed.settings
    yield from (f"the scope {scope}" for scope in parsed.oauth_config.scopes.bot)
    yield from (f"the event {event}" for event in settings.event_subscriptions.bot_events)
    yield from (f"the command {one.command}" for one in features.slash_commands)
    yield from (f"the {one.type} shortcut {one.callback_id}" for one in features.shortcuts)
    if features.app_home.home_tab_enabled:
        yield "the Home tab"
    if settings.interactivity.is_enabled:
        yield "interactivity"
    yield "Socket Mode" if settings.socket_mode_enabled else "requests over HTTP (Socket Mode is on)"
