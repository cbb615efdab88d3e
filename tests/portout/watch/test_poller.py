"""News in Telnyx's lists: which, and in which order."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.telnyx.events import NewComment, PortoutEvent, StatusChanged, StatusPayload
from portout.telnyx.orders import Order
from portout.watch.channel.board import Watched
from portout.watch.channel.record import OrderRecord, decode, encode, kind_of
from portout.watch.poller import OVERLAP_SECONDS, PAYLOAD_SECONDS, news_of, news_start, outdated_messages
from tests.amount import examples
from tests.portout.watch.channel.test_record import ORDER

NOW = 1_795_000_000.0
NAMES = ("2099", "after", "late", "new", "now", "old", "other", "told", "unread", "x")
OTHER = "0b0c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"


def spell(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def event(event_id: str, at: float | str | None, order_id: str = ORDER) -> PortoutEvent:
    created_at = spell(at) if isinstance(at, float) else at
    return StatusChanged(
        id=uuid(event_id), portout_id=order_id, created_at=created_at, payload=StatusPayload(status="ported")
    )


def told(*events: str, order_id: str = ORDER) -> dict[str, Watched]:
    record = OrderRecord(order=order_id, since=0, told=dict.fromkeys(map(uuid, events), NOW - 1))
    return {order_id: Watched("1.2", record)}


def uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, name))


def ids(events: list[PortoutEvent], orders: dict[str, Watched] | None = None, since: float = 0.0) -> list[str | None]:
    news = news_of(events, (), orders or {}, since, NOW)
    return [next((name for name in NAMES if uuid(name) == one.key), None) for one in news]


@examples(100)
@given(st.permutations(range(12)))
def test_the_oldest_is_told_first_whatever_the_order_of_the_list(places: list[int]) -> None:
    """Over all orders; the last news of each order is marked."""
    events = [event(f"{place:02}", NOW - 100 + place, ORDER if place % 3 else OTHER) for place in places]

    news = news_of(events, (), {}, 0.0, NOW)

    assert [one.key for one in news] == [uuid(f"{place:02}") for place in range(12)]
    assert [one.key for one in news if one.is_last] == [uuid("09"), uuid("11")]


def test_what_was_told_and_what_is_history_is_no_news() -> None:
    """Nor is what has no id, or belongs to no order: it could not be told once."""
    events = [event("old", NOW - 50), event("told", NOW - 1), event("new", NOW - 2)]
    odd: list[PortoutEvent] = [
        StatusChanged(id=None, portout_id=ORDER, created_at=spell(NOW)),
        NewComment(id=uuid("x"), created_at=spell(NOW)),
    ]

    assert ids([*events, *odd], told("told"), since=NOW - 10) == ["new"]


def test_an_odd_id_of_an_event_is_recorded_by_a_digest() -> None:
    """The record in the message's metadata must be readable, whatever Telnyx sends."""
    odd = StatusChanged(id="an id @ 12.5", portout_id=ORDER, created_at=spell(NOW - 1))

    (news,) = news_of([odd], (), {}, 0.0, NOW - 1 + PAYLOAD_SECONDS)

    assert news.key.isalnum()
    record = OrderRecord(order=ORDER, since=0).with_told(news.key, news.at)
    assert decode(kind_of(record), encode(record)) == record
    assert ids([odd], {ORDER: Watched("1.2", record)}) == []


def test_news_of_a_message_that_was_deleted_is_not_told() -> None:
    """Somebody wanted it gone."""
    orders = told("told")
    orders[ORDER].is_gone = True

    assert ids([event("new", NOW - 2)], orders) == []


def test_an_event_of_the_future_is_told_last_and_hides_nothing() -> None:
    """So is one without a readable time."""
    events = [event("2099", "2099-01-01T00:00:00Z"), event("now", NOW - 1), event("unread", "soon")]

    assert ids(events)[0] == "now"
    assert set(ids(events)) == {"2099", "now", "unread"}
    assert news_start(datetime(2099, 1, 1, tzinfo=UTC).timestamp(), 0.0, NOW) == NOW - OVERLAP_SECONDS


def test_the_list_is_read_from_the_newest_event_told_with_an_overlap() -> None:
    """At first from when the watch began."""
    assert news_start(0.0, NOW - 30, NOW) == NOW - 30 - OVERLAP_SECONDS
    assert news_start(NOW - 10, NOW - 30, NOW) == NOW - 10 - OVERLAP_SECONDS


def test_an_event_waits_for_its_payload_and_later_ones_of_its_order_with_it() -> None:
    """But for ten minutes at most, and no other order waits."""

    def news(age: float) -> list[str | None]:
        late = StatusChanged(id=uuid("late"), portout_id=ORDER, created_at=spell(NOW - age))
        return ids([late, event("after", NOW - age + 1), event("other", NOW - age + 2, OTHER)])

    assert news(PAYLOAD_SECONDS - 5) == ["other"]
    assert news(PAYLOAD_SECONDS) == ["late", "after", "other"]


def test_an_order_that_only_waits_is_news_unless_its_events_tell() -> None:
    """Its row is what is known of it."""
    waiting = [Order(id=ORDER, created_at=spell(NOW - 60)), Order(id=OTHER, created_at=spell(NOW - 90)), Order(id="x")]

    news = news_of([event("e", NOW - 70, OTHER)], waiting, {}, 0.0, NOW)

    assert [(one.order_id, one.event is None, one.at) for one in news] == [
        (OTHER, False, NOW - 70),
        (ORDER, True, NOW - 60),
    ]
    assert news_of([], waiting, told() | told(order_id=OTHER), 0.0, NOW) == []


@pytest.mark.parametrize(
    ("waits", "opened", "pending", "agrees"),
    [
        (True, NOW, [Order(id=ORDER, created_at=spell(NOW))], True),
        (True, NOW, [Order(id=ORDER, created_at="soon", inserted_at=spell(NOW + 0.5))], True),
        (True, NOW, [Order(id=ORDER)], True),
        (True, NOW, [Order(id=ORDER, created_at=spell(NOW - 60))], False),
        (True, 0.0, [Order(id=ORDER, inserted_at=spell(NOW))], False),
        (True, NOW, [Order(id=OTHER, created_at=spell(NOW))], False),
        (False, NOW, [Order(id=ORDER, created_at=spell(NOW))], False),
        (False, NOW, [], True),
    ],
)
def test_a_message_agrees_with_the_list_on_whether_and_since_when_its_order_waits(
    *, waits: bool, opened: float, pending: list[Order], agrees: bool
) -> None:
    """Else it is changed, for reminders count from there."""
    watched = Watched("1.2", OrderRecord(order=ORDER, since=0, waits=waits, opened=opened))

    assert outdated_messages(pending, {ORDER: watched}) == ([] if agrees else [watched])
