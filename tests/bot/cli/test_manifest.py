"""`portout-bot manifest`, as a process: it prints `manifest.json`, with the given address."""

import json
from pathlib import Path

import pytest

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
async def test_no_manifest_is_made_that_slack_would_refuse(url: str) -> None:
    """Slack sends to https only; and an empty address, as from an unset variable, is none."""
    assert await print_manifest("--url", url) == (2, "")


async def test_the_manifest_is_the_codes_own() -> None:
    """`manifest.json` is what the command prints; with an address it is ready to paste."""
    code, out, _ = await outcome(await portout_bot({}, "manifest"))
    _, addressed, _ = await outcome(await portout_bot({}, "manifest", "--url", "https://bot.example.org/"))
    _, socket, _ = await outcome(await portout_bot({}, "manifest", "--socket"))

    assert code == 0
    assert json.loads(out) == json.loads((ROOT / "manifest.json").read_text())
    assert (await print_manifest("--url", "https://bot.example.org/slack/events")) == (0, addressed)
    assert addressed == out.replace("https://portout.example.com", "https://bot.example.org")
    assert "url" not in socket
    assert json.loads(socket)["settings"]["socket_mode_enabled"]
