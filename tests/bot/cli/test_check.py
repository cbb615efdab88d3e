"""`portout-bot check`: what is wrong is on the right line, and no secret is printed."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis

from bot.cli.check import check
from bot.cli.manifest import EVENTS, manifest
from handlers.message_shortcut import CALLBACK
from handlers.slash_command import COMMAND
from sandbox import faults
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer, cluster_options, redis_server
from sandbox.slack.workspace import APP_ID, APP_TOKEN, BOT_ID, CONFIG_TOKEN, TEAM_ID, Installation
from sandbox.telnyx.server import LIST, ORDERS, PHONE_NUMBERS
from tests.bot.clocks import auth_test_at
from tests.bot.processes import ROOT, outcome, portout_bot, printed
from tests.conftest import Environment, need_redis
from tests.tls_server import ISSUER, tls_server


async def run_check(
    environment: Environment, app_id: str = "", *, as_process: bool = False, **changes: str
) -> tuple[int | None, dict[str, tuple[bool, str]]]:
    """Run `check`; return the exit code and, for each thing checked, whether it is good and the advice."""
    variables = environment.bot_variables(ALERT_CHANNELS="C0ALERTS", **changes)
    code, out, err = (
        await outcome(await portout_bot(variables, "check", "--json", "--app", app_id))
        if as_process
        else await printed(check(variables, app_id, as_json=True))
    )
    secrets = [value for name, value in variables.items() if name.endswith(("TOKEN", "SECRET", "KEY"))]
    assert [secret for secret in secrets if secret and secret in out + err] == []
    return code, {line["what"]: (line["is_good"], line["advice"]) for line in json.loads(out)}


@pytest.mark.parametrize("as_process", [False, True], ids=["here", "as a process"])
async def test_all_is_well(environment: Environment, redis: RedisServer, *, as_process: bool) -> None:
    """Every line is good, exit code 0."""
    variables: dict[str, Any] = {"REDIS_URL": redis.url, "SLACK_APP_TOKEN": environment.slack.app_token}
    code, found = await run_check(environment, as_process=as_process, **variables)

    assert code == 0
    assert list(found) == [
        *("settings", "Slack token", "clock", "scopes", "signing secret", "Socket Mode", "channel C0ALERTS"),
        *("app settings", "Telnyx key", "phone numbers", "Redis"),
    ]
    assert all(is_good for is_good, _ in found.values())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.ok(), "may be read: full cards say whose they are"),
        (faults.status(403), "may not be read, so cards do not say whose they are"),
        (faults.status(401), "may not be read, so cards do not say whose they are"),
        (faults.raw(b"<html>"), "not known whether they may be read: unreadable"),
    ],
    ids=["allowed", "403", "401", "garbage"],
)
async def test_a_key_that_may_not_read_phone_numbers_is_no_problem(
    environment: Environment, fault: Fault, expected: str
) -> None:
    """A note says what it means: port-outs can be looked up all the same."""
    environment.telnyx.script.always(fault, key=PHONE_NUMBERS)
    code, found = await run_check(environment)

    is_good, advice = found["phone numbers"]
    assert (code, is_good) == (0, True)
    assert advice.startswith(expected)


async def test_what_is_watched_is_read(environment: Environment) -> None:
    """The channel's history, and both of Telnyx's lists."""
    code, found = await run_check(environment, WATCH_CHANNEL="C0DESK")

    waiting = [one for one in environment.telnyx.samples.orders.values() if one["status"] == "pending"]
    assert code == 0
    assert found["channel C0DESK"] == (True, "the bot is in it")
    assert found["watched lists"] == (True, f"can be read; {len(waiting)} port-outs wait for an answer")


@pytest.mark.parametrize("key", [LIST, ORDERS])
async def test_a_list_that_cannot_be_read_is_named(environment: Environment, key: str) -> None:
    """Although a single port-out can be looked up."""

    async def fail_without_order(request: web.Request) -> web.StreamResponse | None:
        return None if "filter[portout_id]" in request.query else await faults.status(403)(request)

    environment.telnyx.script.always(fail_without_order, key=key)
    code, found = await run_check(environment, WATCH_CHANNEL="C0DESK")

    assert code == 1
    assert found["Telnyx key"][0]
    assert found["watched lists"][0] is False
    assert "Port Outs" in found["watched lists"][1]


async def test_a_watch_channel_of_a_kind_that_needs_a_scope_is_named(environment: Environment) -> None:
    """Slack says which one."""
    refusal = b'{"ok": false, "error": "missing_scope", "needed": "groups:history"}'
    environment.slack.script.always(faults.raw(refusal), key="conversations.history")
    _, found = await run_check(environment, WATCH_CHANNEL="G0DESK")

    good, advice = found["channel G0DESK"]
    assert not good
    assert "it needs the scope groups:history; print this version's manifest" in advice


def scope_missing(environment: Environment) -> None:
    environment.slack.scopes.remove("chat:write")


def scope_too_many(environment: Environment) -> None:
    environment.slack.scopes.append("users:read")


def not_a_member(environment: Environment) -> None:
    del environment.slack.channels.messages["C0ALERTS"]


def slack_away(environment: Environment) -> None:
    environment.slack.script.always(faults.reset(), key="auth.test")


def telnyx_refuses(environment: Environment) -> None:
    environment.telnyx.script.always(faults.status(401))


def telnyx_forbids(environment: Environment) -> None:
    environment.telnyx.script.always(faults.status(403))


def slack_limits(environment: Environment) -> None:
    environment.slack.script.always(faults.raw(b'{"ok": false, "error": "ratelimited"}', status=429), key="auth.test")


def something_in_between(environment: Environment) -> None:
    environment.slack.script.always(faults.raw(b"<html>Sign in</html>"), key="auth.test")


def in_no_workspace(environment: Environment) -> None:
    environment.slack.installation = Installation("E0ORG", "E0ORG", is_enterprise_install=True, workspaces=())


def workspaces_unknown(environment: Environment) -> None:
    environment.slack.installation = Installation("E0ORG", "E0ORG", is_enterprise_install=True)
    environment.slack.script.always(faults.raw(b'{"ok": false, "error": "missing_scope"}'), key="auth.teams.list")


def headers_dropped(environment: Environment) -> None:
    environment.slack.script.always(faults.raw(b'{"ok": true, "user": "port_out", "team": "Sandbox"}'), key="auth.test")


def channel_fails(environment: Environment) -> None:
    environment.slack.script.always(faults.status(503), key="conversations.history")


def websockets_held_back(environment: Environment) -> None:
    opened = faults.raw(b'{"ok": true, "url": "ws://127.0.0.1:1/socket"}')
    environment.slack.script.always(opened, key="apps.connections.open")


def another_server(environment: Environment) -> None:
    environment.telnyx.script.always(faults.raw(b"<html>Not found</html>", "text/html", 404))


def nothing(_environment: Environment) -> None:
    pass


BROKEN: dict[str, tuple[Callable[[Environment], None], dict[str, str], str, str]] = {
    "the bot token": (nothing, {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack token", "invalid_auth); SLACK_BOT_TOKEN"),
    "Slack": (slack_away, {}, "Slack token", "Slack does not answer"),
    "Slack's rate limit": (slack_limits, {}, "Slack token", "ratelimited); try again"),
    "the way to Slack": (something_in_between, {}, "Slack token", "SLACK_API_URL"),
    "its headers": (headers_dropped, {}, "scopes", "drops headers"),
    "Slack, at a channel": (channel_fails, {}, "channel C0ALERTS", "Slack does not answer (HTTP 503)"),
    "websockets": (websockets_held_back, {"SLACK_APP_TOKEN": APP_TOKEN}, "Socket Mode", "no websocket"),
    "the organisation": (in_no_workspace, {}, "organisation", "in no workspace"),
    "its list of workspaces": (workspaces_unknown, {}, "organisation", "Slack refused it (missing_scope)"),
    "a scope": (scope_missing, {}, "scopes", "missing: chat:write; the installed app is older than"),
    "a scope too many": (scope_too_many, {}, "scopes", "more than needed: users:read"),
    "the signing secret": (nothing, {"SLACK_SIGNING_SECRET": "too-short"}, "signing secret", "SLACK_SIGNING_SECRET"),
    "the app token": (nothing, {"SLACK_APP_TOKEN": "xapp-wrong"}, "Socket Mode", "invalid_auth); SLACK_APP_TOKEN"),
    "a channel": (not_a_member, {}, "channel C0ALERTS", "not_in_channel); type /invite @Port-out there"),
    "the key": (telnyx_refuses, {}, "Telnyx key", "refused (401)"),
    "its rights": (telnyx_forbids, {}, "Telnyx key", "refused (403)"),
    "Telnyx's path": (another_server, {}, "Telnyx key", "intermediary (404); TELNYX_BASE_URL"),
    "Telnyx's port": (nothing, {"TELNYX_BASE_URL": "http://127.0.0.1:99999/v2"}, "settings", "TELNYX_BASE_URL"),
    "Redis's address": (nothing, {"REDIS_URL": "redis://:sEcr/t@127.0.0.1:6379/0"}, "settings", "REDIS_URL"),
    "Redis's options": (nothing, {"REDIS_URL": "redis://127.0.0.1:6379/0?foo=bar"}, "Redis", "cannot be read"),
    "the proxy": (nothing, {"HTTPS_PROXY": "http://127.0.0.1:1"}, "Slack token", "HTTPS_PROXY"),
    "the proxy, for Telnyx": (nothing, {"HTTPS_PROXY": "http://127.0.0.1:1"}, "Telnyx key", "HTTPS_PROXY"),
    "Telnyx's address": (
        nothing,
        {"TELNYX_BASE_URL": "http://127.0.0.1:1/v2"},
        "Telnyx key",
        "(connection: ECONNREFUSED)",
    ),
    "Redis": (nothing, {"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis", "REDIS_URL: ConnectionRefusedError"),
    "a setting": (nothing, {"PORT": "x", "TELNYX_API_KEY": ""}, "settings", "PORT"),
}


@pytest.mark.parametrize(("breaks", "changes", "what", "advice"), BROKEN.values(), ids=BROKEN)
async def test_what_is_broken_is_named(
    environment: Environment, breaks: Callable[[Environment], None], changes: dict[str, Any], what: str, advice: str
) -> None:
    """On its own line, with what to do; exit code 1."""
    breaks(environment)

    code, found = await run_check(environment, **changes)

    assert code == 1
    is_good, actual = found[what]
    assert not is_good
    assert advice in actual


def delete_scope(app: dict[str, Any]) -> None:
    app["oauth_config"]["scopes"]["bot"].remove("groups:history")


def delete_event(app: dict[str, Any]) -> None:
    app["settings"]["event_subscriptions"]["bot_events"].remove("app_home_opened")


def delete_all_events(app: dict[str, Any]) -> None:
    del app["settings"]["event_subscriptions"]


def delete_shortcut(app: dict[str, Any]) -> None:
    del app["features"]["shortcuts"]


def rename_command(app: dict[str, Any]) -> None:
    app["features"]["slash_commands"][0]["command"] = "/portout"


def disable_home_tab(app: dict[str, Any]) -> None:
    app["features"]["app_home"]["home_tab_enabled"] = False


def disable_interactivity(app: dict[str, Any]) -> None:
    app["settings"]["interactivity"] = {"is_enabled": False}


def enable_socket_mode(app: dict[str, Any]) -> None:
    app["settings"]["socket_mode_enabled"] = True


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (delete_scope, "the scope groups:history"),
        (delete_event, "the event app_home_opened"),
        (delete_all_events, ", ".join(f"the event {event}" for event in EVENTS)),
        (delete_shortcut, f"the message shortcut {CALLBACK}"),
        (rename_command, f"the command {COMMAND}"),
        (disable_home_tab, "the Home tab"),
        (disable_interactivity, "interactivity"),
        (enable_socket_mode, "requests over HTTP (Socket Mode is on)"),
    ],
)
async def test_what_the_installed_app_lacks_is_named(
    environment: Environment, change: Callable[[dict[str, Any]], None], missing: str
) -> None:
    """An app of an earlier manifest: each thing, and what to do."""
    app = json.loads((ROOT / "manifest.json").read_text())
    change(app)
    environment.slack.app_manifest = app
    code, found = await run_check(environment, APP_ID, SLACK_CONFIG_TOKEN=CONFIG_TOKEN)

    assert code == 1
    assert found["app settings"][0] is False
    assert found["app settings"][1].startswith(
        f"missing: {missing}; the installed app is older than this version; print"
    )


@pytest.mark.parametrize(
    ("transport", "as_process"),
    [("HTTP", False), ("Socket Mode", False), ("Socket Mode", True)],
    ids=["HTTP", "Socket Mode", "as a process"],
)
async def test_an_app_of_this_versions_manifest_lacks_nothing(
    environment: Environment, transport: str, *, as_process: bool
) -> None:
    """Whatever else its settings have, which Slack adds, or somebody who calls the app by another name."""
    app = manifest("https://bot.example.org", socket=transport == "Socket Mode")
    app["_metadata"] = {"major_version": 2, "minor_version": 1}
    app["display_information"]["name"] = app["features"]["shortcuts"][0]["name"] = "Port-out of Orchid"
    app["settings"]["event_subscriptions"]["bot_events"] = [*EVENTS, "reaction_added"]
    environment.slack.app_manifest = app
    variables: dict[str, Any] = {"SLACK_APP_TOKEN": APP_TOKEN} if transport == "Socket Mode" else {}
    variables["SLACK_CONFIG_TOKEN"] = CONFIG_TOKEN
    code, found = await run_check(environment, APP_ID, as_process=as_process, **variables)

    assert code == 0
    assert found["app settings"] == (True, "have all of this version's manifest")


@pytest.mark.parametrize(
    ("app_id", "token", "advice"),
    [
        (APP_ID, "xoxe.xoxp-expired", "Slack refused it (invalid_auth); SLACK_CONFIG_TOKEN: generate one"),
        ("A0OTHER", CONFIG_TOKEN, "Slack refused it (app_not_found); SLACK_CONFIG_TOKEN"),
        ("", CONFIG_TOKEN, "SLACK_CONFIG_TOKEN and --app go together"),
        (APP_ID, "", "SLACK_CONFIG_TOKEN and --app go together"),
        (APP_ID, "xoxe.xoxp-\x7f\nX-Evil: 1", "Slack does not answer (no readable answer)"),
    ],
    ids=["another token", "another app", "no app", "no token", "no token at all"],
)
async def test_app_settings_that_cannot_be_read_are_named(
    environment: Environment, app_id: str, token: str, advice: str
) -> None:
    """With what is wrong: the token, which is printed nowhere, or the id."""
    code, found = await run_check(environment, app_id, SLACK_CONFIG_TOKEN=token)

    assert code == 1
    assert found["app settings"][0] is False
    assert found["app settings"][1].startswith(advice)


@pytest.mark.parametrize("answer", [b'{"ok": true}', b'{"ok": true, "manifest": {"features": []}}', b"<html>"])
async def test_an_answer_that_is_no_manifest_is_no_agreement(environment: Environment, answer: bytes) -> None:
    """Nor a crash."""
    environment.slack.script.always(faults.raw(answer), key="apps.manifest.export")
    code, found = await run_check(environment, APP_ID, SLACK_CONFIG_TOKEN=CONFIG_TOKEN)

    assert code == 1
    assert found["app settings"][0] is False


async def test_without_a_configuration_token_the_line_says_what_cannot_be_seen(environment: Environment) -> None:
    """It is no problem, and asks Slack nothing."""
    code, found = await run_check(environment)

    assert code == 0
    assert found["app settings"][0] is True
    assert "events, commands and the Home tab cannot be seen with a bot token" in found["app settings"][1]
    assert "apps.manifest.export" not in [call.method for call in environment.slack.calls]


MANY = tuple(f"T{number}" for number in range(1000, 2001))


@pytest.mark.parametrize(
    ("installation", "found"),
    [
        (Installation(enterprise_id="E0ORG"), "TRUSTED_TEAMS"),
        (Installation("E0ORG", "E0ORG", is_enterprise_install=True, workspaces=("T0B", "T0A")), "workspaces: T0A, T0B"),
        (Installation("E0ORG", "E0ORG", is_enterprise_install=True, workspaces=MANY), f", {MANY[-1]}"),
    ],
    ids=["in a workspace of it", "in all of it", "with more workspaces than Slack lists at once"],
)
async def test_an_organisation_is_found(environment: Environment, installation: Installation, found: str) -> None:
    """With what the operator has to know about its other workspaces."""
    environment.slack.installation = installation

    code, lines = await run_check(environment)

    is_good, advice = lines["organisation"]
    assert (code, is_good) == (0, True)
    assert found in advice


@pytest.mark.parametrize("answers", ["its own way", "as Telnyx"])
async def test_a_base_url_without_its_version_is_named(environment: Environment, answers: str) -> None:
    """Whoever answers the 404 there."""
    if answers == "as Telnyx":
        environment.telnyx.script.always(faults.status(404))

    code, found = await run_check(environment, TELNYX_BASE_URL=environment.telnyx_url)

    assert code == 1
    assert not found["Telnyx key"][0]
    assert "TELNYX_BASE_URL: has no version, so end it with /v2" in found["Telnyx key"][1]


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("issuer", "reason", "name"),
    [
        ("", "self-signed certificate", ISSUER),
        ("/O=Example/CN=Example CA 2/OU=IT", "unable to get local issuer certificate", "Example CA 2"),
        ("/C=DE/O=Beispiel für TLS", "unable to get local issuer certificate", "Beispiel für TLS"),
        ("/CN=a\x1b[2Jb", "unable to get local issuer certificate", "a[2Jb"),
    ],
    ids=["the server itself", "by its common name", "by its organization", "by a name that clears screens"],
)
async def test_a_certificate_that_is_not_trusted_is_named_with_its_issuer(
    environment: Environment, tmp_path: Path, issuer: str, reason: str, name: str
) -> None:
    """A proxy that inspects TLS shows its own: the line says whose it is, and which CAs are trusted."""
    async with tls_server(tmp_path, issuer) as url:
        code, found = await run_check(environment, TELNYX_BASE_URL=f"{url}/v2")

    is_good, advice = found["Telnyx key"]
    assert (code, is_good) == (1, False)
    assert f"certificate: {reason}; trusted are the CAs of /" in advice
    assert f"the certificate is from “{name}”" in advice


async def test_a_redis_that_stores_nothing_is_a_failure(environment: Environment, redis: RedisServer) -> None:
    """A full Redis would still answer a ping."""
    async with Redis.from_url(redis.url) as client:
        await client.config_set("maxmemory", 1)

    code, found = await run_check(environment, REDIS_URL=redis.url)

    assert (code, found["Redis"]) == (
        1,
        (False, "REDIS_URL: OutOfMemoryError; processes would not share what they did"),
    )


(ACL,) = re.findall("If an ACL limits the bot, allow `([^`]+)`", (ROOT / "docs/deploying.md").read_text())


def keys_of(bot_id: str) -> str:
    """Return the keys that a bot and its workspace use, for an ACL."""
    return f"~portout:{TEAM_ID}:{bot_id}:* ~portout:epoch ~portout:unprefixed"


@pytest.mark.parametrize(
    ("acl", "is_good", "advice"),
    [
        (ACL, True, "accepts what the bot does there"),
        (ACL.replace("~portout:*", keys_of(BOT_ID)), True, "accepts what the bot does there"),
        (ACL.replace("~portout:*", keys_of("B0OTHER")), False, "NoPermissionError"),
        (f"{ACL} -eval", False, "NoPermissionError"),
        (f"{ACL} -mget", False, "ResponseError"),
    ],
    ids=["all that is needed", "the keys of this app", "the keys of another app", "no scripts", "no reads"],
)
async def test_what_an_acl_forbids_is_found(
    environment: Environment, redis: RedisServer, acl: str, *, is_good: bool, advice: str
) -> None:
    """The check does what the bot does, with the bot's own keys; the ACL in docs/deploying.md is enough."""
    async with Redis.from_url(redis.url) as client:
        await client.execute_command("ACL", "SETUSER", "bot", "on", ">shhh", *acl.split())  # type: ignore[no-untyped-call]

    _, found = await run_check(environment, REDIS_URL=redis.url.replace("//", "//bot:shhh@"))

    assert found["Redis"][0] is is_good
    assert advice in found["Redis"][1]


