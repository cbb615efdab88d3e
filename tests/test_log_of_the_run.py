"""What the log of the whole run and all that Slack was told hold, and what they must not. Runs last."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sandbox.slack.server import ApiCall, SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

PUBLIC_CALLS = {"chat.postMessage", "chat.update"}
IDENTIFYING = {"phone_numbers", "subscriber_name", "end_user_name"}
PRIVATE = {"attempted_pin", "comment", "rejection_reason", "reason"}


def private_values(value: Any, names: set[str], name: str = "") -> set[str]:
    """Every value below `value` that stands under one of the names."""
    match value:
        case dict():
            return set().union(*(private_values(inner, names, key) for key, inner in value.items()))
        case list():
            return set().union(*(private_values(inner, names, name) for inner in value))
        case str() if name in names:
            return {value}
        case _:
            return set()


def said_in_public(calls: list[ApiCall]) -> Iterator[str]:
    """What everybody in a channel sees, its metadata included."""
    yield from (msgspec.json.encode(call.body).decode() for call in calls if call.method in PUBLIC_CALLS)


def kept_elsewhere(value: Any) -> Iterator[str]:
    """What Slack keeps of buttons and windows and sends back, whoever sees them."""
    match value:
        case dict():
            yield from (str(value[name]) for name in ("value", "private_metadata") if name in value)
            for inner in value.values():
                yield from kept_elsewhere(inner)
        case list():
            for inner in value:
                yield from kept_elsewhere(inner)
        case str() if value.startswith(("[", "{")):
            # Blocks and views travel as JSON in forms.
            with suppress(msgspec.DecodeError):
                yield from kept_elsewhere(msgspec.json.decode(value))


def test_nothing_that_many_see_or_slack_keeps_identifies_a_customer(workspaces: list[SlackSandbox]) -> None:
    """No full number, full name or PIN in a channel message, a button's value or a window's metadata."""
    samples_of_it = samples(datetime.now(UTC))
    private = private_values([samples_of_it.events, samples_of_it.orders], IDENTIFYING)
    numbers = {value for value in private if value.startswith("+")}
    hidden = {
        *private,
        *(number.removeprefix("+1") for number in numbers),
        *(f"{number[2:5]}-{number[5:8]}-{number[8:]}" for number in numbers),
    }
    public = [text for slack in workspaces for text in said_in_public(slack.calls)]
    whole = [[*(call.body for call in slack.calls), slack.posted] for slack in workspaces]
    kept = list(kept_elsewhere(msgspec.to_builtins(whole)))

    assert len(public) > 20
    assert len(kept) > 100
    assert not [value for value in hidden if any(value in text for text in [*public, *kept])]
    # PINs are short: looked for between what can't be a part of an id or a time.
    pins = re.compile(r"(?<![\w.-])(0193|4417|1234)(?![\w.-])")
    assert not [text for text in [*public, *kept] if pins.search(text)]


def test_the_log_holds_no_secret_and_no_personal_data(log_file: Path) -> None:
    """No key, token, PIN, phone number, name or comment, after everything the tests did."""
    made = samples(datetime.now(UTC))
    slack, telnyx = SlackSandbox(), TelnyxSandbox(made)
    secrets = {telnyx.key, slack.bot_token, slack.app_token, slack.signing_secret, "hooks.slack.com", "/response/"}
    private = private_values([made.events, made.orders], IDENTIFYING | PRIVATE)
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
        "audit.refused",
        "audit.shown",
        "bot.started",
        "bot.stopping",
        "bot.stopped",
        "command.helped",
        "delivery.unfinished",
        "http.rejected",
        "dispatch.rejected",
        "lookup.failed",
        "mention.helped",
        "refresh.failed",
        "response_url.failed",
        "response_url.refused",
        "response_url.sent",
        "shortcut.no_ids",
        "slack.failed",
        "socket.not_acknowledged",
        "telnyx.retried",
    }
    assert not [line for line in lines if line["event"] == "internal_error"]
