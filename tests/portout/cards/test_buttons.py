"""The button *Open in Mission Control*: where it leads, and when it is the one that matters most."""

import string
from typing import Final
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, read_settings
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Actions, Button
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.fields.portal import DEFAULT_PORTAL_URL, PLACEHOLDERS
from portout.lookup.results import LookupFailure, LookupResult
from portout.telnyx.errors import DeadlineExceededError, UpstreamError
from tests.amount import examples
from tests.oracles import assert_valid_blocks
from tests.portout.cards.builders import lookup_case
from tests.portout.payloads import (
    EVENT_ID,
    ORDER_ID,
    event_result,
    foc_date_changed,
    new_comment,
    order,
    order_result,
    other,
    status_changed,
)
from tests.portout.strategies import hostile_texts

ALL: Final = "https://portal.example.com/#/{order_id}/{support_key}?n={phone_number}&o={order_id}"
VARIABLES: Final = {
    "TELNYX_API_KEY": "KEY-12345",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "secret-1",
}
NUMBER: Final = "+13125550147"
PENDING: Final = event_result(status_changed("pending"), order=order("pending"))


def portal(address: str, *results: LookupResult, audience: Audience = Audience.PRIVATE) -> Button:
    """Return the button of an answer, with this PORTAL_URL."""
    buttons = CardButtons(ButtonValue((EVENT_ID,)), address, is_listed=False)
    (row,) = buttons.rows(results, audience)
    assert row.elements[0].action_id == "portal"
    return row.elements[0]


@pytest.mark.parametrize("result", [PENDING, order_result(order("ported"))], ids=["event", "order"])
def test_the_address_leads_to_the_port_out(result: LookupResult) -> None:
    """Its placeholders are the values of the one port-out that is shown, percent-encoded."""
    assert portal(ALL, result).url == (
        f"https://portal.example.com/#/{ORDER_ID}/PO_5a31f0?n=%2B13125550147&o={ORDER_ID}"
    )


@pytest.mark.parametrize("audience", [Audience.CHANNEL, Audience.PRIVATE_MASKED])
def test_a_masked_message_has_no_number_in_an_address(audience: Audience) -> None:
    """Ids and keys are as on the card; an address with the number is that of Telnyx's list."""
    for address in (ALL, "https://portal.example.com/{phone_number}"):
        assert portal(address, PENDING, audience=audience).url == DEFAULT_PORTAL_URL
    assert portal("https://a.example/{support_key}", PENDING, audience=audience).url == "https://a.example/PO_5a31f0"


@pytest.mark.parametrize(
    "results",
    [
        (PENDING, PENDING),
        (LookupFailure(EVENT_ID, UpstreamError(status=503)),),
        (event_result(new_comment("Sent.")),),
        (event_result(status_changed("pending"), order=order("pending", support_key="+13125550147")),),
        (event_result(status_changed("pending", phone_numbers=["555-0147"]), order=order("pending")),),
        (event_result(status_changed("pending", phone_numbers=[]), order=order("pending", phone_numbers=[])),),
        (event_result(status_changed("pending", phone_numbers=[{}]), order=order("pending", phone_numbers=None)),),
    ],
    ids=["several", "failed", "no order", "no key", "no number", "no numbers", "unreadable number"],
)
def test_an_address_with_a_missing_value_is_that_of_the_list(results: tuple[LookupResult, ...]) -> None:
    """Half an address leads nowhere; the list can be searched."""
    assert portal(ALL, *results).url == DEFAULT_PORTAL_URL


def test_an_address_without_placeholders_is_as_configured() -> None:
    """Whatever is shown."""
    address = "https://portal.example.com/#/port-outs"

    assert portal(address, PENDING).url == address
    assert portal(address, LookupFailure(EVENT_ID, DeadlineExceededError())).url == address


def test_an_address_that_becomes_too_long_is_that_of_the_list() -> None:
    """Slack would refuse the message."""
    assert portal("https://a.example/" + "{order_id}" * 250, PENDING).url == DEFAULT_PORTAL_URL


