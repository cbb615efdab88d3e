"""The ledger, the same in memory, in Redis, and in Redis that may go away."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from portout.state.fallback_store import FallbackStore, open_store
from portout.state.ledger import Ledger, MessageRef, PostedReply, Revision
from portout.state.redis_store import ANSWER_SECONDS, RedisStore
from portout.state.store import Hold, MemoryStore, Store
from portout.telemetry.metrics import LEDGER_FALLBACKS
from sandbox.redis_server import RedisServer, redis_server
from sandbox.slack.workspace import KEY_PREFIX
from tests.conftest import need_redis

PLACE = MessageRef("C1", "2.0", "1.0")
REPLY = PostedReply(PLACE, ("a", "b"))
ABOUT = MessageRef("C1", "1.0", "1.0")
OTHER = MessageRef("C1", "3.0", "3.0")


@pytest.fixture(params=["memory", "redis", "fallback"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each kind of store."""
    if request.param == "memory":
        yield MemoryStore()
        return
    need_redis()
    async with redis_server() as server:
        shared = RedisStore(server.url, KEY_PREFIX)
        yield shared if request.param == "redis" else FallbackStore(shared, lambda _: None)
        await shared.close()


def block(seconds: float) -> None:
    """Block the event loop, as work does, but leave the processor to others."""
    time.sleep(seconds)


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """A ledger without records."""
    return Ledger(store)


async def test_a_text_is_stored_for_a_while(store: Store) -> None:
    """Then it has expired, as if it had never been there."""
    await store.set("k", "1", 0.05)
    at_first = await store.get("k")
    async with asyncio.timeout(5):
        while not await store.replace("k", None, "2", 60):
            pass

    assert (at_first, await store.get("k")) == ("1", "2")


@pytest.mark.parametrize("old", [None, "old"])
async def test_only_one_replaces_a_text(store: Store, old: str | None) -> None:
    """Of many that try at once, one succeeds, whether there was a text or none."""
    if old is not None:
        await store.set("k", old, 60)

    replaced = await asyncio.gather(*(store.replace("k", old, str(number), 60) for number in range(20)))

    assert replaced.count(True) == 1
    assert await store.get("k") == str(replaced.index(True))


async def test_only_the_owner_holds_and_deletes(store: Store) -> None:
    """Another's name stays; and the result shows the owner whether it held the key all the time."""
    held = [await store.hold("k", owner, 60) for owner in ("mine", "other", "mine")]

    assert held == [Hold.ACQUIRED, Hold.HELD_BY_OTHER, Hold.RENEWED]
    await store.delete("k", "other")
    kept = await store.get("k")
    await store.delete("k", "mine")
    assert (kept, await store.get("k")) == ("mine", None)
    assert await store.hold("k", "other", 60) is Hold.ACQUIRED


async def test_an_event_is_done_once(ledger: Ledger) -> None:
    """An event counts as done from when it is marked."""
    before = await ledger.is_done("d")
    await ledger.mark_done("d")

    assert (before, await ledger.is_done("d")) == (False, True)


async def test_a_reply_is_recorded(ledger: Ledger) -> None:
    """Until its outcome is known, there may be one."""
    before = await ledger.may_have_replied(ABOUT)
    await ledger.begin_posting(ABOUT)
    begun = (await ledger.may_have_replied(ABOUT), await ledger.reply(ABOUT))
    await ledger.save_reply(ABOUT, REPLY)

    assert (before, begun) == (False, (True, None))
    assert await ledger.reply(ABOUT) == REPLY


async def test_a_reply_that_is_about_to_be_changed_is_not_trusted(ledger: Ledger) -> None:
    """Those to other messages are."""
    await ledger.save_reply(ABOUT, REPLY)
    await ledger.save_reply(OTHER, REPLY)

    await ledger.begin_posting(ABOUT)

    assert [await ledger.reply(about) for about in (ABOUT, OTHER)] == [None, REPLY]


