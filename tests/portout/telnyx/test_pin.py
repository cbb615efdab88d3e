"""PINs that people wrote into texts are struck when an answer is decoded."""

from typing import Any

import pytest

from portout.telnyx.decoding import decode_page
from portout.telnyx.events import StatusChanged, decode_event
from portout.telnyx.orders import decode_comments, decode_order
from tests.growth import is_linear
from tests.portout.payloads import body, order, status_changed


def reason(text: str, pin: Any = None, **payload: Any) -> str | None:
    """Return the reason of a rejection after it was decoded; pin: the attempted one."""
    event = decode_event(body(status_changed("rejected", rejection_reason=text, attempted_pin=pin, **payload)))
    assert isinstance(event, StatusChanged)
    return event.payload.rejection_reason


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("PIN 4417", "PIN ••••"),
        ("pin: 4 4 1 7 was given", "pin: •••• was given"),
        ("4417 is not the PIN", "•••• is not the PIN"),
        ("PINs 4417 and 5523, then 6634", "PINs •••• and ••••, then ••••"),
        ("the passcode (4417)", "the passcode (••••)"),
        ("PIN\n4417", "PIN\n••••"),
        ("PIN1234, pin-code 4417", "PIN••••, pin-code ••••"),
        ("P.I.N. 4417, p. i. n. code 5523", "P.I.N. ••••, p. i. n. code ••••"),
        ("\uff30\uff29\uff2e\uff1a\uff14\uff14\uff11\uff17", "\uff30\uff29\uff2e\uff1a••••"),
        ("PIN no. 12345678901", "PIN no. 12345678901"),
        ("PIN for +13125550147 is wrong", "PIN for +13125550147 is wrong"),
        ("PIN 123", "PIN 123"),
        ("shipping 4417, pinned 4417, spin 4417", "shipping 4417, pinned 4417, spin 4417"),
        ("Invalid PIN. " + "Please check the account and the name. " + "Ticket 4417", None),
    ],
    ids=ascii,
)
def test_a_number_beside_the_word(text: str, struck: str | None) -> None:
    """A number of 4 to 10 digits is struck near the word PIN or passcode, in events, orders and comments."""
    struck = struck or text

    assert reason(text) == struck
    assert reason(text, phone_numbers=7) == struck
    assert decode_order(body(order("rejected", reason=text))).reason == struck
    assert decode_order(body(order("rejected", reason=text, pon=[]))).reason == struck
    assert decode_comments(decode_page(body([{"body": text}])).data)[0].body == struck


@pytest.mark.parametrize(
    ("pin", "text", "struck"),
    [
        ("00739164", "they said 00739164.", "they said ••••."),
        ("00739164", "they said 739164 or 7-39-16-4", "they said •••• or ••••"),
        (739164, "they said 00739164", "they said ••••"),
        (739164.0, "10 739164", "10 ••••"),
        (12, "it was 0012, 12 or 00012", "it was ••••, 12 or ••••"),
        (0, "it was 0000 or 000000", "it was •••• or ••••"),
        ("0147", "0147, 5550147, 01475, 01 47", "••••, 5550147, 01475, ••••"),
        ("0000", "0000", "••••"),
        ("1", "1 of 2", "•••• of 2"),
        ("AB-12cd", "it was ab12CD, xab12cd", "it was ••••, xab12cd"),
        (["8841", {"second": "9952"}], "8841 and 9952", "•••• and ••••"),
        ("\u0664\u0664\u0661\u0667", "it was 4417", "it was ••••"),
        (True, "1 was given", "1 was given"),
        ("", "0 was given", "0 was given"),
        ("--", "-- was given", "-- was given"),
        ("9" * 5_000, "nothing", "nothing"),
    ],
    ids=ascii,
)
def test_the_attempted_pin(pin: Any, text: str, struck: str) -> None:
    """The attempted PIN is struck as a number or a word of its own, in any spelling, by both passes of the decoding."""
    assert reason(text, pin) == struck
    assert reason(text, pin, phone_numbers=7) == struck


@pytest.mark.parametrize(
    ("pin", "number", "struck"),
    [
        (None, "+1 PIN 4417", "+1 PIN ••••"),
        ("4417", "+4417", "+••••"),
        ("0147", "+13125550147", "+13125550147"),
    ],
)
def test_a_pin_in_the_place_of_a_phone_number(pin: str | None, number: str, struck: str) -> None:
    """It is struck as from any text; a phone number that ends in its digits stays."""
    event = decode_event(body(status_changed("rejected", phone_numbers=[number], attempted_pin=pin)))

    assert isinstance(event, StatusChanged)
    assert event.payload.phone_numbers == [struck]
    if pin is None:
        assert decode_order(body(order("rejected", phone_numbers=[number]))).phone_numbers == [struck]


def test_an_event_keeps_no_pin() -> None:
    """The PIN of one event is forgotten before the next is decoded, also after one that does not fit its Struct."""
    assert reason("they said 4417", "4417") == "they said ••••"
    assert reason("they said 4417", "4417", phone_numbers=7) == "they said ••••"
    assert reason("they said 4417") == "they said 4417"


@pytest.mark.parametrize(
    ("start", "repeated"),
    [("", "pin 4417 "), ("", "0"), ("", "0 "), ("", "1 "), ("", "pin"), ("pin", " "), ("", "4-")],
)
@pytest.mark.parametrize("pin", [None, "0000", "1111", "000012"])
def test_the_cost_grows_with_the_length_of_a_text(start: str, repeated: str, pin: str | None) -> None:
    """Not with its square, for texts made to be slow."""
    assert is_linear(lambda length: reason(start + repeated * (length // len(repeated)) + "\u200b.", pin))
