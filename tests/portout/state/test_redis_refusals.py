"""A Redis that refuses: it counts as away on the connection that the refusal came over, and its name is asked again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final, TypeAlias

import msgspec
import pytest
from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError

from portout.state.fallback_store import open_store
from portout.state.redis_store import RedisStore
from portout.state.store import Store, UnavailableError
from sandbox.redis_name import RedisName, redis_name
from sandbox.redis_server import RedisServer, cluster_options, redis_server
from sandbox.slack.workspace import KEY_PREFIX
from tests.conftest import need_redis


@pytest.fixture
async def other() -> AsyncIterator[RedisServer]:
    """Another Redis server, to which the name may lead."""
    need_redis()
    async with redis_server() as server:
        yield server


@pytest.fixture
async def name(redis: RedisServer) -> AsyncIterator[RedisName]:
    """The name of Redis, which leads to the first server at first."""
    async with redis_name(redis) as name:
        yield name


async def become_replica(client: Redis, other: RedisServer) -> None:
    await client.replicaof("127.0.0.1", other.port)


async def lose_primary(client: Redis, _other: RedisServer) -> None:
    await client.config_set("replica-serve-stale-data", "no")
    await client.replicaof("127.0.0.1", 1)


async def load(client: Redis, other: RedisServer) -> None:
    """Make it load slowly what it gets from a primary; between two entries it answers."""
    async with Redis.from_url(other.url) as primary:
        await primary.config_set("repl-diskless-sync-delay", 0)
        await primary.config_set("rdbcompression", "no")  # else many entries are as small as the interval below
        await primary.mset({f"other:{number}": "x" * 1_024 for number in range(2_000)})
    await client.config_set("loading-process-events-interval-bytes", 1024)
    await client.config_set("key-load-delay", 5_000)  # microseconds
    await client.replicaof("127.0.0.1", other.port)
    async with asyncio.timeout(30):
        while True:
            try:
                await client.ping()
                await asyncio.sleep(0.05)
            except BusyLoadingError:
                return


async def demand_a_password(client: Redis, _other: RedisServer) -> None:
    await client.acl_setuser("default", enabled=False)
    await client.execute_command("CLIENT", "KILL", "SKIPME", "no", "TYPE", "normal")  # type: ignore[no-untyped-call]


async def allow_no_scripts(client: Redis, _other: RedisServer) -> None:
    await client.acl_setuser("default", enabled=True, commands=["-eval"])


async def fill_up(client: Redis, _other: RedisServer) -> None:
    await client.config_set("maxmemory", 1)


async def lack_replicas(client: Redis, _other: RedisServer) -> None:
    await client.config_set("min-replicas-to-write", 1)


Begin: TypeAlias = Callable[[Redis, RedisServer], Awaitable[None]]
"""Lets a server refuse from now on, with another one at hand."""

REFUSALS: Final[dict[str, tuple[Begin, str]]] = {
    "a replica": (become_replica, "ReadOnlyError"),
    "a replica without its primary": (lose_primary, "MasterDownError"),
    "one that loads its entries": (load, "BusyLoadingError"),
    "one with another password": (demand_a_password, "AuthenticationError"),
    "one with an ACL": (allow_no_scripts, "NoPermissionError"),
    "a full one": (fill_up, "OutOfMemoryError"),
    "one that lacks replicas": (lack_replicas, "NOREPLICAS"),
}


async def refuse(redis: RedisServer, other: RedisServer, begin: Begin) -> None:
    client = Redis.from_url(redis.url)
    try:
        await begin(client, other)
    finally:
        # It may not be possible to say goodbye.
        await client.connection_pool.disconnect()


async def is_shared_again(store: Store) -> None:
    """Return once the ledger is shared again; raise `TimeoutError` after some seconds."""
    async with asyncio.timeout(30):
        while not await store.is_shared():  # noqa: ASYNC110  each call is the check
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("begin", [begin for begin, _ in REFUSALS.values()], ids=REFUSALS)
async def test_a_refusal_leads_to_where_the_name_leads_now(
    redis: RedisServer,
    other: RedisServer,
    name: RedisName,
    log_text: Callable[[], str],
    begin: Begin,
) -> None:
    """The command itself is sent to the new server, with no time degraded; what was done may have no entry there."""
    async with open_store(name.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(other.url) as client:
        await store.hold("s", "a", 60)
        certain = not store.is_uncertain
        await refuse(redis, other, begin)
        name.server = other
        await store.hold("t", "a", 60)

        assert await client.get(f"{KEY_PREFIX}t") == b"a"
        assert (certain, store.is_uncertain) == (True, True)
    assert "ledger.degraded" not in log_text()


async def test_a_store_finds_a_redis_whose_name_changes_late(other: RedisServer, log_text: Callable[[], str]) -> None:
    """Until then it is degraded, and the log says why; then it is shared again within seconds, without a restart."""

    async def find(redis: RedisServer, begin: Begin) -> tuple[bool, bool]:
        """Return whether the store is shared before and after the refusal, once it is shared again."""
        async with redis_name(redis) as name, open_store(name.url, KEY_PREFIX, lambda _: None) as store:
            before = await store.is_shared()
            await refuse(redis, other, begin)
            after = await store.is_shared()
            name.server = other
            await is_shared_again(store)
            return before, after

    async with AsyncExitStack() as stack:
        # One after the other, because each chooses a port that is free at that time.
        servers = [await stack.enter_async_context(redis_server()) for _ in REFUSALS]
        begins = (begin for begin, _ in REFUSALS.values())
        # A store waits for seconds until it tries Redis again: all of them side by side.
        shared = await asyncio.gather(*map(find, servers, begins))

    lines = [msgspec.json.decode(line) for line in log_text().splitlines()]
    reasons = [line["reason"] for line in lines if line["event"] == "ledger.degraded"]
    assert shared == [(True, False)] * len(REFUSALS)
    assert sorted(reasons) == sorted(reason for _, reason in REFUSALS.values())


async def test_a_failover_loses_no_entry(redis: RedisServer, other: RedisServer, name: RedisName) -> None:
    """The primary becomes the replica of what was its replica: what was stored before is there, as is what comes."""
    async with (
        open_store(name.url, KEY_PREFIX, lambda _: None) as store,
        Redis.from_url(redis.url) as first,
        Redis.from_url(other.url) as second,
    ):
        await store.set("before", "1", 60)
        await first.config_set("repl-diskless-sync-delay", 0)
        await second.replicaof("127.0.0.1", redis.port)
        async with asyncio.timeout(30):
            while await second.get(f"{KEY_PREFIX}before") is None:  # noqa: ASYNC110  nothing signals it
                await asyncio.sleep(0.05)
        await second.replicaof("NO", "ONE")
        await first.replicaof("127.0.0.1", other.port)
        name.server = other
        await store.set("after", "2", 60)

        assert [await store.get(key) for key in ("before", "after")] == ["1", "2"]
        assert await second.get(f"{KEY_PREFIX}after") == b"2"


async def test_a_failover_of_a_server_that_vanished_is_survived(
    redis: RedisServer, other: RedisServer, name: RedisName
) -> None:
    """It answers nothing any more, and its connections stay open, as after a lost machine."""
    async with open_store(name.url, KEY_PREFIX, lambda _: None) as store:
        await store.set("before", "1", 60)
        redis.pause()
        name.server = other
        await store.set("after", "2", 60)

        assert await store.get("after") == "2"


async def test_all_who_wait_get_the_reason(redis: RedisServer) -> None:
    """Those whose commands are in the batch that was refused, and those whose commands would have come next."""
    store = RedisStore(redis.url, KEY_PREFIX)
    async with Redis.from_url(redis.url) as client:
        await client.config_set("maxmemory", 1)
    writing = [asyncio.create_task(store.set(str(number), "x", 60)) for number in range(1_200)]
    results = await asyncio.gather(*writing, return_exceptions=True)
    await store.close()

    assert {(type(result), str(result)) for result in results} == {(UnavailableError, "OutOfMemoryError")}


@pytest.mark.parametrize("slots", [0, 8192, 16384], ids=["no slots", "half of the slots", "all slots"])
async def test_a_cluster_is_named(log_text: Callable[[], str], slots: int) -> None:
    """At the start, whatever part of the slots the server of the address has; and the bot goes on in its memory."""
    need_redis()
    async with redis_server(*cluster_options()) as server:
        async with Redis.from_url(server.url) as client:
            if slots:
                await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, slots - 1)  # type: ignore[no-untyped-call]
                async with asyncio.timeout(30):
                    while b"cluster_state:ok" not in await client.execute_command("CLUSTER", "INFO"):  # type: ignore[no-untyped-call]  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
        reasons: list[str] = []
        async with open_store(server.url, KEY_PREFIX, reasons.append) as store:
            is_shared = await store.is_shared()
            await store.set("k", "1", 60)

            assert (is_shared, await store.get("k")) == (False, "1")
    assert reasons == ["a Redis Cluster is not supported"]
    assert log_text().count("a Redis Cluster is not supported") == 1


async def test_a_check_leaves_nothing(redis: RedisServer) -> None:
    """No entry but the epoch, which every process needs."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        assert await store.is_shared()
        assert await client.keys() == [f"{KEY_PREFIX}epoch".encode()]