_pieces: Final = st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]) | st.text(string.ascii_letters + "/?&=.#")
_addresses: Final = st.lists(_pieces, max_size=6).map(lambda pieces: "https://portal.example.com/" + "".join(pieces))
_numbers: Final = st.sampled_from(
    [NUMBER, NUMBER[1:], "+1 (312) 555-0147", "312.555.0147", f"PO_{NUMBER}", f"PO_{NUMBER[2:8]}", "3125550147"]
)
_values: Final = _numbers | hostile_texts


@examples(300)
@given(_addresses, _values, _values, _values, st.sampled_from([Audience.CHANNEL, Audience.PRIVATE_MASKED]))
def test_no_button_of_a_masked_message_has_a_full_number(
    address: str, key: str, number: str, event_number: str, audience: Audience
) -> None:
    """Whatever PORTAL_URL is, and wherever Telnyx has the number."""
    port_out = order("pending", support_key=key, phone_numbers=[number, NUMBER], id=number)
    event = status_changed("pending", phone_numbers=[event_number, NUMBER], id=number) | {"portout_id": number}
    for result in (event_result(event, order=port_out), event_result(event), order_result(port_out, event)):
        message = lookup_case(result, audience=audience, portal_url=address).message

        assert_valid_blocks(message)
        for row in message.blocks:
            for button in row.elements if isinstance(row, Actions) else ():
                digits = "".join(filter(str.isdigit, unquote(button.url + button.value).replace(EVENT_ID, "")))
                assert NUMBER[2:] not in digits


@pytest.mark.parametrize(
    ("result", "waits"),
    [
        (PENDING, True),
        (event_result(new_comment("Sent."), order=order("pending")), True),
        (event_result(status_changed("pending"), order=order("authorized")), False),
        (event_result(status_changed("rejected"), order=order("pending")), True),
        (event_result(status_changed("pending"), order=DeadlineExceededError()), True),
        (event_result(status_changed("pending"), order=order(None)), True),
        (event_result(other("portout.split", status="pending")), True),
        (event_result(status_changed("authorized")), False),
        (event_result(foc_date_changed("2026-11-26")), False),
        (order_result(order("pending")), True),
        (order_result(order("rejected-pending"), status_changed("pending")), False),
        (order_result(DeadlineExceededError(), new_comment("Sent."), status_changed("pending")), True),
        (order_result(DeadlineExceededError(), status_changed("ported"), status_changed("pending")), False),
        (order_result(order(None), error=UpstreamError(status=503)), False),
        (LookupFailure(EVENT_ID, UpstreamError(status=503)), False),
    ],
)
def test_the_button_stands_out_where_a_decision_waits(result: LookupResult, *, waits: bool) -> None:
    """In both forms, by the status now; by the newest event's where that is not known. One of several is enough."""
    for audience in Audience:
        assert portal(DEFAULT_PORTAL_URL, result, audience=audience).style == ("primary" if waits else "")
        assert portal(DEFAULT_PORTAL_URL, result, PENDING, audience=audience).style == "primary"


@pytest.mark.parametrize(
    "address",
    [ALL, "https://portal.example.com?{order_id}", "https://portal.example.com#{support_key}"],
)
def test_placeholders_may_stand_anywhere_after_the_host(address: str) -> None:
    """In the path, the query and the fragment."""
    assert read_settings(Settings, VARIABLES | {"PORTAL_URL": address}).portal_url == address


@pytest.mark.parametrize(
    "address",
    [
        "https://portal.example.com/{order}",
        "https://portal.example.com/{ORDER_ID}",
        "https://portal.example.com/{}",
        "https://portal.example.com/{order_id",
        "https://portal.example.com/order_id}",
        "https://portal.example.com/{{order_id}}",
        "https://{order_id}.example.com/",
        "https://portal.example.com{order_id}/",
        "{order_id}",
    ],
)
def test_other_braces_are_wrong(address: str) -> None:
    """A misspelled placeholder would be a link that leads nowhere, and one in the host another server."""
    with pytest.raises(SettingsError, match=r"^PORTAL_URL: not a URL") as caught:
        read_settings(Settings, VARIABLES | {"PORTAL_URL": address})

    assert address not in str(caught.value)
