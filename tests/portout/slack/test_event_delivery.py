"""Deliveries whose work does not end."""

import asyncio
from collections.abc import Callable

from aiojobs import Scheduler

from portout.slack.event_delivery import EventProcessor
from portout.state.leases import Lease, Leases
from portout.state.ledger import Ledger
from portout.state.store import MemoryStore


class DeliberateError(Exception):
    """Raised on purpose: the check of the whole run's log leaves it out."""


async def test_work_that_a_stop_cuts_off_is_logged(log_text: Callable[[], str]) -> None:
    """Slack delivers it again; the log shows the operator that it was begun."""
    jobs = Scheduler()
    store = MemoryStore()
    processor = EventProcessor(Ledger(store), Leases(store), jobs)

    async def work(_lease: Lease) -> bool:
        return await asyncio.Event().wait()

    answer = await processor.process_once("delivery", "subject", work)
    under_way = len(jobs)
    await jobs.wait_and_close(0)

    assert (answer.status, under_way) == (503, 1)
    assert log_text().count('"delivery.unfinished"') == 1


async def test_an_error_in_the_work_is_not_acknowledged(log_text: Callable[[], str]) -> None:
    """Slack delivers the event again, and the log shows the error."""
    store = MemoryStore()
    processor = EventProcessor(Ledger(store), Leases(store), Scheduler())

    async def work(_lease: Lease) -> bool:
        raise DeliberateError

    answer = await processor.process_once("event", "subject", work)

    assert answer.status == 503
    assert log_text().count('"internal_error"') == 1


async def test_an_event_whose_work_is_done_is_acknowledged_without_work() -> None:
    """However often Slack delivers it."""
    store, calls = MemoryStore(), 0
    processor = EventProcessor(Ledger(store), Leases(store), Scheduler())

    async def work(_lease: Lease) -> bool:
        nonlocal calls
        calls += 1
        return True

    answers = [await processor.process_once("event", "subject", work) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert calls == 1
