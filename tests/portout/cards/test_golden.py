"""Every kind of message, as somebody looked at and approved it: `tests/golden`, which UPDATE_GOLDEN=1 rewrites.

The `.json` files paste into Slack's Block Kit Builder; the `.txt` files are for reading.
"""

import html
import os
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from portout.lookup.results import EventResult, LookupFailure
from portout.telnyx.errors import AnyTelnyxError
from portout.telnyx.events import PortoutEvent
from tests.oracles import assert_valid_blocks, assert_valid_view
from tests.portout.cases import CASES, STATUSES, VIEWS
from tests.portout.payloads import PIN

GOLDEN = Path(__file__).parents[2] / "golden"
UPDATE = "UPDATE_GOLDEN" in os.environ


def golden(name: str, drawn: str) -> str:
    """Give what was approved last; with UPDATE_GOLDEN=1 this is."""
    path = GOLDEN / name
    if UPDATE:
        path.write_text(drawn, encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_as_approved(name: str) -> None:
    """A message is, in Block Kit, what somebody approved."""
    drawn = msgspec.json.format(msgspec.json.encode(CASES[name].message), indent=2).decode() + "\n"

    assert golden(f"{name}.json", drawn) == drawn


@pytest.mark.parametrize("name", CASES)
def test_a_message_reads_as_approved(name: str) -> None:
    """A message reads, in a terminal, as somebody approved."""
    drawn = CASES[name].reading

    assert golden(f"{name}.txt", drawn) == drawn


@pytest.mark.parametrize("name", CASES)
def test_slack_takes_the_message(name: str) -> None:
    """Slack takes the message."""
    assert_valid_blocks(CASES[name].message)


@pytest.mark.parametrize("name", CASES)
def test_the_notification_says_the_same(name: str) -> None:
    """The text for notifications and screen readers begins as the card does, but for the emoji."""
    case = CASES[name]
    first, *words = case.reading.split("\n")[0].split()
    headline = " ".join(words if not first.isascii() else [first, *words])

    assert " ".join(html.unescape(case.message.text).split()).startswith(headline)


def test_no_golden_file_is_stale() -> None:
    """A golden file without a case is gone."""
    expected = {f"{name}.{kind}" for name in CASES for kind in ("json", "txt")} | {f"{name}.json" for name in VIEWS}
    for path in GOLDEN.iterdir() if UPDATE else ():
        if path.name not in expected:
            path.unlink()

    assert expected == {path.name for path in GOLDEN.iterdir()}


def test_no_golden_file_holds_the_pin() -> None:
    """The PIN that somebody tried, in several of the events, is in none of the messages."""
    assert [path.name for path in GOLDEN.iterdir() if PIN.strip("0") in path.read_text(encoding="utf-8")] == []


def test_every_kind_of_event_and_failure_is_approved() -> None:
    """A new event type, or a new failure, is not done until its card was looked at."""
    results = [result for case in CASES.values() for result in case.results]
    events = {type(result.event) for result in results if isinstance(result, EventResult)}
    failures = {type(result.error) for result in results if isinstance(result, LookupFailure)}

    assert events == set(get_args(PortoutEvent))
    assert failures == set(get_args(AnyTelnyxError))


@pytest.mark.parametrize("name", VIEWS)
def test_a_window_is_as_approved(name: str) -> None:
    """A window is, in Block Kit, what somebody approved; and Slack takes it."""
    encoded = msgspec.json.encode(VIEWS[name])

    assert_valid_view(msgspec.json.decode(encoded))
    drawn = msgspec.json.format(encoded, indent=2).decode() + "\n"
    assert golden(f"{name}.json", drawn) == drawn


@pytest.mark.parametrize("audience", ["private", "channel"])
def test_every_status_is_approved_in_both_forms(audience: str) -> None:
    """Of an event beside its order, and of an order."""
    for status in STATUSES:
        for name in (f"{audience}-event-and-order-{status}", f"{audience}-order-{status}"):
            assert name in CASES
