"""The ledger, the same in memory, in Redis, and in Redis that may go away."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from portout.state.fallback_store import FallbackStore, open_store
from portout.state.ledger import Ledger, MessageRef, PostedReply
from portout.state.redis_store import ANSWER_SECONDS, RedisStore
from portout.state.store import Hold, MemoryStore, Store
from portout.telemetry.metrics import LEDGER_FALLBACKS
from sandbox.redis_server import RedisServer, redis_server
from tests.conftest import need_redis

PLACE = MessageRef("C1", "2.0", "1.0")
REPLY = PostedReply(PLACE, ("a", "b"))


@pytest.fixture(params=["memory", "redis", "steady"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each kind of store."""
    if request.param == "memory":
        yield MemoryStore()
        return
    need_redis()
    async with redis_server() as server, Redis.from_url(server.url, decode_responses=True) as client:
        shared = RedisStore(client)
        yield shared if request.param == "redis" else FallbackStore(shared, (RedisError, OSError), lambda _: None)


def stand_still(seconds: float) -> None:
    """Keep the event loop from running."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """A ledger that remembers nothing yet."""
    return Ledger(store)


async def test_a_text_is_kept_for_a_while(store: Store) -> None:
    """Then it is gone, as if it had never been there."""
    await store.set("k", "1", 0.05)
    at_first = await store.get("k")
    async with asyncio.timeout(5):
        while not await store.set_if_absent("k", "2", 60):
            pass

    assert (at_first, await store.get("k")) == ("1", "2")


async def test_only_one_adds(store: Store) -> None:
    """Of many at once."""
    added = await asyncio.gather(*(store.set_if_absent("k", str(number), 60) for number in range(20)))

    assert added.count(True) == 1
    assert await store.get("k") == str(added.index(True))


async def test_only_the_owner_holds_and_removes(store: Store) -> None:
    """Another's name is left alone; and the owner learns whether it was there all the time."""
    held = [await store.hold("k", owner, 60) for owner in ("mine", "other", "mine")]

    assert held == [Hold.TAKEN, Hold.OTHERS, Hold.KEPT]
    assert not await store.delete("k", "other")
    assert await store.delete("k", "mine")
    assert await store.get("k") is None
    assert await store.hold("k", "other", 60) is Hold.TAKEN


async def test_a_delivery_is_done_once(ledger: Ledger) -> None:
    """And then known to be."""
    before = await ledger.is_delivered("d")
    await ledger.mark_delivered("d")

    assert (before, await ledger.is_delivered("d")) == (False, True)


async def test_a_reply_is_remembered(ledger: Ledger) -> None:
    """The posting mark goes when the reply is known."""
    await ledger.begin_posting("C1", "1.0")
    marked = await ledger.is_posting("C1", "1.0")
    await ledger.save_reply("C1", "1.0", REPLY)

    assert marked
    assert not await ledger.is_posting("C1", "1.0")
    assert await ledger.reply("C1", "1.0") == REPLY


async def test_a_reply_that_is_gone_is_forgotten(ledger: Ledger) -> None:
    """Replies to other messages are not."""
    await ledger.save_reply("C1", "1.0", REPLY)
    await ledger.save_reply("C1", "3.0", REPLY)

    await ledger.forget_reply("C1", "1.0")

    assert [await ledger.reply("C1", about) for about in ("1.0", "3.0")] == [None, REPLY]


async def test_a_press_counts_once_in_a_while(ledger: Ledger) -> None:
    """By Slack's clock; one that came to nothing doesn't count."""
    counted = [await ledger.claim_click("x", at, 10) for at in (100.0, 100.4, 109.9, 110.1, 111.0)]
    await ledger.release_click("x")

    assert counted == [True, False, False, True, False]
    assert await ledger.claim_click("x", 112.0, 10)


async def test_processes_share_what_is_in_redis(redis: RedisServer) -> None:
    """Whatever one remembers, the other knows."""
    async with open_store(redis.url, lambda _: None) as one, open_store(redis.url, lambda _: None) as other:
        await Ledger(one).mark_delivered("d")
        await one.hold("s", "a", 60)

        assert await Ledger(other).is_delivered("d")
        assert await other.hold("s", "b", 60) is Hold.OTHERS
        assert [one.is_uncertain, other.is_uncertain] == [False, False]


