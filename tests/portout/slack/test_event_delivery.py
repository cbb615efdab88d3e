"""Deliveries whose work does not end."""

import asyncio
from collections.abc import Callable

import pytest
from aiojobs import Scheduler

from portout.slack.event_delivery import LAST_RETRY, MAX_IN_FLIGHT, Delivery, EventProcessor
from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.ledger import Ledger, MessageRef, Revision
from portout.state.store import MemoryStore

MESSAGE = MessageRef("C1", "1.0", "1.0")


def delivery(retry: int = 0, event_ts: str = "1.0", *, is_deletion: bool = False) -> Delivery:
    """Return a delivery of the event of this time about the message."""
    return Delivery(f"event:{event_ts}", Revision(MESSAGE, event_ts, is_deletion=is_deletion), retry)


class DeliberateError(Exception):
    """Raised on purpose: the check of the whole run's log leaves it out."""


@pytest.fixture
def store() -> MemoryStore:
    """The store that two processes share."""
    return MemoryStore()


def process(store: MemoryStore) -> EventProcessor:
    """Return what one process has to work with."""
    return EventProcessor(Ledger(store), Leases(store), Scheduler())


async def test_work_that_a_stop_cuts_off_is_logged(log_text: Callable[[], str]) -> None:
    """Slack delivers it again; the log shows the operator that it was begun."""
    jobs = Scheduler()
    store = MemoryStore()
    processor = EventProcessor(Ledger(store), Leases(store), jobs)

    async def work(_lease: Lease) -> bool:
        return await asyncio.Event().wait()

    answer = await processor.process_once(delivery(), work)
    under_way = len(jobs)
    await jobs.wait_and_close(0)

    assert (answer.status, under_way) == (503, 1)
    assert log_text().count('"delivery.unfinished"') == 1


async def test_an_error_in_the_work_is_not_acknowledged(store: MemoryStore, log_text: Callable[[], str]) -> None:
    """Slack delivers the event again, and the log shows the error."""

    async def work(_lease: Lease) -> bool:
        raise DeliberateError

    answer = await process(store).process_once(delivery(), work)

    assert answer.status == 503
    assert log_text().count('"internal_error"') == 1


async def test_an_event_whose_work_is_done_is_acknowledged_without_work(store: MemoryStore) -> None:
    """However often Slack delivers it."""
    processor, calls = process(store), 0

    async def work(_lease: Lease) -> bool:
        nonlocal calls
        calls += 1
        return True

    answers = [await processor.process_once(delivery(), work) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert calls == 1


@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["here", "in another process"])
@pytest.mark.parametrize(("is_answered", "calls"), [(False, ["first", "last"]), (True, ["first"])])
async def test_the_last_delivery_does_what_an_earlier_one_leaves(
    store: MemoryStore, calls: list[str], *, is_elsewhere: bool, is_answered: bool
) -> None:
    """It waits for one that is under way, which learns that it is the last, and takes no result without an answer."""
    first = process(store)
    last = process(store) if is_elsewhere else first
    under_way, done = asyncio.Event(), []

    async def work_first(_lease: Lease) -> bool:
        done.append("first")
        under_way.set()
        while not await Ledger(store).is_last("event:1.0"):  # noqa: ASYNC110  nothing signals it
            await asyncio.sleep(0)
        return is_answered

    async def work_last(_lease: Lease) -> bool:
        done.append("last")
        return True

    async with asyncio.timeout(30):
        earlier = asyncio.create_task(first.process_once(delivery(1), work_first))
        await under_way.wait()
        answer = await last.process_once(delivery(LAST_RETRY), work_last)

    assert (answer.status, (await earlier).status) == (200, 200 if is_answered else 503)
    assert done == calls


async def test_the_last_delivery_goes_on_after_it_lost_its_lease(store: MemoryStore) -> None:
    """The process that had the lease meanwhile may have worked on another event of the message."""
    attempts: list[str] = []

    async def lose_first(_lease: Lease) -> bool:
        attempts.append("lost" if not attempts else "done")
        if attempts == ["lost"]:
            raise LeaseLostError
        return True

    answer = await process(store).process_once(delivery(LAST_RETRY), lose_first)

    assert (answer.status, attempts) == (200, ["lost", "done"])


async def test_the_last_delivery_is_acknowledged_even_if_it_fails(store: MemoryStore) -> None:
    """Slack would not deliver it again, and counts what is not acknowledged as a failure of the bot."""

    async def fail(_lease: Lease) -> bool:
        return False

    assert (await process(store).process_once(delivery(LAST_RETRY), fail)).status == 200


@pytest.mark.parametrize("is_deletion", [False, True], ids=["edited", "deleted"])
async def test_an_event_is_not_worked_on_after_a_later_one(store: MemoryStore, *, is_deletion: bool) -> None:
    """A later event has the work from when it is received, even before it is done."""
    calls = []

    async def fail(_lease: Lease) -> bool:
        return False

    async def work(_lease: Lease) -> bool:
        calls.append("earlier")
        return True

    await process(store).process_once(delivery(event_ts="2.0", is_deletion=is_deletion), fail)
    answer = await process(store).process_once(delivery(1), work)

    assert (answer.status, calls) == (200, [])


async def test_an_event_beyond_the_limit_is_refused_unless_it_is_delivered_for_the_last_time(
    store: MemoryStore,
) -> None:
    """Slack delivers it again; as many as the limit allows are worked on meanwhile."""
    processor, go_on = process(store), asyncio.Event()
    under_way = 0

    async def work(_lease: Lease) -> bool:
        nonlocal under_way
        under_way += 1
        return await go_on.wait()

    def message(number: int, retry: int = 0) -> Delivery:
        ts = f"{number}.0"
        return Delivery(f"event:{ts}", Revision(MessageRef("C1", ts, ts), ts), retry)

    async with asyncio.timeout(60):
        accepted = [
            asyncio.create_task(processor.process_once(message(number), work)) for number in range(MAX_IN_FLIGHT)
        ]
        while under_way < MAX_IN_FLIGHT:  # noqa: ASYNC110  nothing signals it
            await asyncio.sleep(0)
        refused = await processor.process_once(message(MAX_IN_FLIGHT), work)
        last = asyncio.create_task(processor.process_once(message(MAX_IN_FLIGHT, LAST_RETRY), work))
        go_on.set()
        answers = await asyncio.gather(*accepted)

    assert refused.status == 503
    assert (await last).status == 200
    assert {answer.status for answer in answers} == {200}
    assert under_way == MAX_IN_FLIGHT + 1
