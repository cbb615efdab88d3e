"""What must not be lost is there however little room there is: Slack accepts the message, and warnings stay in it."""

from typing import Any

import pytest

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message, Section
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.contacts import DEFAULT_CONTACTS, Contacts
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.message import build_message
from portout.lookup.results import LookupResult, LookupResults
from tests.amount import mostly_full
from tests.oracles import assert_valid_blocks
from tests.portout.cards.builders import REFERENCE, lookup_case
from tests.portout.payloads import (
    EVENT_ID,
    PIN,
    Json,
    event_result,
    foc_date_changed,
    new_comment,
    order,
    other,
    status_changed,
)

WARNING = "treat it as attempted theft"
ODD = '"' * 5_000
CONTACTS = (DEFAULT_CONTACTS, *(Contacts(porting=mark * 100, owner=mark * 100) for mark in '"&<'))
REJECTED = event_result(status_changed("rejected", attempted_pin=PIN), order=order("rejected"))
FOC = foc_date_changed("2026-11-26T16:30:00Z")
EARLIER = foc_date_changed("2026-11-25T16:30:00Z") | {"created_at": "2026-11-22T10:00:00Z"}
LONG_ORDER: Json = dict.fromkeys(
    ("support_key", "pon", "carrier_name", "spid", "end_user_name", "reason", "foc_date"), ODD
)
RESULTS: dict[str, LookupResult] = {
    "a FOC date, order not known": event_result(FOC, EVENT_ID, status_changed("authorized"), EARLIER),
    "a comment on a port-out that was stolen": event_result(
        new_comment("c" * 300), EVENT_ID, status_changed("rejected", attempted_pin=PIN), order=order("authorized")
    ),
    "authorized": event_result(status_changed("pending"), order=order("authorized")),
    "hostile": event_result(
        new_comment(ODD), EVENT_ID, status_changed(ODD, rejection_reason="PIN"), order=order(ODD, **LONG_ORDER)
    ),
    "hostile and ported": event_result(
        new_comment(ODD), EVENT_ID, status_changed("rejected", attempted_pin=PIN), order=order("ported", **LONG_ORDER)
    ),
}


def answer(results: list[LookupResult], contacts: Contacts, audience: Audience, max_full: int) -> Message:
    """Return the message with all buttons."""
    value = ButtonValue((EVENT_ID,) * len(results), "1795000000.000100", "1795000000.000100")
    buttons = CardButtons(value, DEFAULT_PORTAL_URL, is_listed=False)
    looked_up = LookupResults(tuple(results), 15, 15, ("a" * 60,) * 10)
    return build_message(looked_up, REFERENCE, audience, buttons, contacts, max_full)


@pytest.mark.parametrize("contacts", mostly_full(CONTACTS, CONTACTS[0], CONTACTS[2]), ids=["default", *'"&<'])
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("number", mostly_full([1, 2, 3, 10], 1, 10))
def test_slack_accepts_any_number_of_cards(name: str, number: int, contacts: Contacts) -> None:
    """Whoever is to be called, and however long the texts of Telnyx are."""
    for audience in Audience:
        for max_full in (1, 3):
            assert_valid_blocks(answer([RESULTS[name]] * number, contacts, audience, max_full))


def test_ten_ordinary_cards_say_what_to_do() -> None:
    """There is room for all ten, and for the next step of each."""
    message = lookup_case(*[RESULTS["a FOC date, order not known"]] * 10).message

    assert message.text.count("stop it: call the porting desk") == 10
    assert str(message.blocks).count("stop it: call the porting desk") == 10


def test_cards_that_do_not_fit_are_counted() -> None:
    """Whoever reads the message knows that there are more. Slack counts five characters for each of these."""
    odd = "&" * 5_000
    result = event_result(other(odd, status="rejected", rejection_reason="PIN"), order=order(odd, carrier_name=odd))
    message = answer([result] * 10, CONTACTS[2], Audience.PRIVATE, 3)

    shown = sum(isinstance(block, Section) for block in message.blocks)
    assert 5 <= shown < 10
    assert f"{10 - shown} more do not fit into one message" in str(message.blocks)


@pytest.mark.parametrize("comments", [2, 3, 9])
@pytest.mark.parametrize("audience", list(Audience))
def test_no_comment_pushes_a_warning_away(comments: int, audience: Audience) -> None:
    """In the blocks and in the notification."""
    long: Any = event_result(new_comment("c " * 1_000), order=order("pending"))
    message = lookup_case(*[long] * comments, REJECTED, audience=audience).message

    assert WARNING in message.text
    assert WARNING in str(message.blocks)
