"""The records in the metadata of the watch's messages."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.watch.channel.record import (
    MAX_TOLD,
    EventRecord,
    HandoverRecord,
    OrderRecord,
    OutageRecord,
    Record,
    ReminderRecord,
    WatchRecord,
    decode,
    encode,
    kind_of,
)
from tests.amount import examples

ORDER = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"

times = st.integers(0, 4 * 10**15).map(lambda micros: micros / 10**6)
ids = st.uuids().map(str)
users = st.from_regex(r"[UW][A-Z0-9]{3,10}", fullmatch=True) | st.just("")
records = (
    st.builds(
        OrderRecord,
        order=ids,
        since=times,
        told=st.dictionaries(ids, times, max_size=MAX_TOLD),
        told_up_to=times,
        reminded=st.sampled_from([0, 12, 20, 24]),
        holder=users,
        held_since=times,
        opened=times,
        waits=st.booleans(),
        has_called=st.booleans(),
        pin_attempted=st.booleans(),
        is_partial=st.booleans(),
    )
    | st.builds(EventRecord, order=ids, event=ids, at=times)
    | st.builds(ReminderRecord, order=ids, hours=st.sampled_from([12, 20, 24]))
    | st.builds(HandoverRecord, order=ids, holder=users, since=times)
    | st.builds(OutageRecord, since=times, is_over=st.booleans())
    | st.builds(WatchRecord, since=times)
)


@examples(100)
@given(records)
def test_a_record_survives_slack(record: Record) -> None:
    """What is read is what was written; Slack keeps it as JSON."""
    assert decode(kind_of(record), json.loads(json.dumps(encode(record)))) == record


@examples(50)
@given(records, st.text(min_size=20), st.text() | st.integers() | st.booleans())
def test_what_a_newer_version_records_besides_is_ignored(record: Record, name: str, value: object) -> None:
    """After a rollback, the old version reads what it knows."""
    assert decode(kind_of(record), {**encode(record), name: value}) == record


@examples(100)
@given(records)
def test_metadata_is_flat(record: Record) -> None:
    """Slack takes texts, numbers and truth values."""
    assert all(isinstance(value, str | int | float | bool) for value in encode(record).values())


@examples(100)
@given(st.lists(st.tuples(ids, times), max_size=MAX_TOLD * 2, unique_by=lambda pair: pair[0]))
def test_what_was_told_stays_told(events: list[tuple[str, float]]) -> None:
    """However many events an order has, in whichever order they are told; at most 50 are named."""
    record = OrderRecord(order=ORDER, since=0)
    for event_id, at in events:
        record = record.with_told(event_id, at)

    assert all(record.is_told(event_id, at) for event_id, at in events)
    assert len(record.told) == min(len(events), MAX_TOLD)
    assert len(json.dumps(encode(record))) < 8_000


def test_a_later_event_is_not_told_yet() -> None:
    """Neither where few were told, nor where their number is above the limit."""
    record = OrderRecord(order=ORDER, since=0)
    for number in range(MAX_TOLD + 10):
        record = record.with_told(str(UUID(int=number)), float(number))
        assert not record.is_told("another", number + 0.5)

    assert record.is_told("another", 9.0)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("portout_reply", {"about": "1.2", "ids": []}),
        ("portout_order", {}),
        ("portout_order", {"order": "../../whoami", "since": 1.0, "told": ""}),
        ("portout_order", {"order": ORDER, "since": 1.0, "told": "no time"}),
        ("portout_order", {"order": ORDER, "since": 1.0, "told": None}),
        ("portout_event", {"order": ORDER, "event": None, "at": 1.0}),
        ("portout_outage", {"since": "when?"}),
    ],
)
def test_what_is_no_record_is_none(kind: str, payload: dict[str, Any]) -> None:
    """Metadata of other messages, and what somebody else made of it."""
    assert decode(kind, payload) is None
