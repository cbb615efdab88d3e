"""What the log of the whole run, and all that was sent to Slack, contain and must not contain. Runs last."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox
from tests.conftest import LOG, SENT
from tests.test_operating import explained

PUBLIC_CALLS = {"chat.postMessage", "chat.update"}
IDENTIFYING = {"phone_numbers", "subscriber_name", "end_user_name", "customer_reference", "connection_name"}
PRIVATE = {"attempted_pin", "comment", "rejection_reason", "reason"}


def private_values(value: Any, names: set[str], name: str = "") -> set[str]:
    """Return every string below `value` whose key is one of the names."""
    match value:
        case dict():
            return set().union(*(private_values(inner, names, key) for key, inner in value.items()))
        case list():
            return set().union(*(private_values(inner, names, name) for inner in value))
        case str() if name in names:
            return {value}
        case _:
            return set()


def public_texts(calls: list[tuple[str, Any]]) -> Iterator[str]:
    """Yield what everybody in a channel can see, metadata included."""
    yield from (json.dumps(body, ensure_ascii=False) for method, body in calls if method in PUBLIC_CALLS)


def stored_values(value: Any) -> Iterator[str]:
    """Yield what Slack stores with buttons and modals and sends back to the bot, whoever sees them."""
    match value:
        case dict():
            yield from (str(value[name]) for name in ("value", "private_metadata") if name in value)
            for inner in value.values():
                yield from stored_values(inner)
        case list():
            for inner in value:
                yield from stored_values(inner)
        case str() if value.startswith(("[", "{")):
            # In forms, blocks and views are encoded as JSON.
            with suppress(msgspec.DecodeError):
                yield from stored_values(msgspec.json.decode(value))


def test_nothing_that_many_see_or_slack_keeps_identifies_a_customer(of_the_run: Callable[[str], list[str]]) -> None:
    """No full number, full name or PIN in a channel message, a button's value or a modal's metadata."""
    telnyx = TelnyxSandbox(samples(datetime.now(UTC)))
    private = private_values([telnyx.samples.events, telnyx.samples.orders, telnyx.account.phone_numbers], IDENTIFYING)
    numbers = {value for value in private if value.startswith("+")}
    hidden = {
        *private,
        *(number.removeprefix("+1") for number in numbers),
        *(f"{number[2:5]}-{number[5:8]}-{number[8:]}" for number in numbers),
    }
    calls = [json.loads(line) for line in of_the_run(SENT)]
    public = list(public_texts(calls))
    stored = list(stored_values([body for _, body in calls]))

    assert len(public) > 20
    assert len(stored) > 100
    assert not [value for value in hidden if any(value in text for text in [*public, *stored])]
    # PINs are short: a match within an id or a time does not count.
    pins = re.compile(r"(?<![\w.-])(0193|4417|1234)(?![\w.-])")
    assert not [text for text in [*public, *stored] if pins.search(text)]


def test_the_log_holds_no_secret_and_no_personal_data(of_the_run: Callable[[str], list[str]]) -> None:
    """No key, token, PIN, phone number, name or comment, after everything the tests did."""
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    secrets = {
        telnyx.key,
        slack.bot_token,
        slack.app_token,
        slack.config_token,
        slack.signing_secret,
        "hooks.slack.com",
        "/response/",
    }
    answers = [telnyx.samples.events, telnyx.samples.orders, telnyx.account.phone_numbers]
    private = private_values(answers, IDENTIFYING | PRIVATE)
    log = "\n".join(of_the_run(LOG))

    assert len(private) > 8
    long = {value for value in secrets | private if len(value) > 4}
    # A short one, a PIN, may be the beginning of an id.
    short = "|".join(map(re.escape, private - long))

    assert not [value for value in long if value in log]
    assert not re.search(rf'"({short})(?![\w-])', log)


def test_every_field_of_the_log_is_explained(of_the_run: Callable[[str], list[str]]) -> None:
    """To whoever reads a line."""
    fields = set().union(*(msgspec.json.decode(line) for line in of_the_run(LOG)))

    assert fields - explained() == set()


def test_every_line_of_the_log_is_json_with_a_constant_event_name(
    of_the_run: Callable[[str], list[str]], pytestconfig: pytest.Config
) -> None:
    """Operators search by event name, so nothing is formatted into it."""
    if pytestconfig.args != pytestconfig.getini("testpaths") or pytestconfig.option.keyword:
        pytest.skip("only a part of the tests ran")
    lines = [msgspec.json.decode(line) for line in of_the_run(LOG)]

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
        "home.not_published",
        "mention.helped",
        "refresh.failed",
        "response_url.failed",
        "response_url.refused",
        "response_url.sent",
        "shortcut.no_ids",
        "slack.failed",
        "socket.not_acknowledged",
        "telnyx.retried",
        "window.failed",
    }
    errors = [line for line in lines if line["event"] == "internal_error"]
    assert {line["error"] for line in errors} <= {"DeliberateError"}
