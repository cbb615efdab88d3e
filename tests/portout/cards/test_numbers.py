"""The phone numbers of a port-out with many: on its card, and all of them in the pages of a modal."""

import re
from typing import Any

import msgspec
import pytest

from portout.cards.audience import Audience
from portout.cards.buttons import NUMBERS, NumbersPageValue, encode
from portout.cards.modals.numbers import PAGE_NUMBERS
from portout.cards.modals.view import build_view
from tests.oracles import assert_valid_blocks, assert_valid_view
from tests.portout.cards.builders import REFERENCE, Case, lookup_case
from tests.portout.payloads import EVENT_ID, event_result, new_comment, order, order_result, status_changed

PRIVATE = (Audience.PRIVATE, Audience.PRIVATE_MASKED)
NUMBER = re.compile(r"(?:\+1 312-555-|•••• )(\d{4})")


def numbers_of(count: int) -> list[str]:
    return [f"+1312555{last:04}" for last in range(count)]


def case_of(count: int, audience: Audience = Audience.PRIVATE) -> Case:
    """Return the card of a port-out of `count` numbers."""
    return lookup_case(event_result(status_changed("pending", phone_numbers=numbers_of(count))), audience=audience)


def page(result: Any, number: int, audience: Audience) -> str:
    """Return a page of the modal as JSON; raise AssertionError if Slack would refuse it."""
    encoded = msgspec.json.encode(build_view(result, number, audience, REFERENCE))
    assert_valid_view(msgspec.json.decode(encoded))
    return encoded.decode()


@pytest.mark.parametrize(("audience", "shown"), [*((one, 20) for one in PRIVATE), (Audience.CHANNEL, 3)])
@pytest.mark.parametrize("count", [3, 4, 20, 21, 5_000])
def test_a_private_card_shows_twenty_numbers(count: int, audience: Audience, shown: int) -> None:
    """The only card of a private message shows up to 20 numbers, one in a channel 3, and each how many more."""
    case = case_of(count, audience)
    rendered = " ".join(case.rendered.split())

    assert_valid_blocks(case.message)
    assert NUMBER.findall(rendered) == [f"{last:04}" for last in range(min(count, shown))]
    assert (f"+{count - shown:,} more" in rendered) is (count > shown)


@pytest.mark.parametrize(("count", "has_button"), [(3, False), (20, False), (21, True), (5_000, True)])
@pytest.mark.parametrize("audience", PRIVATE)
def test_more_than_twenty_numbers_have_a_button(count: int, audience: Audience, *, has_button: bool) -> None:
    """It stands after *History* on the only card of a private message; in a channel *Details* leads there."""
    expected = "[ History ] [ Numbers ] [ Refresh" if has_button else "[ History ] [ Refresh"

    assert expected in case_of(count, audience).rendered
    assert "[ Numbers ]" not in case_of(count, Audience.CHANNEL).rendered


def test_the_button_holds_the_id_alone() -> None:
    """A number is never stored at Slack in the value of a button."""
    (row,) = [block for block in msgspec.to_builtins(case_of(21).message.blocks) if block["type"] == "actions"]
    (button,) = [button for button in row["elements"] if button["action_id"] == NUMBERS]

    assert button["value"] == encode(NumbersPageValue(EVENT_ID)) == f'{{"id":"{EVENT_ID}"}}'


@pytest.mark.parametrize("audience", PRIVATE)
@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 5_000])
def test_the_pages_have_every_number_once(count: int, audience: Audience) -> None:
    """In Telnyx's order; a reader who may not see details sees the last four digits of each."""
    result = order_result(order("pending", phone_numbers=numbers_of(count)))
    pages = [page(result, number, audience) for number in range(1, 2 + max(0, count - 1) // PAGE_NUMBERS)]

    assert [last for one in pages for last in NUMBER.findall(one)] == [f"{last:04}" for last in range(count)]
    assert [("312-555" in one) for one in pages] == [count > 0 and not audience.is_masked] * len(pages)
    assert page(result, 10_000, audience) == pages[-1]
    assert page(result, -1, audience) == pages[0]


def test_a_window_shows_the_state_and_what_is_missing() -> None:
    """The state now, whatever the event says that was looked up, the numbers that can't be read, and the page."""
    numbers = [*numbers_of(550), {}, "\u200b "]
    comment = new_comment("Sent.")
    shown = page(event_result(comment, order=order("authorized", phone_numbers=numbers)), 2, Audience.PRIVATE)

    assert "Authorized" in shown
    assert "552 numbers" in shown
    assert "2 numbers can't be read" in shown
    assert "numbers 501 to 550 of 550 · page 2 of 2" in shown
