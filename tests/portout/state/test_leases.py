"""Exclusive work: in turn in one process, one at a time over several, and ended when another takes over."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from portout.state.fallback_store import open_store
from portout.state.leases import Lease, LeaseLostError, Leases
from portout.state.store import Hold, MemoryStore, Store
from sandbox.redis_server import RedisServer
from tests.conftest import PREFIX


class CountingStore(MemoryStore):
    """Counts the attempts to acquire a lease."""

    attempts = 0

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        self.attempts += 1
        return await super().hold(key, owner, seconds)


@pytest.fixture
async def shared(redis: RedisServer) -> AsyncIterator[Store]:
    """The store that this process shares with others."""
    async with open_store(redis.url, PREFIX, lambda _: None) as store:
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
    assert store.attempts == 20


async def test_work_on_different_subjects_does_not_wait() -> None:
    """Each subject has a lease of its own."""
    leases = Leases(MemoryStore())
    async with leases.exclusive("a") as first, leases.exclusive("b") as second:
        assert first is not None
        assert second is not None


async def test_work_waits_for_another_process(redis: RedisServer) -> None:
    """It waits until the work is done there, or is not needed any more."""
    is_done = False

    async def done() -> bool:
        return is_done

    async with (
        open_store(redis.url, PREFIX, lambda _: None) as first,
        open_store(redis.url, PREFIX, lambda _: None) as second,
    ):
        async with Leases(first).exclusive("s"):
            entering = asyncio.create_task(_enter(Leases(second)))
            async with asyncio.timeout(10):
                is_done = True
                async with Leases(second).exclusive("s", done) as lease:
                    assert lease is None
        async with asyncio.timeout(10):
            assert await entering


async def test_a_lease_that_another_took_stops_the_work(shared: Store) -> None:
    """It expired because it was not renewed: the owner that has it now does the work."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await shared.delete("lease:s")
    await shared.hold("lease:s", "another", 60)

    with pytest.raises(LeaseLostError):
        await lease.confirm()


async def test_a_lease_that_was_lost_for_a_moment_proves_nothing(shared: Store) -> None:
    """Another may have had it, worked, and released it: the lease stays interrupted until the work is over."""
    lease = Lease(shared, "s")
    await lease.acquire()
    before = await lease.confirm()
    await shared.delete("lease:s")

    assert (before, await lease.confirm(), await lease.confirm()) == (True, False, False)


async def test_a_lease_proves_nothing_while_redis_is_away(redis: RedisServer, shared: Store) -> None:
    """Another process may have acquired it without Redis as well."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await redis.stop()

    assert await lease.acquire()
    assert not await lease.confirm()


async def test_a_late_release_does_not_end_the_lease_of_another(shared: Store) -> None:
    """An owner that lost the lease releases nothing."""
    lease = Lease(shared, "s")
    await lease.acquire()
    await shared.delete("lease:s")
    await shared.hold("lease:s", "another", 60)

    await lease.release()

    assert await shared.get("lease:s") == "another"


async def _enter(leases: Leases) -> bool:
    async with leases.exclusive("s") as lease:
        return lease is not None


async def test_work_that_is_cancelled_while_it_waits_leaves_no_lease(redis: RedisServer, shared: Store) -> None:
    """Redis may have taken the command whose answer nobody waits for any more."""
    await shared.is_shared()
    redis.pause()
    waiting = asyncio.create_task(_enter(Leases(shared)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    redis.resume()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert await shared.get("lease:s") is None
