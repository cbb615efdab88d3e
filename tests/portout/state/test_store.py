"""The store in memory: how much of it there is."""

import tracemalloc

import pytest

from portout.state.ledger import Ledger, MessageRef, PostedReply, Revision
from portout.state.store import MAX_BYTES, MemoryStore
from tests.portout.payloads import EVENT_ID


@pytest.mark.full
async def test_a_full_store_takes_as_much_memory_as_it_says() -> None:
    """Whatever its entries hold: the oldest make room for new ones, and the newest are there."""
    store = MemoryStore()
    ledger = Ledger(store)
    tracemalloc.start()
    try:
        for number in range(40_000):
            ts = f"1795{number:06d}.000100"
            about = MessageRef("C0ALERTS", ts, ts)
            await ledger.record_event(Revision(about, ts))
            await ledger.save_reply(about, PostedReply(about, (EVENT_ID,), ts))
            await ledger.mark_done(f"C0ALERTS:{ts}:{ts}")
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 0.7 * MAX_BYTES < taken < 1.2 * MAX_BYTES
    assert await ledger.reply(MessageRef("C0ALERTS", "1795000000.000100", "1795000000.000100")) is None
    assert await ledger.reply(about) == PostedReply(about, (EVENT_ID,), ts)
