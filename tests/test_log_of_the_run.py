"""What the log of the whole run holds, and what it must not. Runs last."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sandbox.samples import samples
from sandbox.slack import SlackSandbox
from sandbox.telnyx import TelnyxSandbox

PRIVATE = {"phone_numbers", "subscriber_name", "attempted_pin", "comment", "rejection_reason", "carrier_name"}


def private_values(value: Any, name: str = "") -> set[str]:
    """Every value below `value` that stands under a private name."""
    match value:
        case dict():
            return set().union(*(private_values(inner, key) for key, inner in value.items()))
        case list():
            return set().union(*(private_values(inner, name) for inner in value))
        case str() if name in PRIVATE:
            return {value}
        case _:
            return set()


def test_the_log_holds_no_secret_and_no_personal_data(log_file: Path) -> None:
    """No key, token, PIN, phone number, name or comment, after everything the tests did."""
    made = samples(datetime.now(UTC))
    slack, telnyx = SlackSandbox(), TelnyxSandbox(made)
    secrets = {telnyx.key, slack.bot_token, slack.app_token, slack.signing_secret, "hooks.slack.com", "/response/"}
    private = private_values(made.events)
    log = log_file.read_text()

    assert len(private) > 8
    assert not [value for value in secrets | private if f'"{value}' in log or (len(value) > 4 and value in log)]


def test_every_line_of_the_log_is_json_with_a_constant_event_name(log_file: Path, pytestconfig: pytest.Config) -> None:
    """Operators search by event name; nothing is formatted into it."""
    if pytestconfig.args != pytestconfig.getini("testpaths") or pytestconfig.option.keyword:
        pytest.skip("only a part of the tests ran")
    lines = [msgspec.json.decode(line) for line in log_file.read_text().splitlines()]

    assert {line["event"] for line in lines} >= {
        "alert.looked_up",
        "alert.not_placed",
        "alert.silent",
        "alert.withdrawn",
        "bot.started",
        "bot.stopping",
        "bot.stopped",
        "command.answered",
        "command.helped",
        "delivery.unfinished",
        "front_door.refused",
        "gate.refused",
        "lookup.failed",
        "mention.answered",
        "mention.denied",
        "mention.helped",
        "refresh.done",
        "response_url.failed",
        "response_url.refused",
        "response_url.sent",
        "shortcut.answered",
        "shortcut.no_ids",
        "shortcut.posted",
        "slack.failed",
        "socket.not_acknowledged",
        "telnyx.retried",
    }
    assert not [line for line in lines if line["event"] == "bug"]
