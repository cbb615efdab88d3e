"""Every kind of message and view, compared with what was approved in `tests/golden`; UPDATE_GOLDEN=1 rewrites it.

The `.json` files can be pasted into Slack's Block Kit Builder; the `.txt` files are for reading.
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
from tests.portout.cards.views import VIEWS
from tests.portout.cases import CASES, STATUSES
from tests.portout.payloads import PIN

GOLDEN = Path(__file__).parents[2] / "golden"
UPDATE = "UPDATE_GOLDEN" in os.environ


def golden(name: str, current: str) -> str:
    """Return the approved content of a golden file; with UPDATE_GOLDEN=1, the current one after writing it."""
    path = GOLDEN / name
    if UPDATE:
        path.write_text(current, encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_as_approved(name: str) -> None:
    """The Block Kit of a message is what was approved, and is valid within Slack's limits."""
    case = CASES[name]
    current = msgspec.json.format(msgspec.json.encode(case.message), indent=2).decode() + "\n"
    approved = golden(f"{name}.json", current)

    assert_valid_blocks(case.message, case.mentions)
    assert approved == current


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_printed_as_approved(name: str) -> None:
    """A message printed in a terminal is what was approved, and its notification begins as it does.

    The text for notifications and screen readers begins with the card's headline, without its emoji.
    """
    case = CASES[name]
    current = case.rendered
    approved = golden(f"{name}.txt", current)
    first, *words = current.split("\n")[0].split()
    headline = " ".join(words if not first.isascii() else [first, *words])

    assert " ".join(html.unescape(case.message.text).split()).startswith(headline)
    assert approved == current


def test_no_golden_file_is_stale() -> None:
    """Every golden file belongs to a case."""
    expected = {f"{name}.{kind}" for name in CASES for kind in ("json", "txt")} | {f"{name}.json" for name in VIEWS}
    for path in GOLDEN.iterdir() if UPDATE else ():
        if path.name not in expected:
            path.unlink()

    assert expected == {path.name for path in GOLDEN.iterdir()}


def test_no_golden_file_holds_the_pin() -> None:
    """The attempted PIN, which several of the events carry, is in none of the messages."""
    assert [path.name for path in GOLDEN.iterdir() if PIN.strip("0") in path.read_text(encoding="utf-8")] == []


def test_every_kind_of_event_and_failure_is_approved() -> None:
    """Every event type and every failure has a golden card, so that a new one is approved before it is released."""
    results = [result for case in CASES.values() for result in case.results]
    events = {type(result.event) for result in results if isinstance(result, EventResult)}
    failures = {type(result.error) for result in results if isinstance(result, LookupFailure)}

    assert events == set(get_args(PortoutEvent))
    assert failures == set(get_args(AnyTelnyxError))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_as_approved(name: str) -> None:
    """The Block Kit of a modal or a Home tab is what was approved, and is valid within Slack's limits."""
    encoded = msgspec.json.encode(VIEWS[name])

    assert_valid_view(msgspec.json.decode(encoded))
    current = msgspec.json.format(encoded, indent=2).decode() + "\n"
    assert golden(f"{name}.json", current) == current


@pytest.mark.parametrize("audience", ["private", "channel"])
def test_every_status_is_approved_for_both_audiences(audience: str) -> None:
    """Every status has golden cards of an event with its order and of an order, in private and in a channel."""
    for status in STATUSES:
        for name in (f"{audience}-event-and-order-{status}", f"{audience}-order-{status}"):
            assert name in CASES
