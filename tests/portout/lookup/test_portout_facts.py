"""The facts of a port-out, from the answers of Telnyx that say them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portout.cards.redaction.results import redact
from portout.lookup.portout_facts import facts_of, needs_decision
from portout.lookup.results import EventResult, OrderResult
from portout.telnyx.errors import UpstreamError
from tests.portout.payloads import (
    EVENT_ID,
    PIN,
    Json,
    event_result,
    new_comment,
    order,
    order_result,
    other,
    status_changed,
)

LATER = {"phone_numbers": ["+13125550199"], "carrier_name": "Marrowdale Telecom"}


@pytest.mark.parametrize("now", [UpstreamError(status=500), order(None), order("pending"), order("ported")])
@pytest.mark.parametrize("others", [(), (status_changed("pending"),), (status_changed(None), status_changed("ported"))])
def test_a_port_out_waits_as_its_facts_say(now: Json | UpstreamError, others: tuple[Json, ...]) -> None:
    """Its statuses alone say the same of that as all its facts."""
    events = (status_changed("pending"), status_changed("rejected"), status_changed(None), new_comment("Sent."))
    results: list[EventResult | OrderResult] = [
        *(event_result(event, EVENT_ID, *others, order=now) for event in events),
        order_result(now, *others),
    ]

    assert [needs_decision(result) for result in results] == [facts_of(result).needs_decision for result in results]


def test_an_event_is_shown_as_it_was() -> None:
    """Its own numbers and carrier come before those that its order has now."""
    facts = facts_of(event_result(status_changed("pending"), order=order("authorized", **LATER)))

    assert (facts.numbers, facts.carrier_name) == (["+13125550147", "+13125550148"], "Orchid Wireless")


def test_an_order_is_shown_as_it_is() -> None:
    """Its numbers come before those of its events, also where a comment was asked for."""
    now = order("authorized", **LATER)
    for result in (
        order_result(now, status_changed("pending")),
        event_result(new_comment("Sent."), EVENT_ID, order=now),
    ):
        assert (facts_of(result).numbers, facts_of(result).carrier_name) == (["+13125550199"], "Marrowdale Telecom")


def test_other_events_say_what_the_order_does_not() -> None:
    """Where the order is not known, a comment has the numbers of its order's other events."""
    facts = facts_of(event_result(new_comment("Sent."), EVENT_ID, status_changed("pending")))

    assert (facts.numbers, facts.past_status, facts.is_last) == (["+13125550147", "+13125550148"], "pending", True)


@pytest.mark.parametrize(
    ("reason", "names_pin"),
    [
        *((reason, True) for reason in ("Invalid PIN", "PINs did not match", "P.I.N. wrong", "pass-code is wrong")),
        *((reason, True) for reason in ("\uff30\uff29\uff2e wrong", "PIN_MISMATCH", "Invalid Pincode", "passcode?")),
        *((reason, False) for reason in ("Please pin down the address", "Spinning", "Pinto", "Open balance", "")),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("masked", [False, True])
def test_a_rejection_for_its_pin_is_known_by_its_reason(reason: str, names_pin: bool, masked: bool) -> None:  # noqa: FBT001
    """In any spelling; where the reason is masked, too, whatever is struck from it."""
    result = order_result(order("rejected", reason=f"{'x ' * 110}{reason}", end_user_name="Pin Nguyen"))
    (shown,) = redact((result,)) if masked else (result,)

    assert isinstance(shown, OrderResult)
    assert facts_of(shown).rejected_for_pin is names_pin


@pytest.mark.parametrize(
    ("event", "now", "reason"),
    [
        (status_changed("rejected", rejection_reason="Name."), order("rejected", rejection_code=1001), ("Name.", 1001)),
        (status_changed("rejected", rejection_reason="Name."), order("pending", rejection_code=1002), ("Name.", None)),
        (status_changed("pending"), order("rejected", reason="Name.", rejection_code=1001), ("Name.", 1001)),
        (new_comment("Sent."), order("pending"), (None, None)),
    ],
)
def test_the_reason_and_its_code_are_of_one_rejection(event: Json, now: Json, reason: tuple[Any, Any]) -> None:
    """An older rejection, of which another event tells, is not why the order is where it is now."""
    older = status_changed("rejected-pending", rejection_reason="Open balance.")
    facts = facts_of(event_result(event, EVENT_ID, older, order=now))

    assert (facts.reason, facts.rejection_code) == reason


@pytest.mark.parametrize("created_at", [None, "soon", "2026-11-22"])
def test_the_request_is_as_old_as_its_earliest_event(created_at: str | None) -> None:
    """Where the order's own time cannot be read."""
    older = status_changed("pending") | {"created_at": "2026-11-22T10:00:00Z"}
    result = event_result(status_changed("pending"), EVENT_ID, older, order=order("pending", created_at=created_at))

    assert facts_of(result).requested_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_status_of_something_else_is_none_of_the_orders() -> None:
    """An event of an unknown type may have a status of its own."""
    assert facts_of(event_result(other("portout.document", status="delivered"))).past_status is None


def test_a_pin_is_known_from_any_event() -> None:
    """And why the other events are not known is, too."""
    attempted = status_changed("rejected", attempted_pin=PIN)
    known = event_result(new_comment("Sent."), EVENT_ID, attempted, order=order("rejected"))
    failed = event_result(new_comment("Sent."), order=order("rejected"), others_error=UpstreamError(status=503))

    assert (facts_of(known).rejected_for_pin, facts_of(known).others_error) == (True, None)
    assert isinstance(facts_of(failed).others_error, UpstreamError)


def test_a_rejection_after_an_attempt_is_one_for_its_pin() -> None:
    """Whatever its reason is: Telnyx rejects for a wrong PIN on its own, and the customer knows whether they asked."""
    attempted = status_changed("rejected", attempted_pin=PIN, rejection_reason="Name.")
    waiting = status_changed("pending", attempted_pin=PIN)

    assert facts_of(event_result(attempted, order=order("rejected", rejection_code=1001))).rejected_for_pin
    assert not facts_of(event_result(waiting, order=order("pending"))).rejected_for_pin
