"""Exclusive work: in turn in one process, one at a time over several, and never on after another took over."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from portout.state.fallback_store import open_store
from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.store import Hold, MemoryStore, Store
from sandbox.redis_server import RedisServer


class CountingStore(MemoryStore):
    """Counts how often a lease was asked for."""

    asked = 0

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Count, and ask."""
        self.asked += 1
        return await super().hold(key, owner, seconds)


@pytest.fixture
async def shared(redis: RedisServer) -> AsyncIterator[Store]:
    """What this process shares with others."""
    async with open_store(redis.url, lambda _: None) as store:
        yield store


async def test_work_in_one_process_is_done_in_turn() -> None:
    """First come, first served; nobody but the first asks the store while the others wait."""
    store = CountingStore()
    leases, order, under_way = Leases(store), list[int](), 0

    async def work(number: int) -> None:
        nonlocal under_way
        async with leases.exclusive("s"):
            under_way += 1
            assert under_way == 1
            order.append(number)
            await asyncio.sleep(0.01)
            under_way -= 1

    await asyncio.gather(*map(work, range(20)))

    assert order == list(range(20))
    assert store.asked == 20


async def test_work_on_different_subjects_does_not_wait() -> None:
    """Each has a lease of its own."""
    leases = Leases(MemoryStore())
    async with leases.exclusive("a") as one, leases.exclusive("b") as other:
        assert one is not None
        assert other is not None


async def test_work_waits_for_another_process(redis: RedisServer) -> None:
    """Until it is done there, or is not needed any more."""
    is_done = False

    async def done() -> bool:
        return is_done

    async with open_store(redis.url, lambda _: None) as one, open_store(redis.url, lambda _: None) as other:
        async with Leases(one).exclusive("s"):
            waiting = asyncio.create_task(_enter(Leases(other)))
            async with asyncio.timeout(10):
                is_done = True
                async with Leases(other).exclusive("s", done) as lease:
                    assert lease is None
        async with asyncio.timeout(10):
            assert await waiting


async def test_a_lease_that_another_took_stops_the_work(shared: Store) -> None:
    """It ran out while nobody renewed it: who has it now does the work."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await shared.delete("lease:s")
    await shared.hold("lease:s", "another", 60)

    with pytest.raises(LeaseLostError):
        await lease.confirm()


async def test_a_lease_that_was_lost_for_a_moment_proves_nothing(shared: Store) -> None:
    """Another may have had it, worked, and released it: that stays true until the work is over."""
    lease = Lease(shared, "s")
    await lease.acquire()
    kept = await lease.confirm()
    await shared.delete("lease:s")

    assert (kept, await lease.confirm(), await lease.confirm()) == (True, False, False)


async def test_a_lease_proves_nothing_while_redis_is_away(redis: RedisServer, shared: Store) -> None:
    """Nor after: the other process was alone as well."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await redis.stop()

    assert await lease.acquire()
    assert not await lease.confirm()


async def test_a_lease_released_late_is_nobody_elses(shared: Store) -> None:
    """The one who lost it doesn't end that of the one who has it."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await shared.delete("lease:s")
    await shared.hold("lease:s", "another", 60)

    await lease.release()

    assert await shared.get("lease:s") == "another"


async def _enter(leases: Leases) -> bool:
    async with leases.exclusive("s") as lease:
        return lease is not None