async def test_what_another_process_deleted_is_gone(redis: RedisServer) -> None:
    """A reply that one process posted and another deleted with its alert is not changed any more."""
    async with open_store(redis.url, lambda _: None) as one, open_store(redis.url, lambda _: None) as other:
        await Ledger(one).save_reply("C1", "1.0", REPLY)

        await Ledger(other).forget_reply("C1", "1.0")

        assert await Ledger(one).reply("C1", "1.0") is None


async def test_one_late_answer_is_no_absence(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """The command is sent again; what it came to may be known to nobody, so it is better looked up for a while."""
    async with open_store(redis.url, lambda _: None) as store:
        await store.set("k", "1", 60)
        redis.pause()
        asking = asyncio.create_task(store.get("k"))
        while not store.is_uncertain:  # noqa: ASYNC110  it finds out by waiting
            await asyncio.sleep(0.01)
        redis.resume()

        assert await asking == "1"
        assert await store.is_shared()
    assert "ledger.degraded" not in log_text()


async def test_a_busy_process_does_not_take_redis_to_be_away(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """Its event loop stands still for longer than Redis may take, again and again, and commands queue up."""
    async with open_store(redis.url, lambda _: None) as store:
        asking = [asyncio.create_task(store.set_if_absent(str(number), "1", 60)) for number in range(2_000)]
        for _ in range(3):
            await asyncio.sleep(0)
            stand_still(ANSWER_SECONDS + 0.1)
        added = await asyncio.gather(*asking)

        assert added == [True] * 2_000
        assert not store.is_uncertain
    assert "ledger.degraded" not in log_text()


async def test_a_redis_that_forgot_is_known_by_its_epoch(redis: RedisServer) -> None:
    """Emptied between two commands, with no connection lost: the next lease tells."""
    async with open_store(redis.url, lambda _: None) as store, Redis.from_url(redis.url) as client:
        await store.hold("s", "a", 60)
        before = store.is_uncertain
        await client.flushall()

        assert await store.hold("s", "a", 60) is Hold.TAKEN
        assert (before, store.is_uncertain) == (False, True)


async def test_a_process_alone_does_not_ask_again_at_once(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """Redis is back a moment later; the process is alone for some seconds all the same, and says so once."""
    async with open_store(redis.url, lambda _: None) as store:
        await redis.stop()
        first = await store.is_shared()
        await redis.start()
        again = [await store.is_shared() for _ in range(100)]

        assert not any([first, *again])
    assert log_text().count('"ledger.degraded"') == 1


async def test_a_ledger_without_redis_goes_on_alone(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """With its own memory and a word to the operator; shared again when Redis is back, with nothing forgotten."""
    fallbacks = LEDGER_FALLBACKS._value.get  # noqa: SLF001  what a scrape shows
    before = fallbacks()
    async with open_store(redis.url, lambda _: LEDGER_FALLBACKS.inc()) as one, open_store(redis.url, print) as other:
        ledger = Ledger(one)
        await ledger.mark_delivered("before")
        await redis.stop()
        known = await ledger.is_delivered("before")
        await ledger.mark_delivered("meanwhile")
        alone = (ledger.is_uncertain, await ledger.is_shared(), await one.hold("s", "a", 60))
        await redis.start()
        async with asyncio.timeout(10):
            while not await ledger.is_shared():  # noqa: ASYNC110  it finds out by being asked
                await asyncio.sleep(0.05)
        await ledger.mark_delivered("after")

        assert known
        assert alone == (True, False, Hold.TAKEN)
        assert ledger.is_uncertain, "the other may have done what Redis has forgotten"
        assert await ledger.is_delivered("meanwhile")
        assert await Ledger(other).is_delivered("after")
    assert fallbacks() == before + 1
    assert (log_text().count('"ledger.degraded"'), log_text().count('"ledger.recovered"')) == (1, 1)