async def test_a_click_counts_once_in_a_while(ledger: Ledger) -> None:
    """The time is by Slack's clock; a click without effect does not count."""
    counted = [await ledger.claim_click("x", at, 10) for at in (100.0, 100.4, 109.9, 110.1, 111.0)]
    await ledger.release_click("x")

    assert counted == [True, False, False, True, False]
    assert await ledger.claim_click("x", 112.0, 10)


async def test_a_click_counts_once_in_whatever_order_two_arrive(ledger: Ledger) -> None:
    """The earlier of two may arrive later; and of two that arrive at once after an earlier one, one counts."""
    reversed_order = [await ledger.claim_click("x", at, 10) for at in (100.4, 100.0)]
    at_once = await asyncio.gather(*(ledger.claim_click("x", at, 10) for at in (120.0, 120.3)))

    assert reversed_order == [True, False]
    assert at_once.count(True) == 1


async def test_processes_share_what_is_in_redis(redis: RedisServer) -> None:
    """What one records, the other sees."""
    async with (
        open_store(redis.url, KEY_PREFIX, lambda _: None) as first,
        open_store(redis.url, KEY_PREFIX, lambda _: None) as second,
    ):
        await Ledger(first).mark_done("d")
        await first.hold("s", "a", 60)

        assert await Ledger(second).is_done("d")
        assert await second.hold("s", "b", 60) is Hold.HELD_BY_OTHER
        assert [first.is_uncertain, second.is_uncertain] == [False, False]


async def test_what_another_process_deleted_is_gone(redis: RedisServer) -> None:
    """A reply that one process posted and another deleted with its alert is not changed any more."""
    async with (
        open_store(redis.url, KEY_PREFIX, lambda _: None) as first,
        open_store(redis.url, KEY_PREFIX, lambda _: None) as second,
    ):
        await Ledger(first).save_reply(ABOUT, REPLY)

        await Ledger(second).begin_posting(ABOUT)

        assert await Ledger(first).reply(ABOUT) is None


