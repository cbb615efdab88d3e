"""The sample account is what Telnyx documents, and nobody's real data."""

import re
from datetime import datetime, timedelta

from sandbox.telnyx.samples import Samples, samples
from tests.json_strings import strings
from tests.sandbox.conftest import NOW

ACCOUNT = samples(NOW)
BEYOND_THE_SDK = ("unknown type", "nothing but nulls", "no payload yet")
DOCUMENTED = {"portout.status_changed", "portout.new_comment", "portout.foc_date_changed"}
MARKUP = re.compile(r"<\S|[*~`]|(?<!\w)_|_(?!\w)|@")
UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_the_odd_events_are_odd(account: Samples) -> None:
    """One type is undocumented, one event has nothing but nulls, one has no payload."""
    unknown, nulls, sparse = (account.events[account.names[name]] for name in BEYOND_THE_SDK)

    assert unknown["event_type"] not in DOCUMENTED
    assert set(nulls["payload"].values()) == {None}
    assert sparse["payload"] is None
    assert account.odd == {"hostile comment", *BEYOND_THE_SDK}


def test_only_odd_samples_have_text_that_slack_would_format(account: Samples) -> None:
    """The others, their orders and their comments read as what people write: no mention, link or formatting."""
    odd = {account.names[name] for name in account.odd}
    plain = [event for event_id, event in account.events.items() if event_id not in odd]
    about = {event["portout_id"] for event in plain}
    known = [
        *plain,
        *(account.orders[order_id] for order_id in about),
        *(account.comments.get(order_id, []) for order_id in about),
    ]
    hostile = account.events[account.names["hostile comment"]]["payload"]["comment"]

    assert MARKUP.search(hostile)
    assert [text for text in strings(known) if MARKUP.search(text)] == []


def test_a_pending_port_out_of_every_urgency_is_there(account: Samples) -> None:
    """Before Telnyx authorizes on its own (24 h), while it may (to 48 h), and after."""
    names = ("pending", "pending, over 24 h", "pending, over 48 h")
    orders = [account.orders[account.events[account.names[name]]["portout_id"]] for name in names]
    ages = [NOW - datetime.fromisoformat(order["created_at"]) for order in orders]
    day = timedelta(hours=24)

    assert {order["status"] for order in orders} == {"pending"}
    assert ages[0] < day < ages[1] < 2 * day < ages[2]


def test_every_status_is_there(account: Samples) -> None:
    """Each of the six statuses is an event, and an order."""
    six = {"pending", "authorized", "rejected-pending", "rejected", "canceled", "ported"}

    assert {account.events[account.names[status]]["payload"]["status"] for status in six} == six
    assert {order["status"] for order in account.orders.values()} == six


def test_every_order_of_an_event_exists(account: Samples) -> None:
    """What an event says of its order can be looked up, and so can the order's comments."""
    about = {event["portout_id"] for event in account.events.values() if "portout_id" in event}

    assert about == account.orders.keys()
    assert account.comments.keys() <= account.orders.keys()


def test_dates_count_from_now(account: Samples) -> None:
    """The pending order came three hours ago, and the new FOC date is three days ahead."""
    pending = account.events[account.names["pending"]]
    foc = account.events[account.names["FOC date changed"]]

    assert datetime.fromisoformat(pending["created_at"]) == NOW - timedelta(hours=3)
    assert datetime.fromisoformat(foc["payload"]["foc_date"]) == NOW + timedelta(days=3)


def test_nothing_is_anybodys(account: Samples) -> None:
    """Ids look like Telnyx's, and numbers are fictional or the API page's own example."""
    numbers = {number for order in account.orders.values() for number in order["phone_numbers"]}
    ids = {*account.events, *account.orders, *(text for text in strings(account.comments) if text.count("-") == 4)}

    assert {number for number in numbers if not re.fullmatch(r"\+1\d{3}55501\d\d", number)} == {"+35312345678"}
    assert all(UUID_4.fullmatch(each) for each in ids)
    assert len(account.names) == len(account.events)
