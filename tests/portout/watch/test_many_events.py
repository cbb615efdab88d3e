"""Orders with more events than a record names, and events that cannot be put in order by their time."""

from datetime import timedelta

import pytest

from portout.watch.channel.record import MAX_TOLD
from portout.watch.cycle import PENDING_EVERY
from portout.watch.poller import PAYLOAD_SECONDS
from tests.watching import Desk, payload, watching


async def test_more_events_than_a_record_names_are_told_once(desk: Desk) -> None:
    """The newest 50 stand in the message's record, all before them are told up to a time; no restart tells one anew."""
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        events = [desk.account.add_comment(order_id, str(number)) for number in range(MAX_TOLD + 10)]
        await process.cycle()
        record = payload(desk.message_of(order_id))
    for _ in range(2):
        async with watching(desk.environment) as process:
            await process.cycle()
            await process.cycle()

    assert desk.lines_of(order_id) == events
    assert [one.split("@")[0] for one in record["told"].split()] == events[-MAX_TOLD:]
    assert record["told_up_to"] > 0


@pytest.mark.parametrize("created_at", ["2099-01-01T00:00:00.000000Z", "soon", None])
async def test_an_event_without_a_usable_time_is_told_once_among_many(desk: Desk, created_at: str | None) -> None:
    """It stays named in the record, however many events follow it: no time says that it was told."""
    desk.environment.telnyx.ignores_filters = True  # else it lists no event without a time
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        odd = desk.account.add_comment(order_id, "Call us in a while.")
        desk.environment.telnyx.samples.events[odd]["created_at"] = created_at
        for _ in range(PENDING_EVERY):
            await process.cycle()
        others = [desk.account.add_comment(order_id, str(number)) for number in range(MAX_TOLD + 5)]
        for _ in range(PENDING_EVERY):
            await process.cycle()
    async with watching(desk.environment) as process:
        await process.cycle()

    assert sorted(desk.lines_of(order_id)) == sorted([odd, *others])


@pytest.mark.parametrize("created_at", ["2099-01-01T00:00:00.000000Z", "soon"])
async def test_an_event_without_a_usable_time_does_not_wait_for_its_payload(desk: Desk, created_at: str) -> None:
    """Nothing says when its ten minutes are over: it would wait for ever."""
    desk.environment.telnyx.ignores_filters = True  # else it lists no event without a time
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id = desk.account.open_order()
        odd = desk.account.add_event(order_id, "portout.new_comment", None)
        desk.environment.telnyx.samples.events[odd]["created_at"] = created_at
        for _ in range(PENDING_EVERY):
            await process.cycle()

    assert desk.lines_of(order_id) == [odd]


async def test_a_backlog_after_an_event_of_the_future_is_told_to_its_end(desk: Desk) -> None:
    """That event was told; the list is read from the newest event before now on all the same."""
    async with watching(desk.environment) as process:
        process.clock.offset = -4 * 3600
        desk.account.clock.offset = timedelta(hours=-4, seconds=10)
        await process.cycle()
        order_id = desk.account.open_order()
        future = desk.account.add_comment(order_id, "Call us in a while.")
        desk.environment.telnyx.samples.events[future]["created_at"] = "2099-01-01T00:00:00.000000Z"
        process.clock.offset += 20
        for _ in range(PENDING_EVERY):
            await process.cycle()
    desk.account.clock.offset = timedelta(hours=-2)
    later = desk.account.add_comment(order_id, "Still there?")
    async with watching(desk.environment) as process:
        await process.cycle()

    assert desk.lines_of(order_id) == [future, later]


async def test_an_event_whose_payload_comes_late_is_told_when_it_is_there(desk: Desk) -> None:
    """Or after ten minutes, without; later events of its order wait with it, so that the thread keeps their order."""
    events = desk.environment.telnyx.samples.events
    async with watching(desk.environment) as process:
        await process.cycle()
        order_id, other_id = desk.account.open_order(), desk.account.open_order()
        await process.cycle()
        late = desk.account.add_event(order_id, "portout.new_comment", None)
        never = desk.account.add_event(other_id, "portout.new_comment", None)
        after = desk.account.add_comment(order_id, "Thanks.")
        await process.cycle()
        early = desk.kinds["portout_event"]
        events[late]["payload"] = {"id": late, "portout_id": order_id, "user_id": None, "comment": "Please call us."}
        await process.cycle()
        told = desk.lines_of(order_id)
        process.clock.offset = PAYLOAD_SECONDS + 1
        await process.cycle()

    assert (early, told) == (0, [late, after])
    assert desk.lines_of(other_id) == [never]
    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 3}


async def test_what_happened_before_an_order_was_seen_to_wait_is_told_by_its_message(desk: Desk) -> None:
    """Telnyx lists its events later than the order; what happens after that is told by lines."""
    events = desk.environment.telnyx.samples.events
    async with watching(desk.environment) as process:
        order_id = desk.account.open_order()
        early = {key: events.pop(key) for key in list(events)}
        await process.cycle()
        line = desk.account.add_comment(order_id, "Please call us.")
        events.update(early)
        await process.cycle()
        other_id = desk.account.open_order()
        early = {key: events.pop(key) for key in set(events) - {*early, line}}
        for _ in range(PENDING_EVERY):
            await process.cycle()
        events.update(early)
        await process.cycle()

    assert len(early) == 1
    assert (desk.lines_of(order_id), desk.lines_of(other_id)) == ([line], [])
    assert desk.kinds == {"portout_watch": 1, "portout_order": 2, "portout_event": 1}
