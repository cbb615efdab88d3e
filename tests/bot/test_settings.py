"""The settings: read once, all problems reported together, and no secret in any of them."""

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.settings import Settings, SettingsError, TelnyxSettings, read_settings
from portout.cards.contacts import TELNYX_PORTING, Contacts
from tests.amount import examples
from tests.portout.strategies import hostile_texts

GOOD = {
    "TELNYX_API_KEY": "KEY-12345",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "secret-1",
}


def problems(environment: dict[str, str], kind: type[TelnyxSettings] = Settings) -> dict[str, str]:
    """Return the problems found, by variable."""
    with pytest.raises(SettingsError) as caught:
        read_settings(kind, environment)
    return dict(problem.split(": ", 1) for problem in caught.value.problems)


def test_three_variables_are_enough() -> None:
    """Everything else has the documented default; empty variables count as unset."""
    settings = read_settings(Settings, GOOD | {"PORT": "", "LOG_LEVEL": " "})

    assert settings.telnyx_base_url == "https://api.telnyx.com/v2"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.host, settings.port) == ("0.0.0.0", 3000)  # noqa: S104
    assert (settings.log_format, settings.log_level) == (None, "info")


def test_nothing_set_names_every_required_variable() -> None:
    """An operator who starts the bot without settings learns of all missing ones at once."""
    assert problems({}).keys() == {"TELNYX_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}


def test_socket_mode_needs_no_signing_secret() -> None:
    """With an app-level token no request comes over HTTP."""
    settings = read_settings(Settings, GOOD | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"})

    assert settings.slack_signing_secret == ()


def test_a_terminal_needs_only_the_telnyx_key() -> None:
    """`show` works without Slack."""
    assert problems({}, TelnyxSettings).keys() == {"TELNYX_API_KEY"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELNYX_API_KEY", "two words"),
        ("TELNYX_API_KEY", "K"),
        ("TELNYX_API_KEY", "KEY-12345\x07"),
        ("TELNYX_API_KEY", "KEY-\udcff12345"),
        ("TELNYX_API_KEY", "KEY\N{HYPHEN}12345"),
        ("TELNYX_API_KEY", "KEY-\N{ZERO WIDTH SPACE}12345"),
        ("TELNYX_API_KEY", "'KEY-12345'"),
        ("TELNYX_BASE_URL", '"https://api.telnyx.com/v2"'),
        ("TELNYX_BASE_URL", "http://api.telnyx.com/v2"),
        ("TELNYX_BASE_URL", "http://localhost.example.org/v2"),
        ("TELNYX_BASE_URL", "http://127.0.0.1.example.org/v2"),
        ("TELNYX_BASE_URL", "http://[fe80::1]/v2"),
        ("TELNYX_BASE_URL", "https://api.telnyx.com\x00/v2"),
        ("TELNYX_BASE_URL", "api.telnyx.com/v2"),
        ("TELNYX_BASE_URL", "https://api.telnyx.com/v2?x=1"),
        ("TELNYX_BASE_URL", "http://:80/v2"),
        ("TELNYX_BASE_URL", "http://a..b/v2"),
        ("TELNYX_BASE_URL", "http://127.0.0.1:99999/v2"),
        ("TELNYX_BASE_URL", "http://user:shhh@127.0.0.1/v2"),
        ("HTTPS_PROXY", "http://:3128"),
        ("HTTPS_PROXY", "proxy.example.com:3128"),
        ("SLACK_BOT_TOKEN", "xoxp-user-token"),
        ("SLACK_BOT_TOKEN", '"xoxb-1"'),
        ("SLACK_BOT_TOKEN", "xoxb-\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("SLACK_APP_TOKEN", "xoxb-not-an-app-token"),
        ("SLACK_SIGNING_SECRET", "$"),
        ("SLACK_SIGNING_SECRET", "the-old-secret,s"),
        ("SLACK_SIGNING_SECRET", ",,"),
        ("SLACK_SIGNING_SECRET", "'the-old-secret','the-new-secret'"),
        ("SLACK_SIGNING_SECRET", "the-old-secret,'the-new-secret'"),
        ("SLACK_SIGNING_SECRET", "one,two,three"),
        ("ALERT_CHANNELS", "C0ALERTS,"),
        ("ALERT_CHANNELS", "#alerts"),
        ("ALLOWED_USERS", ",,"),
        ("ALLOWED_USERS", '""'),
        ("ALLOWED_USERS", "'U0ALICE'"),
        ("DETAIL_USERS", ", ,"),
        ("DETAIL_USERS", "U0ALICE U0BOB"),
        ("WATCH_CHANNEL", "#porting"),
        ("WATCH_MENTION", "@here"),
        ("WATCH_MENTION", "U0ALICE,"),
        ("WATCH_MENTION", ",".join(["U0ALICE"] * 21)),
        ("WATCH_SECONDS", "4"),
        ("WATCH_SECONDS", "3601"),
        ("TRUSTED_TEAMS", "T0OURS,"),
        ("TRUSTED_TEAMS", "acme.slack.com"),
        ("TRUSTED_TEAMS", "C0DESK"),
        ("SLACK_API_URL", "ftp://slack.com/api/"),
        ("SLACK_API_URL", "http://slack.com/api/"),
        ("TELNYX_PUBLIC_KEY", "a2V5"),
        ("TELNYX_PUBLIC_KEY", "A" * 43),
        ("TELNYX_PUBLIC_KEY", "A" * 42 + "B="),
        ("TELNYX_PUBLIC_KEY", "A" * 44),
        ("TELNYX_PUBLIC_KEY", "A" * 40 + "-_8="),
        ("TELNYX_PUBLIC_KEY", "0" * 64),
        ("TELNYX_PUBLIC_KEY", f'"{"A" * 43}="'),
        ("TELNYX_PUBLIC_KEY", f"{'A' * 43}=, {'A' * 43}="),
        ("METRICS_TOKEN", "$"),
        ("METRICS_TOKEN", "two words, or more"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("HOST", "two hosts"),
        ("PORTING_CONTACT", "the porting desk\nof Telnyx"),
        ("PORTING_CONTACT", "\N{RIGHT-TO-LEFT OVERRIDE}the porting desk"),
        ("BOT_OWNER", "x" * 101),
        ("BOT_OWNER", '"the platform team"'),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(variable: str, value: str) -> None:
    """A problem names its variable; the value may be a secret in the wrong place."""
    found = problems(GOOD | {"WATCH_CHANNEL": "C0DESK"} | {variable: value})

    assert found.keys() == {variable}
    assert value not in found[variable]


@pytest.mark.parametrize("variable", ["ALERT_CHANNELS", "ALLOWED_USERS", "DETAIL_USERS", "TRUSTED_TEAMS"])
@pytest.mark.parametrize("value", ["", " ", ",", " , "])
def test_a_list_that_is_set_but_empty_is_wrong(variable: str, value: str) -> None:
    """No list often means everybody, and whoever sets one wants fewer."""
    assert problems(GOOD | {variable: value}).keys() == {variable}


def test_each_problem_is_named_once() -> None:
    """A signing secret that is wrong is not missing, too."""
    with pytest.raises(SettingsError) as caught:
        read_settings(Settings, GOOD | {"SLACK_SIGNING_SECRET": "s"})

    assert len(caught.value.problems) == 1


def test_quotes_are_named_as_quotes() -> None:
    """An operator whose env file has them sees nothing wrong with the value itself."""
    assert "quotes" in problems(GOOD | {"TELNYX_API_KEY": '"KEY-12345"'})["TELNYX_API_KEY"]


@pytest.mark.parametrize(
    ("variable", "value"), [("LOG_LEVEL", "WARNING"), ("LOG_LEVEL", "Debug"), ("LOG_FORMAT", "JSON")]
)
def test_a_choice_may_be_in_any_case(variable: str, value: str) -> None:
    """Other programs want the level in capitals."""
    assert getattr(read_settings(Settings, GOOD | {variable: value}), variable.lower()) == value.lower()


@examples(2_000)
@given(
    variable=st.sampled_from([field.name.upper() for field in msgspec.structs.fields(Settings)]),
    start=st.sampled_from(("", "http://", "https://", "redis://", "xoxb-", "https://[", "http://127.0.0.1:", "//")),
    value=hostile_texts | st.text() | st.text(alphabet="[]:/@%.#?,'\" \t\x00a1\udcff"),
)
def test_no_value_ends_in_a_traceback(variable: str, start: str, value: str) -> None:
    """It is a setting or a problem that is named, whatever an operator pastes; what is a URL, the client can parse."""
    accepted: object = None
    try:
        accepted = getattr(read_settings(Settings, GOOD | {variable: start + value}), variable.lower())
    except SettingsError as error:
        found = {problem.partition(":")[0] for problem in error.problems}
    else:
        found = {variable}

    assert found == {variable}
    assert not isinstance(accepted, str) or accepted.isprintable()
    assert not str(accepted).startswith("http") or URL(str(accepted)).host


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ("old-secret", ("old-secret",)),
        ("old-secret,new-secret", ("old-secret", "new-secret")),
        (" old-secret , new-secret ", ("old-secret", "new-secret")),
    ],
)
def test_two_signing_secrets_are_valid_while_one_replaces_the_other(value: str, secrets: tuple[str, ...]) -> None:
    """The old and the new secret, separated by a comma."""
    assert read_settings(Settings, GOOD | {"SLACK_SIGNING_SECRET": value}).slack_signing_secret == secrets


@given(st.binary(min_size=32, max_size=32))
def test_any_public_key_is_accepted(key: bytes) -> None:
    """32 bytes as base64, with spaces around them or not."""
    text = b64encode(key).decode()
    variables = {"TELNYX_PUBLIC_KEY": f" {text} ", "WATCH_CHANNEL": "C0DESK"}

    assert read_settings(Settings, GOOD | variables).telnyx_public_key == text


@pytest.mark.parametrize("watch", [{}, {"WATCH_CHANNEL": " "}])
@pytest.mark.parametrize("app_token", ["", "xapp-1"])
def test_webhooks_need_the_watch(watch: dict[str, str], app_token: str) -> None:
    """They start its cycles, and nothing else; in both modes. A terminal needs neither."""
    variables = {"TELNYX_PUBLIC_KEY": "A" * 43 + "=", "SLACK_APP_TOKEN": app_token}

    assert problems(GOOD | variables | watch) == {"TELNYX_PUBLIC_KEY": "needs WATCH_CHANNEL"}
    read_settings(TelnyxSettings, GOOD | variables | watch)


def test_a_wrong_watch_channel_is_not_called_missing() -> None:
    """The operator has one thing to correct, not two."""
    variables = {"TELNYX_PUBLIC_KEY": "A" * 43 + "=", "WATCH_CHANNEL": "#porting"}

    assert problems(GOOD | variables).keys() == {"WATCH_CHANNEL"}


def test_a_list_may_have_spaces_around_its_commas() -> None:
    """And holds each id once."""
    settings = read_settings(
        Settings, GOOD | {"ALERT_CHANNELS": "C0A , G0B,C0A", "ALLOWED_USERS": "U0ALICE", "TRUSTED_TEAMS": "T0A,E0B"}
    )

    assert settings.trusted_teams == {"T0A", "E0B"}
    assert settings.alert_channels == {"C0A", "G0B"}
    assert settings.allowed_users == {"U0ALICE"}


@pytest.mark.parametrize("kind", [TelnyxSettings, Settings])
def test_whom_to_call_is_telnyx_unless_the_operator_says_otherwise(kind: type[TelnyxSettings]) -> None:
    """A terminal needs both, too; the longest text is accepted."""
    variables = {"PORTING_CONTACT": "the port desk (x-0147)", "BOT_OWNER": "é" * 100}

    assert read_settings(kind, GOOD).contacts == Contacts(TELNYX_PORTING, "")
    assert read_settings(kind, GOOD | variables).contacts == Contacts(*variables.values())


@pytest.mark.parametrize("kind", [TelnyxSettings, Settings])
def test_settings_never_show_their_values(kind: type[TelnyxSettings]) -> None:
    """Neither repr nor str of the settings holds a secret."""
    settings = read_settings(kind, GOOD)

    assert not any(secret in f"{settings!r} {settings}" for secret in GOOD.values())


def test_every_setting_has_a_description() -> None:
    """A problem quotes the description of its variable."""
    for field in msgspec.structs.fields(Settings):
        assert field.type.__metadata__[-1].description


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELNYX_BASE_URL", "http://[::1]:8080/v2"),
        ("TELNYX_BASE_URL", "http://localhost"),
        ("HTTPS_PROXY", "http://user:pass%40word@proxy.example.com:3128"),
        ("PORTAL_URL", "https://portal.example.com/#/app?x=1"),
        ("REDIS_URL", "unix:///run/redis.sock"),
    ],
)
def test_an_unusual_address_is_accepted(variable: str, value: str) -> None:
    """IPv6, a host alone, a proxy with a password, a URL with a fragment, a Unix socket."""
    settings = read_settings(Settings, GOOD | {variable: value})

    assert getattr(settings, variable.lower()) == value


@pytest.mark.parametrize(
    ("value", "exceptions"),
    [
        ("", ()),
        ("*", ("*",)),
        ("localhost, .example.com:8443,10.0.0.0/8,[::1]", ("localhost", ".example.com:8443", "10.0.0.0/8", "[::1]")),
        ("::1,", ("::1", "")),
    ],
)
def test_what_needs_no_proxy_is_a_list(value: str, exceptions: tuple[str, ...]) -> None:
    """Hosts set it for many programs, so nothing in it keeps the bot from starting."""
    settings = read_settings(Settings, GOOD | {"HTTPS_PROXY": "http://proxy.example.com:3128", "NO_PROXY": value})

    assert (settings.proxy.url, settings.proxy.exceptions) == ("http://proxy.example.com:3128", exceptions)
