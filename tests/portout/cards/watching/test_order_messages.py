"""The messages about a port-out that is watched: accepted by Slack and masked, whatever Telnyx sends."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given

from portout.cards.blockkit.blocks import Message
from portout.cards.contacts import DEFAULT_CONTACTS
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.watching.notices import mention_of
from portout.cards.watching.order_messages import Claim, WatchMessages
from portout.lookup.results import OrderResult, OrderSnapshot
from portout.telnyx.errors import TelnyxError, UpstreamError
from portout.telnyx.events import PortoutEvent, decode_event
from portout.telnyx.orders import Order
from tests.amount import examples
from tests.handlers.button_clicks import labels
from tests.oracles import assert_valid_blocks
from tests.portout.payloads import body
from tests.portout.strategies import event_data

ORDER = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MENTION = mention_of(("S0DESK", "U0ALICE", "here"))
MESSAGES = WatchMessages(DEFAULT_CONTACTS, DEFAULT_PORTAL_URL, is_listed=False, mention=MENTION)
CLAIM = Claim("U0BOB", NOW.timestamp())
WAITING = Order(
    id=ORDER,
    status="pending",
    phone_numbers=["+13125550142"],
    carrier_name="Orchid Wireless",
    end_user_name="Wilhelmina Quartz",
    created_at="2026-11-26T10:00:00Z",
)


def result(snapshot: Order | TelnyxError = WAITING, *events: PortoutEvent) -> OrderResult:
    known = OrderSnapshot(snapshot, NOW) if isinstance(snapshot, Order) else snapshot
    return OrderResult(ORDER, known, events, NOW)


def text_of(message: Message) -> str:
    return msgspec.json.encode(message).decode()


@given(data=event_data)
@examples(300)
def test_slack_accepts_every_message_about_every_event(data: dict[str, Any]) -> None:
    """Whether or not the order is known."""
    event = decode_event(body(data))
    for snapshot in (WAITING, UpstreamError(status=500)):
        known = result(snapshot, event)
        messages = [
            MESSAGES.order(known, CLAIM, waits=True, pin_attempted=True),
            MESSAGES.event(known, event, calls=False),
            MESSAGES.reminder(known, 24, CLAIM),
        ]
        for message in messages:
            assert_valid_blocks(message, (*MENTION.split(), "<@U0BOB>"))


@pytest.mark.parametrize("waits", [True, False])
def test_what_waits_calls_and_can_be_taken(*, waits: bool) -> None:
    """What does not wait has neither the mention nor the button."""
    message = MESSAGES.order(result(), Claim(), waits=waits, pin_attempted=False)

    assert (MENTION in text_of(message)) is waits
    assert ("I'm on it" in labels(message)) is waits
    assert labels(message)[-4:] == ["Open in Mission Control", "Details", "History", "Refresh"]


def test_a_pin_of_an_earlier_event_is_not_forgotten() -> None:
    """The warning of theft stands there, although the newest event says nothing of it."""
    rejected = msgspec.structs.replace(WAITING, status="rejected", reason="Not ours")

    with_pin = MESSAGES.order(result(rejected), Claim(), waits=False, pin_attempted=True)
    without = MESSAGES.order(result(rejected), Claim(), waits=False, pin_attempted=False)

    assert "attempted theft" in with_pin.text
    assert "attempted theft" not in without.text


def test_a_reminder_says_all_in_its_notification() -> None:
    """After how long, which numbers, who asks for them, and until when there is time."""
    message = MESSAGES.reminder(result(), 12, Claim())

    assert message.text.startswith("Still waiting for an answer after 12 h Numbers •••• 0142, asked for by Orchid")
    assert "Answer by 2026-11-27 10:00 UTC" in message.text
    assert MENTION in text_of(message)
    assert "Quartz" not in text_of(message)


def test_mentions_are_of_users_groups_and_everybody() -> None:
    """As Slack writes them."""
    assert mention_of(("U0A", "W0B", "S0C", "here", "channel")) == "<@U0A> <@W0B> <!subteam^S0C> <!here> <!channel>"
