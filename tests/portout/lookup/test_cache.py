"""The cache's shared calls and cached results, as far as they cannot be seen from outside."""

import asyncio
import gc
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from portout.lookup.cache import MAX_CACHED_BYTES, CoalescingCache, Fetched, PriorityLimiter
from portout.telnyx.errors import DeadlineExceededError, NotFoundError, UpstreamError
from portout.telnyx.events import PortoutEvent, decode_event
from sandbox.telnyx.samples import samples


class Source:
    """A resource that answers with the key once it is released, and records its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.released = asyncio.Event()
        self.called = asyncio.Condition()
        self.errors: dict[str, Exception] = {}

    async def fetch(self, key: str) -> str:
        async with self.called:
            self.calls.append(key)
            self.called.notify_all()
        await self.released.wait()
        if key in self.errors:
            raise self.errors[key]
        return key


async def wait_for_calls(source: Source, number: int) -> None:
    """Wait until so many calls have begun."""
    async with source.called:
        await source.called.wait_for(lambda: len(source.calls) >= number)


async def test_a_person_does_not_stand_in_the_alerts_queue() -> None:
    """An id that waits in the alerts' queue is fetched at once for a person; the alert then gets the cached answer."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    flood = [asyncio.create_task(cache.get(str(number), interactive=False)) for number in range(20)]
    await wait_for_calls(source, 6)

    person = asyncio.create_task(cache.get("19", interactive=True))
    await wait_for_calls(source, 7)
    source.released.set()
    result = await person
    await asyncio.gather(*flood)

    assert isinstance(result, Fetched)
    assert source.calls[6] == "19"
    assert sorted(source.calls) == sorted(map(str, range(20)))


async def test_alerts_leave_room_for_people() -> None:
    """At most six calls are for alerts, and ten in all."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    alerts = [asyncio.create_task(cache.get(f"a{number}", interactive=False)) for number in range(20)]
    people = [asyncio.create_task(cache.get(f"p{number}", interactive=True)) for number in range(20)]
    await wait_for_calls(source, 10)
    under_way = list(source.calls)
    source.released.set()
    await asyncio.gather(*alerts, *people)

    assert len([key for key in under_way if key.startswith("a")]) == 6
    assert len(under_way) == 10


async def test_a_person_who_gives_up_does_not_end_the_call() -> None:
    """Others still wait for it, and the next request finds the answer in the cache."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)

    gave_up = await cache.get("1", interactive=True, max_wait=0)
    still_waiting = asyncio.create_task(cache.get("1", interactive=True))
    await wait_for_calls(source, 1)
    source.released.set()

    assert isinstance(gave_up, DeadlineExceededError)
    assert isinstance(await still_waiting, Fetched)
    assert isinstance(await cache.get("1", interactive=True), Fetched)
    assert source.calls == ["1"]


async def test_the_time_out_of_an_alerts_call_starts_after_the_queue() -> None:
    """A call does not fail because of the time it spent in the queue."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    results = await asyncio.gather(*(cache.get(str(number), interactive=False, max_wait=0.01) for number in range(12)))
    source.released.set()

    assert {type(result) for result in results} == {DeadlineExceededError}
    assert len(source.calls) == 12


async def test_only_answers_and_unknown_ids_are_cached() -> None:
    """Other failures are not; a request that bypasses the cache makes a call."""
    source = Source()
    source.released.set()
    source.errors = {"unknown": NotFoundError(), "failing": UpstreamError()}
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)

    for key in ("known", "unknown", "failing"):
        await cache.get(key, interactive=True)
        await cache.get(key, interactive=True)
    await cache.get("known", interactive=True, bypass_cache=True)

    assert source.calls == ["known", "unknown", "failing", "failing", "known"]


async def test_who_joined_a_call_survives_the_one_who_made_it() -> None:
    """If the first one is cancelled, one of the others makes the call again, and the rest join that one."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    first = asyncio.create_task(cache.get("1", interactive=True))
    await wait_for_calls(source, 1)
    others = [asyncio.create_task(cache.get("1", interactive=True, max_wait=wait)) for wait in (None, 3600, None)]
    await asyncio.sleep(0)

    first.cancel()
    await wait_for_calls(source, 2)
    source.released.set()
    results = await asyncio.gather(*others)

    assert first.cancelled()
    assert all(isinstance(result, Fetched) for result in results)
    assert source.calls == ["1", "1"]


