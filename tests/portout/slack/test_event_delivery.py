"""Deliveries whose work does not end."""

import asyncio
from collections.abc import Callable

from aiojobs import Scheduler

from portout.slack.event_delivery import EventProcessor
from portout.state.leases import Lease, Leases
from portout.state.ledger import Ledger
from portout.state.store import MemoryStore


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
