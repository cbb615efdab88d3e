"""The operator's settings, read once from the environment.

All problems are reported together, and never with a value: it may be a secret in the wrong variable.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Final, TypeVar, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from yarl import URL

from portout.cards.contacts import TELNYX_PORTING, Contacts
from portout.cards.fields.portal import DEFAULT_PORTAL_URL, PLACEHOLDERS
from portout.http_session import Proxy
from portout.telemetry.logging import LogFormat, LogLevel

_SECRET: Final = r"^[!-~]{8,}$"  # noqa: S105
"""Shorter ones are a mistake, and can be guessed."""

_QUOTES: Final = ("'", '"')  # which an env file may keep
_CHOICES: Final = (LogLevel, LogFormat | None)

_Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        description="a URL that starts with https:// (http:// only to this machine), without a name in it",
    ),
]

_PortalUrl = Annotated[
    str,
    Meta(
        pattern=rf"^https?://[^\s/?#{{}}]+([/?#]([^\s{{}}]|\{{({'|'.join(PLACEHOLDERS)})\}})*)?$",
        max_length=3000,
        description=f"a URL that starts with https://, with braces only for {', '.join(PLACEHOLDERS)} after the host",
    ),
]

_UserIds = Annotated[
    frozenset[Annotated[str, Meta(pattern=r"^[UW][A-Z0-9]+$")]], Meta(description="user ids, separated by commas")
]


_Contact = Annotated[str, Meta(pattern=r"^.{1,100}$", description="one line of at most 100 characters")]


class SettingsError(Exception):
    """Variables are missing or wrong. problems: a sentence for each, with the variable's name and without its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class TelnyxSettings(Struct, frozen=True, kw_only=True):
    """Settings for looking port-outs up. A field's environment variable is its name in capitals."""

    telnyx_api_key: Annotated[str, Meta(pattern=_SECRET, description="the Telnyx API key, 8 characters or more")]
    telnyx_base_url: _Url = "https://api.telnyx.com/v2"
    https_proxy: Annotated[
        str, Meta(pattern=r"^(https?://[^\s/?#]+/?)?$", description="a proxy's URL, http://host:port")
    ] = ""
    no_proxy: Annotated[
        tuple[str, ...],  # hosts set it for many programs: what is odd in it is no reason not to start
        Meta(description="hosts, domains or networks that need no proxy, separated by commas"),
    ] = ()
    porting_contact: _Contact = TELNYX_PORTING
    bot_owner: _Contact = ""

    @property
    def contacts(self) -> Contacts:
        """Return whom a card tells people to call."""
        return Contacts(self.porting_contact, self.bot_owner)

    @property
    def proxy(self) -> Proxy:
        """Return the proxy, and what is reached without it."""
        return Proxy(self.https_proxy, self.no_proxy)

    def __repr__(self) -> str:
        """Return no values: most are secrets."""
        return f"{type(self).__name__}(…)"


class Settings(TelnyxSettings, frozen=True, kw_only=True):
    """Settings for running the Slack app."""

    slack_bot_token: Annotated[
        str, Meta(pattern=r"^(xoxe\.)?xoxb-[!-~]+$", description="the bot token, which starts with xoxb-")
    ]
    slack_signing_secret: Annotated[
        tuple[Annotated[str, Meta(pattern=_SECRET)], ...],
        Meta(max_length=2, description="the signing secret, or the old and the new one separated by a comma"),
    ] = ()
    slack_app_token: Annotated[
        str, Meta(pattern=r"^(xapp-[!-~]+)?$", description="the app-level token, which starts with xapp-")
    ] = ""
    slack_api_url: _Url = "https://slack.com/api/"
    alert_channels: Annotated[
        frozenset[Annotated[str, Meta(pattern=r"^[CG][A-Z0-9]+$")]],
        Meta(description="channel ids, separated by commas"),
    ] = frozenset()
    allowed_users: _UserIds = frozenset()
    detail_users: _UserIds = frozenset()
    trusted_teams: Annotated[
        frozenset[Annotated[str, Meta(pattern=r"^[TE][A-Z0-9]+$")]],
        Meta(description="workspace and organisation ids (T…, E…), separated by commas"),
    ] = frozenset()
    watch_channel: Annotated[str, Meta(pattern=r"^([CG][A-Z0-9]+)?$", description="a channel id")] = ""
    watch_mention: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^([UWS][A-Z0-9]+|here|channel)$")], ...],
        Meta(max_length=20, description="at most 20 ids of users or user groups, here or channel, separated by commas"),
    ] = ()
    watch_seconds: Annotated[int, Meta(ge=5, le=3600, description="a number of seconds, 5 to 3600")] = 60
    portal_url: _PortalUrl = DEFAULT_PORTAL_URL
    telnyx_public_key: Annotated[
        str,
        Meta(
            pattern=r"^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?$",
            description="the account's public key, 32 bytes as base64: 44 characters, the last one a =",
        ),
    ] = ""
    redis_url: Annotated[
        str, Meta(pattern=r"^(rediss?://\S+|unix://\S+)?$", description="a URL that starts with redis:// or rediss://")
    ] = ""
    metrics_token: Annotated[
        str, Meta(pattern=_SECRET, description="a token of 8 characters or more, without spaces")
    ] = ""
    host: Annotated[str, Meta(pattern=r"^[!-~]+$", description="an address to listen on")] = "0.0.0.0"  # noqa: S104
    port: Annotated[int, Meta(ge=0, le=65535, description="a port number, 0 for any free one")] = 3000
    drain_seconds: Annotated[
        int, Meta(ge=0, le=15, description="how many seconds requests are served while the bot stops, 0 to 15")
    ] = 5
    log_format: Annotated[LogFormat | None, Meta(description="json or console")] = None
    log_level: Annotated[LogLevel, Meta(description="debug, info, warning or error")] = "info"

    __repr__ = TelnyxSettings.__repr__


