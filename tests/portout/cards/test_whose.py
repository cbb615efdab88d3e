"""Whose a number is, as a card says it: short, once where it is the same, and only what the account notes."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import MAX_MESSAGE, encoded_length
from portout.lookup.results import EventResult
from portout.telnyx.phone_numbers import PhoneNumber
from tests.amount import examples, mostly_full
from tests.oracles import assert_valid_blocks
from tests.portout.cards.builders import lookup_case
from tests.portout.payloads import EVENT_ID, event_result, new_comment, order, own_number, status_changed
from tests.portout.strategies import hostile_texts

FIRST, SECOND, THIRD = "+13125550147", "+13125550148", "+13125550149"
ASK = "Check with the customer, then authorize"


def number(phone_number: str = FIRST, **changes: Any) -> PhoneNumber:
    """Return what is noted about a number, with these changes."""
    return structs.replace(own_number(phone_number), **changes)


def pending(*own: PhoneNumber, leaving: tuple[str, ...] = (FIRST, SECOND)) -> EventResult:
    """Return a port-out of these numbers that waits, with what is known about some of them."""
    numbers = list(leaving)
    result = event_result(
        status_changed("pending", phone_numbers=numbers), order=order("pending", phone_numbers=numbers)
    )
    return structs.replace(result, own_numbers=own)


def card(*own: PhoneNumber, leaving: tuple[str, ...] = (FIRST, SECOND)) -> str:
    """Return a card as text on one line."""
    return " ".join(lookup_case(pending(*own, leaving=leaving)).rendered.split())


SAME = "Acme Ltd (customer reference) · tags retail, vip · connection Main SIP trunk · port-out PIN set"


@pytest.mark.parametrize(
    ("own", "leaving", "expected"),
    [
        ([number()], (FIRST,), [f"Whose number {SAME} Sub"]),
        ([number(), number(SECOND)], (FIRST, SECOND), [f"Whose numbers {SAME} Sub"]),
        (
            [number(), number(SECOND, has_pin=False)],
            (FIRST, SECOND),
            [f"Whose number +1 312-555-0147: {SAME} Whose number +1 312-555-0148: Acme Ltd", "port-out PIN not set"],
        ),
        (
            [number(), number(SECOND, customer_reference="Other Ltd"), number(THIRD)],
            (FIRST, SECOND, THIRD),
            [f"Whose numbers +1 312-555-0147, +1 312-555-0149: {SAME} Whose number +1 312-555-0148: Other Ltd"],
        ),
        ([number()], (FIRST, SECOND), [f"Whose number +1 312-555-0147: {SAME}"]),
        ([number(SECOND)], (FIRST, SECOND), [f"Whose number +1 312-555-0148: {SAME}"]),
        ([number()], (FIRST, ""), [f"Whose number +1 312-555-0147: {SAME}"]),
        ([number()], (FIRST, FIRST), [f"Whose number {SAME}"]),
    ],
    ids=["one", "two", "another PIN", "another customer", "one of two", "the second", "an unreadable one", "twice"],
)
def test_what_is_the_same_is_said_once(own: list[PhoneNumber], leaving: tuple[str, ...], expected: list[str]) -> None:
    """The numbers are named where it does not hold for all that leave."""
    assert [fact for fact in expected if fact not in card(*own, leaving=leaving)] == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tags": [], "connection_name": None, "has_pin": None}, "Acme Ltd (customer reference) Sub"),
        ({"customer_reference": None}, "tags retail, vip · connection Main SIP trunk · port-out PIN set Sub"),
        (
            {"customer_reference": " ", "tags": ["", "\u200b"], "connection_name": "", "has_pin": False},
            "nothing noted · port-out PIN not set Sub",
        ),
        ({"customer_reference": None, "tags": None, "connection_name": None, "has_pin": None}, "nothing noted Sub"),
        ({"tags": ["vip"]}, "tag vip · connection"),
        ({"tags": list("abcdefg")}, "tags a, b, c, d, e and 2 more · connection"),
        ({"customer_reference": "or nobody"}, "“or nobody” (customer reference)"),
        ({"tags": ["a · port-out PIN set"]}, "tag “a · port-out PIN set” ·"),
        ({"connection_name": "x: `<!channel>`"}, "connection “x: `<!channel>`” ·"),
    ],
    ids=repr,
)
def test_only_what_is_noted_is_shown(changes: dict[str, Any], expected: str) -> None:
    """In quotation marks where it could be taken for words of the card."""
    shown = card(number(**changes), leaving=(FIRST,))

    assert expected in shown.partition("Whose number ")[2]


def test_nothing_is_said_where_nothing_is_known() -> None:
    """Whatever the reason."""
    assert "Whose" not in card()
    assert ASK in card()


@pytest.mark.parametrize(
    ("own", "who"),
    [
        ([number(), number(SECOND, has_pin=False, tags=None)], "Acme Ltd"),
        ([number(), number(SECOND, customer_reference="Other Ltd")], ""),
        ([number(), number(SECOND, customer_reference=None)], ""),
        ([number()], ""),
        ([number(customer_reference=None), number(SECOND, customer_reference="")], ""),
    ],
    ids=["one customer", "two", "one and nobody", "one of two numbers", "nobody"],
)
def test_the_next_step_names_the_customer_of_all_numbers(own: list[PhoneNumber], who: str) -> None:
    """Whom to ask must not be half the truth."""
    message = lookup_case(pending(*own)).message

    expected = ASK.replace("customer,", f"customer ({who}),") if who else ASK
    assert expected in message.text
    assert expected in str(message.blocks)


@pytest.mark.parametrize("audience", [Audience.CHANNEL, Audience.PRIVATE_MASKED])
def test_masked_cards_do_not_say_it(audience: Audience) -> None:
    """Though it is known."""
    results = pending(number(), number(SECOND)), event_result(new_comment("Sent."), EVENT_ID, order=order("pending"))
    for shown in (results[:1], results):
        message = msgspec.json.encode(lookup_case(*shown, audience=audience).message).decode()

        assert "0147" in message
        assert not [text for text in ("Whose", "Acme", "retail", "SIP", "PIN") if text in message]


def test_condensed_cards_do_not_say_it() -> None:
    """They have no room for it."""
    message = lookup_case(*[pending(number(), number(SECOND))] * 4).message

    assert message.text.startswith("4 port-out ids")
    assert "Acme" not in message.text + str(message.blocks)


LONG: dict[str, Any] = {"customer_reference": '"' * 900, "tags": ['"' * 900] * 900, "connection_name": '"' * 900}


def test_it_is_left_out_before_cards_are_condensed() -> None:
    """Where three full cards have room without it, but not with it."""
    leaving = (FIRST, SECOND, THIRD)
    own = [number(one, **LONG | {"tags": [one + '"' * 900] * 5}) for one in leaving]
    three = lookup_case(*[pending(*own, leaving=leaving)] * 3)
    one = lookup_case(pending(*own, leaving=leaving))

    assert three.message == lookup_case(*[pending(leaving=leaving)] * 3).message
    assert "port-out ids" not in three.message.text
    assert one.rendered.count("Whose number") == 3


@pytest.mark.parametrize("mark", ['"', "&", "<", "\\", "é", "\U0001f600"])
@pytest.mark.parametrize("cards", mostly_full([1, 2, 3, 5], 1, 3))
def test_it_never_makes_a_message_too_long(mark: str, cards: int) -> None:
    """However long the texts are, and however many characters each of them becomes."""
    notes = {"customer_reference": mark * 5_000, "tags": [mark * 5_000] * 500, "connection_name": mark * 5_000}
    own = [number(one, **notes | {"has_pin": has_pin}) for one, has_pin in ((FIRST, True), (SECOND, False))]
    message = lookup_case(*[pending(*own)] * cards).message

    assert_valid_blocks(message)
    assert encoded_length(message.blocks) <= MAX_MESSAGE


@examples(200)
@given(hostile_texts, st.lists(hostile_texts, max_size=7), hostile_texts)
def test_slack_accepts_any_note(reference: str, tags: list[str], connection: str) -> None:
    """And shows nothing of it as formatting."""
    message = lookup_case(
        pending(number(customer_reference=reference, tags=tags, connection_name=connection), leaving=(FIRST,))
    ).message

    assert_valid_blocks(message)