async def test_a_redis_cluster_is_named(environment: Environment) -> None:
    """It would refuse every lease."""
    need_redis()
    async with redis_server(*cluster_options()) as server:
        _, found = await run_check(environment, REDIS_URL=server.url)

    assert found["Redis"][0] is False
    assert found["Redis"][1].startswith("REDIS_URL: a Redis Cluster is not supported")


async def test_a_check_is_printed_as_a_line(environment: Environment) -> None:
    """A mark, what was checked, and what was found."""
    code, out, err = await outcome(await portout_bot(environment.bot_variables(), "check"))

    assert (code, err) == (0, "")
    assert "✓ Telnyx key  may look port-outs up" in out


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", "✓"), ("ascii", "OK"), ("cp1252", "OK")], ids=["UTF-8", "ASCII", "Windows"]
)
async def test_a_check_is_printed_in_any_encoding(environment: Environment, encoding: str, mark: str) -> None:
    """Good and bad differ in each."""
    code, out, err = await printed(check(environment.bot_variables(), as_json=False), encoding)

    assert (code, err) == (0, "")
    assert f"{mark} Telnyx key" in out


@pytest.mark.parametrize(("ahead", "words"), [(-400, "s ahead of Slack's"), (90, "s behind Slack's")])
async def test_a_wrong_clock_is_named(environment: Environment, ahead: int, words: str) -> None:
    """By the time in Slack's answer: a request that looks too old is refused."""
    started = time.time()
    environment.slack.script.then("auth.test", auth_test_at(environment, ahead))

    code, found = await run_check(environment)

    is_good, advice = found["clock"]
    seconds, _, rest = advice.partition(" ")
    assert (code, is_good) == (1, False)
    assert rest.startswith(words)
    # The answer was made before the check began, and `Date` has no less than a second.
    assert abs(int(seconds) - abs(ahead)) <= time.time() - started + 1


async def test_what_only_slack_can_show_is_said(environment: Environment) -> None:
    """A signing secret that looks right may be another app's."""
    _, found = await run_check(environment)

    assert "only a request from Slack shows" in found["signing secret"][1]