SettingsT = TypeVar("SettingsT", bound=TelnyxSettings)

HTTP_NEEDS_SECRET: Final = "SLACK_SIGNING_SECRET: missing; needed unless SLACK_APP_TOKEN turns Socket Mode on"  # noqa: S105
WEBHOOKS_NEED_WATCH: Final = "TELNYX_PUBLIC_KEY: needs WATCH_CHANNEL"


def read_settings(kind: type[SettingsT], environment: Mapping[str, str]) -> SettingsT:
    """Return settings of this kind from the environment; an empty variable counts as unset.

    Raises `SettingsError`, also for a list that is set, but empty.
    """
    values: dict[str, Any] = {}
    problems = []
    for field in msgspec.structs.fields(kind):
        variable = field.name.upper()
        text = environment.get(variable, "").strip()
        if text:
            try:
                values[field.name] = _value(text, field)
            except ValueError as error:
                problems.append(f"{variable}: {error}")
        elif field.required:
            problems.append(f"{variable}: missing; it is {_description(field)}")
        elif variable in environment and _container(field) is frozenset:
            # No list often means everybody, and whoever sets a list wants fewer.
            problems.append(f"{variable}: set, but empty; remove it, or set it to {_description(field)}")
    if issubclass(kind, Settings):
        problems += _missing_companions({name for name, text in environment.items() if text.strip()}, values)
    if problems:
        raise SettingsError(problems)
    return kind(**values)


def _missing_companions(names: set[str], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a problem for each variable that another one needs. names: what is set, even to a wrong value."""
    if not values.get("slack_app_token") and "SLACK_SIGNING_SECRET" not in names:
        yield HTTP_NEEDS_SECRET
    if "TELNYX_PUBLIC_KEY" in names and "WATCH_CHANNEL" not in names:
        yield WEBHOOKS_NEED_WATCH


def _value(text: str, field: msgspec.structs.FieldInfo) -> Any:
    """Return a variable's value; raise `ValueError` with what is wrong with it."""
    is_list = _container(field) in (frozenset, tuple)
    parts = [part.strip() for part in text.split(",")] if is_list else [text]
    if any(part[:1] in _QUOTES or part[-1:] in _QUOTES for part in parts if part):
        raise ValueError("has quotes around it, which belong to a shell only; remove them")
    if not all(part.isprintable() for part in parts):
        raise ValueError("has a control or invisible character in it; type it again")
    if field.type.__origin__ in _CHOICES:
        text = text.lower()
    try:
        value = msgspec.convert(parts if is_list else text, field.type, strict=False)
        _check_address(text, may_be_http=field.type != _Url)
    except ValueError:  # msgspec.ValidationError is one
        raise ValueError(f"not {_description(field)}") from None
    return value


def _check_address(text: str, *, may_be_http: bool) -> None:
    """Raise `ValueError` for an address that a library would refuse later, with an error that quotes it.

    may_be_http: whether http is possible not only to this machine.
    """
    parts = urlsplit(text)
    _ = parts.port  # raises ValueError unless it is a number
    if parts.scheme not in ("http", "https"):
        return
    if not (parts.hostname or "").encode("idna") or not URL(text).raw_host:
        raise ValueError("no host")
    if parts.scheme == "http" and not (may_be_http or _is_this_machine(parts.hostname or "")):
        raise ValueError("in clear text")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _container(field: msgspec.structs.FieldInfo) -> Any:
    return get_origin(field.type.__origin__)


def _description(field: msgspec.structs.FieldInfo) -> str:
    meta: Meta = field.type.__metadata__[-1]
    return meta.description or field.name