async def test_one_late_answer_is_no_outage(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """The command is sent again; its first outcome may be unknown, so the store is uncertain for a while."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
        await store.set("k", "1", 60)
        redis.pause()
        reading = asyncio.create_task(store.get("k"))
        while not store.is_uncertain:  # noqa: ASYNC110  nothing signals it
            await asyncio.sleep(0.01)
        redis.resume()

        assert await reading == "1"
        assert await store.is_shared()
    assert "ledger.degraded" not in log_text()


async def test_a_busy_process_does_not_treat_redis_as_down(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """Its event loop is blocked for longer than the time-out of Redis, again and again, and commands queue up."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
        adding = [asyncio.create_task(store.replace(str(number), None, "1", 60)) for number in range(2_000)]
        for _ in range(3):
            await asyncio.sleep(0)
            block(ANSWER_SECONDS + 0.1)
        added = await asyncio.gather(*adding)

        assert added == [True] * 2_000
        assert not store.is_uncertain
    assert "ledger.degraded" not in log_text()


async def test_a_redis_that_lost_its_entries_is_recognized_by_its_epoch(redis: RedisServer) -> None:
    """Redis is emptied between two commands, without a lost connection: the next lease shows it."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        await store.hold("s", "a", 60)
        before = store.is_uncertain
        await client.flushall()

        assert await store.hold("s", "a", 60) is Hold.ACQUIRED
        assert (before, store.is_uncertain) == (False, True)


@pytest.mark.parametrize(("age", "is_uncertain"), [(None, True), (800, True), (1_000, False)])
async def test_a_process_that_starts_learns_what_redis_may_not_know(
    redis: RedisServer, age: int | None, *, is_uncertain: bool
) -> None:
    """Redis lost its entries before the process started: it says how long ago, by its own clock."""
    async with Redis.from_url(redis.url) as client:
        if age is None:
            await client.flushall()
        else:
            seconds, _ = await client.time()
            await client.set(f"{KEY_PREFIX}epoch", seconds - age)
        async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
            await store.hold("s", "a", 60)

            assert store.is_uncertain == is_uncertain


async def test_the_later_of_two_events_that_arrive_at_once_counts(ledger: Ledger) -> None:
    """In whichever order, and from however many processes they are recorded."""
    events = [Revision(ABOUT, f"{number}.0") for number in (3, 1, 4, 2)]
    await asyncio.gather(*(ledger.record_event(event) for event in events))

    assert [await ledger.is_outdated(event) for event in events] == [True, True, False, True]


async def test_a_degraded_process_does_not_retry_at_once(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """Redis is back a moment later; the process stays degraded for some seconds all the same, and logs it once."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
        await redis.stop()
        first = await store.is_shared()
        await redis.start()
        again = [await store.is_shared() for _ in range(100)]

        assert not any([first, *again])
    assert log_text().count('"ledger.degraded"') == 1


async def test_a_ledger_without_redis_goes_on_in_memory(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """It is logged and counted; when Redis is back, the ledger is shared again, and says that it may not know all."""
    fallbacks = LEDGER_FALLBACKS._value.get  # noqa: SLF001  what a scrape shows
    before = fallbacks()
    async with (
        open_store(redis.url, KEY_PREFIX, lambda _: LEDGER_FALLBACKS.inc()) as first,
        open_store(redis.url, KEY_PREFIX, print) as second,
    ):
        assert await second.is_shared()
        ledger = Ledger(first)
        await ledger.mark_done("before")
        await redis.stop()
        known_before = await ledger.is_done("before")
        await ledger.mark_done("meanwhile")
        known_meanwhile = await ledger.is_done("meanwhile")
        degraded = (first.is_uncertain, await first.is_shared(), await first.hold("s", "a", 60))
        await redis.start()
        async with asyncio.timeout(10):
            while not await first.is_shared():  # noqa: ASYNC110  each call is the check
                await asyncio.sleep(0.05)
        await ledger.mark_done("after")

        assert known_before
        assert degraded == (True, False, Hold.ACQUIRED)
        assert first.is_uncertain, "the other process may have done what Redis has no entry of"
        assert known_meanwhile
        assert not await ledger.is_done("meanwhile"), "other processes may have done more: Redis counts"
        assert await Ledger(second).is_done("after")
    assert fallbacks() == before + 1
    assert (log_text().count('"ledger.degraded"'), log_text().count('"ledger.recovered"')) == (1, 1)


async def test_a_click_whose_command_was_sent_twice_counts(redis: RedisServer) -> None:
    """Redis did what it was told, and its answer came too late: the second attempt meets the first one's text."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
        ledger = Ledger(store)
        await store.is_shared()
        redis.pause()
        claiming = asyncio.create_task(ledger.claim_click("b", 100.0, 2))
        while not store.is_uncertain:  # noqa: ASYNC110  it finds out by waiting
            await asyncio.sleep(0.01)
        redis.resume()

        assert await claiming
        assert not await ledger.claim_click("b", 100.5, 2)


async def test_a_redis_that_refuses_commands_is_not_trusted_afterwards(redis: RedisServer) -> None:
    """Another process may have worked alone meanwhile, as this one did."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        await store.is_shared()
        await client.replicaof("127.0.0.1", 1)
        refused = await store.is_shared()
        await client.replicaof("NO", "ONE")

        assert (refused, store.is_uncertain) == (False, True)


async def test_an_entry_that_is_no_text_fails_nobody_else(redis: RedisServer) -> None:
    """Whoever wrote it, and whatever the address says of decoding: commands of the same batch are answered."""
    url = f"{redis.url}?decode_responses=True"
    async with open_store(url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        await client.set(f"{KEY_PREFIX}odd", b"\xff\xfe")
        await store.set("k", "1", 60)

        odd, text = await asyncio.gather(store.get("odd"), store.get("k"))
        assert text == "1"
        assert await store.replace("odd", odd, "2", 60)
