"""What happens in the stand-in's account leaves order, comments and events in agreement."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.telnyx.account import Account
from sandbox.telnyx.samples import Samples


@pytest.fixture
def opened(account: Samples) -> Account:
    return Account(account)


def test_a_new_order_is_pending_and_has_its_event(opened: Account) -> None:
    """Both say the same of it."""
    before = set(opened.samples.events)
    order_id = opened.open_order("+13125550188", attempted_pin="0193", pon="TST-1")

    order = opened.samples.orders[order_id]
    (event_id,) = opened.samples.events.keys() - before
    event = opened.samples.events[event_id]
    assert (order["status"], order["pon"], order["phone_numbers"]) == ("pending", "TST-1", ["+13125550188"])
    assert (event["portout_id"], event["payload"]["id"]) == (order_id, order_id)
    assert event["payload"]["attempted_pin"] == "0193"
    for name in ("status", "phone_numbers", "carrier_name", "spid"):
        assert event["payload"][name] == order[name]
    assert "+13125550188" in opened.phone_numbers


def test_an_order_can_be_there_before_its_event(opened: Account) -> None:
    """As where the events were missed."""
    before = dict(opened.samples.events)
    order_id = opened.open_order(has_event=False)

    assert opened.samples.events == before
    assert opened.samples.orders[order_id]["phone_numbers"]


def test_every_step_changes_the_order_and_adds_its_event(opened: Account) -> None:
    """A status with its reason, a comment, and another FOC date."""
    order_id, foc_date = opened.open_order(), datetime(2026, 3, 9, 15, tzinfo=UTC)

    events = opened.samples.events
    rejected = events[opened.change_status(order_id, "rejected", reason="Invalid PIN", rejection_code=1002)]
    order = dict(opened.samples.orders[order_id])
    commented = events[opened.add_comment(order_id, "Please call us.")]
    moved = events[opened.move_foc_date(order_id, foc_date)]
    opened.change_status(order_id, "ported")

    assert (order["status"], order["reason"], order["rejection_code"]) == ("rejected", "Invalid PIN", 1002)
    assert (rejected["payload"]["status"], rejected["payload"]["rejection_reason"]) == ("rejected", "Invalid PIN")
    (comment,) = opened.samples.comments[order_id]
    assert (commented["payload"]["id"], commented["payload"]["comment"]) == (comment["id"], comment["body"])
    last = opened.samples.orders[order_id]
    assert datetime.fromisoformat(last["foc_date"]) == foc_date == datetime.fromisoformat(moved["payload"]["foc_date"])
    assert (last["status"], last["already_ported"], last["reason"]) == ("ported", True, None)


def test_a_payload_may_come_late(opened: Account) -> None:
    """The event is there, and says that its payload is not."""
    event = opened.samples.events[opened.add_event(opened.open_order(), "portout.status_changed", None)]

    assert (event["payload_status"], event["payload"]) == ("created", None)


def test_time_passes_when_it_is_moved_forward(opened: Account) -> None:
    """What happens then is dated then; what happened before keeps its date."""
    order_id = opened.open_order()
    created_at = datetime.fromisoformat(opened.samples.orders[order_id]["created_at"])
    opened.clock.offset += timedelta(hours=13)
    event = opened.samples.events[opened.change_status(order_id, "authorized")]

    passed = datetime.fromisoformat(event["created_at"]) - created_at
    assert timedelta(hours=13) <= passed < timedelta(hours=14)
    assert opened.samples.orders[order_id]["created_at"] == created_at.isoformat()
    assert datetime.fromisoformat(opened.samples.orders[order_id]["updated_at"]) > created_at


def test_time_passes_for_all_that_is_there(opened: Account) -> None:
    """Orders, events, comments and FOC dates are older, each still in its own spelling; the clock stays."""
    order_id = opened.open_order()
    opened.add_comment(order_id, "Please call us.")
    opened.move_foc_date(order_id, datetime(2026, 3, 9, 15, tzinfo=UTC))
    samples = opened.samples
    order, (comment,) = samples.orders[order_id], samples.comments[order_id]
    events = [one for one in samples.events.values() if one.get("portout_id") == order_id]
    dated = [order, comment, *events]
    before = [one["created_at"] for one in dated]
    opened.pass_time(timedelta(hours=12))

    for one, earlier in zip(dated, before, strict=True):
        passed = datetime.fromisoformat(earlier) - datetime.fromisoformat(one["created_at"])
        assert passed == timedelta(hours=12)
        assert len(one["created_at"]) == len(earlier)
    assert order["foc_date"] == "2026-03-09T03:00:00+00:00"
    assert events[-1]["payload"]["foc_date"] == "2026-03-09T03:00:00.000000Z"
    assert opened.clock.offset == timedelta()


def test_what_is_no_date_stays_when_time_passes(opened: Account) -> None:
    """Such as a date that is not there, or is only a word."""
    order = opened.samples.orders[opened.open_order()]
    order |= {"foc_date": None, "requested_foc_date": "soon"}
    opened.pass_time(timedelta(hours=12))

    assert (order["foc_date"], order["requested_foc_date"]) == (None, "soon")
