"""`portout-bot manifest`: it prints `manifest.json`, with the given address."""

import json
from pathlib import Path

import pytest

from bot.cli.manifest import EXAMPLE_URL, manifest
from tests.bot.processes import outcome, portout_bot

ROOT = Path(__file__).parents[3]


async def print_manifest(*arguments: str) -> tuple[int | None, str]:
    """Run `manifest`; return its exit code and what it prints."""
    code, out, _ = await outcome(await portout_bot({}, "manifest", *arguments))
    return code, out


@pytest.mark.parametrize(
    "url",
    [
        "bot.example.org",
        "http://bot.example.org",
        "https://bot.example.org?x=1",
        "https://bot.example.org#",
        "https://b:x",
        "",
    ],
)
def test_no_manifest_is_made_that_slack_would_refuse(url: str) -> None:
    """Slack sends to https only; and an empty address, as from an unset variable, is none."""
    with pytest.raises(ValueError, match=r"no public address|Port could not be cast"):
        manifest(url, socket=False)


async def test_a_refused_address_prints_no_manifest() -> None:
    """Exit code 2: an empty address is not that of the example."""
    assert await print_manifest("--url", "") == (2, "")


async def test_the_manifest_is_the_codes_own() -> None:
    """`manifest.json` is what the command prints; with an address it is ready to paste."""
    code, out, _ = await outcome(await portout_bot({}, "manifest"))
    _, addressed, _ = await outcome(await portout_bot({}, "manifest", "--url", "https://bot.example.org/"))

    assert code == 0
    assert json.loads(out) == json.loads((ROOT / "manifest.json").read_text())
    assert manifest("https://bot.example.org/slack/events", socket=False) == json.loads(addressed)
    assert addressed == out.replace("https://portout.example.com", "https://bot.example.org")


def test_a_manifest_for_socket_mode_needs_no_address() -> None:
    """As the Slack CLI has it printed."""
    socket = manifest(EXAMPLE_URL, socket=True)

    assert "url" not in json.dumps(socket)
    assert socket["settings"]["socket_mode_enabled"]
