"""`portout-bot check` and `manifest`, as processes: what is wrong is on the right line, and no secret is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import behaviors
from sandbox.redis import RedisServer
from tests.bot.test_main import outcome, portout_bot
from tests.conftest import World

ROOT = Path(__file__).parent.parent.parent


async def checked(world: World, **changes: str) -> tuple[int | None, dict[str, tuple[bool, str]]]:
    """The exit code, and what was found of each thing."""
    environment = world.environment(ALERT_CHANNELS="C0ALERTS", **changes)
    code, out, err = await outcome(await portout_bot(environment, "check", "--json"))
    secrets = [value for name, value in environment.items() if name.endswith(("TOKEN", "SECRET", "KEY"))]
    assert [secret for secret in secrets if secret and secret in out + err] == []
    return code, {line["what"]: (line["is_good"], line["advice"]) for line in json.loads(out)}


async def test_all_is_well(world: World, redis: RedisServer) -> None:
    """Every line is good, exit code 0."""
    code, found = await checked(world, REDIS_URL=redis.url, SLACK_APP_TOKEN=world.slack.app_token)

    assert code == 0
    assert list(found) == [
        *("settings", "Slack token", "scopes", "signing secret", "Socket Mode", "channel C0ALERTS"),
        *("Telnyx key", "Redis"),
    ]
    assert all(is_good for is_good, _ in found.values())


def scope_missing(world: World) -> None:
    world.slack.scopes.remove("chat:write")


def scope_too_many(world: World) -> None:
    world.slack.scopes.append("users:read")


def not_a_member(world: World) -> None:
    del world.slack.channels.messages["C0ALERTS"]


def slack_away(world: World) -> None:
    world.slack.script.always(behaviors.reset(), key="auth.test")


def telnyx_refuses(world: World) -> None:
    world.telnyx.script.always(behaviors.status(401))


def telnyx_forbids(world: World) -> None:
    world.telnyx.script.always(behaviors.status(403))


def nothing(_world: World) -> None:
    pass


BROKEN: dict[str, tuple[Callable[[World], None], dict[str, str], str, str]] = {
    "the bot token": (nothing, {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack token", "SLACK_BOT_TOKEN: Slack refused it"),
    "Slack": (slack_away, {}, "Slack token", "Slack does not answer"),
    "a scope": (scope_missing, {}, "scopes", "missing: chat:write"),
    "a scope too many": (scope_too_many, {}, "scopes", "more than needed: users:read"),
    "the signing secret": (nothing, {"SLACK_SIGNING_SECRET": "abc"}, "signing secret", "SLACK_SIGNING_SECRET"),
    "the app token": (nothing, {"SLACK_APP_TOKEN": "xapp-wrong"}, "Socket Mode", "SLACK_APP_TOKEN: Slack refused it"),
    "a channel": (not_a_member, {}, "channel C0ALERTS", "not_in_channel); type /invite @Port-out there"),
    "the key": (telnyx_refuses, {}, "Telnyx key", "refused (401)"),
    "its rights": (telnyx_forbids, {}, "Telnyx key", "refused (403)"),
    "Telnyx's address": (nothing, {"TELNYX_BASE_URL": "http://127.0.0.1:1/v2"}, "Telnyx key", "upstream"),
    "Redis": (nothing, {"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis", "REDIS_URL: no answer"),
    "a setting": (nothing, {"PORT": "x", "TELNYX_API_KEY": ""}, "settings", "PORT"),
}


@pytest.mark.parametrize(("breaks", "changes", "what", "advice"), BROKEN.values(), ids=BROKEN)
async def test_what_is_broken_is_named(
    world: World, breaks: Callable[[World], None], changes: dict[str, str], what: str, advice: str
) -> None:
    """On the line that it is about, and what to do; exit code 1."""
    breaks(world)

    code, found = await checked(world, **changes)

    assert code == 1
    is_good, said = found[what]
    assert not is_good
    assert advice in said


async def test_a_person_reads_a_line_each(world: World) -> None:
    """A mark, what was checked, and what was found."""
    code, out, err = await outcome(await portout_bot(world.environment(), "check"))

    assert (code, err) == (0, "")
    assert "✓ Telnyx key  may look port-outs up" in out


async def test_the_manifest_is_the_codes_own() -> None:
    """`manifest.json` is what the command prints; with an address it is ready to paste."""
    code, out, _ = await outcome(await portout_bot({}, "manifest"))
    _, addressed, _ = await outcome(await portout_bot({}, "manifest", "--url", "https://bot.example.org/"))
    _, socket, _ = await outcome(await portout_bot({}, "manifest", "--socket"))

    assert code == 0
    assert json.loads(out) == json.loads((ROOT / "manifest.json").read_text())
    assert addressed == out.replace("https://portout.example.com", "https://bot.example.org")
    assert "url" not in socket
    assert json.loads(socket)["settings"]["socket_mode_enabled"]