async def test_a_cancelled_caller_of_many_ends_nothing() -> None:
    """Whoever joined and is cancelled leaves the call to the others."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    first = asyncio.create_task(cache.get("1", interactive=True))
    await wait_for_calls(source, 1)
    joined = asyncio.create_task(cache.get("1", interactive=True))
    await asyncio.sleep(0)

    joined.cancel()
    source.released.set()

    assert isinstance(await first, Fetched)
    assert source.calls == ["1"]


@pytest.mark.parametrize("max_wait", [None, 3600.0])
async def test_a_bug_is_raised_to_all_who_share_the_call(max_wait: float | None) -> None:
    """It is not tried again by each of them, and leaves nothing behind: the next request makes a call."""
    source = Source()
    source.errors = {"1": RuntimeError()}
    cache = CoalescingCache("x", PriorityLimiter(), source.fetch)
    unhandled: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    people = [asyncio.create_task(cache.get("1", interactive=True, max_wait=max_wait)) for _ in range(5)]
    await wait_for_calls(source, 1)
    source.released.set()
    results = await asyncio.gather(*people, return_exceptions=True)
    calls = list(source.calls)
    with pytest.raises(RuntimeError):
        await cache.get("1", interactive=True)
    del people
    gc.collect()

    assert [type(result) for result in results] == [RuntimeError] * 5
    assert calls == ["1"]
    assert source.calls == ["1", "1"]
    assert unhandled == []


async def test_who_bypasses_the_cache_gets_nothing_from_it_by_a_call_in_the_queue() -> None:
    """Such a call ends with what another call has cached meanwhile, but not for who asks for what is now."""
    source = Source()
    answers = iter(["old", "new"])

    async def fetch(key: str) -> str:
        return next(answers) if key == "1" else await source.fetch(key)

    cache = CoalescingCache("x", PriorityLimiter(), fetch)
    flood = [asyncio.create_task(cache.get(f"flood {number}", interactive=False)) for number in range(6)]
    await wait_for_calls(source, 6)
    queued = asyncio.create_task(cache.get("1", interactive=False))
    await asyncio.sleep(0)
    await cache.get("1", interactive=True)
    asks_anew = asyncio.create_task(cache.get("1", interactive=False, bypass_cache=True))
    await asyncio.sleep(0)
    source.released.set()
    results = await asyncio.gather(asks_anew, queued, *flood)

    assert all(isinstance(result, Fetched) for result in results)
    assert [getattr(result, "value", None) for result in results[:2]] == ["new", "new"]


async def test_a_full_cache_takes_as_much_memory_as_it_says() -> None:
    """The oldest answers make room for new ones."""
    source = samples(datetime.now(UTC)).events
    bodies = [msgspec.json.encode({"data": event}) for event in source.values()]
    calls: list[str] = []

    async def fetch(key: str) -> PortoutEvent:
        calls.append(key)
        return decode_event(bodies[int(key) % len(bodies)])

    cache = CoalescingCache("x", PriorityLimiter(), fetch)
    tracemalloc.start()
    try:
        for number in range(4_000):
            await cache.get(str(number), interactive=True)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    await cache.get("3999", interactive=True)
    await cache.get("0", interactive=True)

    assert 0.7 * MAX_CACHED_BYTES < taken < 1.2 * MAX_CACHED_BYTES
    assert calls[4_000:] == ["0"]


@pytest.mark.parametrize("text", ["x" * MAX_CACHED_BYTES, "\ud800"], ids=["too large", "no Unicode"])
async def test_an_answer_that_cannot_be_cached_ends_an_older_one(text: str) -> None:
    """It is returned, and fetched anew next time: what was cached before would be out of date."""
    answers = iter(["old", text, "new"])

    async def fetch(_key: str) -> str:
        return next(answers)

    cache = CoalescingCache("x", PriorityLimiter(), fetch)
    results = [await cache.get("1", interactive=True, bypass_cache=number == 1) for number in range(3)]

    assert [result.value for result in results if isinstance(result, Fetched)] == ["old", text, "new"]
