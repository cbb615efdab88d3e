"""Entries that are not as the bot writes them: they count as absent, cost nothing else, and are logged once."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from redis.asyncio import Redis

from portout.state.fallback_store import open_store
from portout.state.ledger import Ledger, MessageRef, PostedReply, Revision
from portout.state.store import Hold
from sandbox.redis_server import RedisServer
from sandbox.slack.workspace import KEY_PREFIX
from tests.amount import examples

ABOUT: Final = MessageRef("C1", "1.0", "1.0")
REPLY: Final = PostedReply(MessageRef("C1", "2.0", "1.0"), ("a", "b"))

READERS: Final[dict[str, Callable[[Ledger], Awaitable[object]]]] = {
    "delivered:d": lambda ledger: ledger.is_done("d"),
    "last:d": lambda ledger: ledger.is_last("d"),
    "latest:C1:1.0": lambda ledger: ledger.is_outdated(Revision(ABOUT, "0.5")),
    "reply:C1:1.0": lambda ledger: ledger.reply(ABOUT),
}
"""The read of each kind of entry; it returns something false where there is none."""

texts = st.text(max_size=30).map(str.encode)
numbers = (st.integers() | st.floats()).map(lambda number: str(number).encode())
places = st.fixed_dictionaries(
    {"channel": st.sampled_from(["C1", "C2"]), "ts": st.sampled_from(["2.0", "2", "-1.0", "1e5", "2.0\n", ""])}
    | {"thread_ts": st.sampled_from(["1.0", "x"])}
)
replies = st.fixed_dictionaries({"place": places, "ids": st.lists(st.text(max_size=3), max_size=2)})
odd_replies = st.dictionaries(st.sampled_from(["place", "ids"]), st.none() | st.integers() | places)
values = st.binary(max_size=30) | texts | numbers | (replies | odd_replies).map(msgspec.json.encode)


@examples(300, HealthCheck.function_scoped_fixture)
@given(value=values)
async def test_no_entry_fails_a_read(redis: RedisServer, value: bytes) -> None:
    """Whatever it holds; and a reply is in the channel of its message, at a place that Slack can have."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        ledger = Ledger(store)
        for key, read in READERS.items():
            await client.set(KEY_PREFIX + key, value)
            await read(ledger)
        await client.set(f"{KEY_PREFIX}click:b", value)
        await ledger.claim_click("b", 100.0, 2)
        await ledger.record_event(Revision(ABOUT, "1.0"))
        reply = await ledger.reply(ABOUT)

        assert reply is None or (reply.place.channel, reply.place.ts) == ("C1", "2.0")
        assert not store.is_uncertain


@pytest.mark.parametrize("value", [b"\xff\xfe", b"nan", b"{}", b"true"], ids=ascii)
async def test_an_unreadable_entry_counts_as_absent(
    redis: RedisServer, log_text: Callable[[], str], value: bytes
) -> None:
    """The log shows it once for each kind of entry, however often it is read; what is written afterwards counts."""
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store, Redis.from_url(redis.url) as client:
        ledger = Ledger(store)
        for key in READERS:
            await client.set(KEY_PREFIX + key, value)
        await client.set(f"{KEY_PREFIX}click:b", value)
        found = [await read(ledger) for read in READERS.values() for _ in range(3)]
        clicks = [await ledger.claim_click("b", at, 2) for at in (100.0, 100.5)]
        await ledger.record_event(Revision(ABOUT, "1.0"))
        outdated = await ledger.is_outdated(Revision(ABOUT, "0.5"))
        await ledger.save_reply(ABOUT, REPLY)

        assert not any(found)
        assert clicks == [True, False]
        assert outdated
        assert await ledger.reply(ABOUT) == REPLY
    lines = [msgspec.json.decode(line) for line in log_text().splitlines()]
    assert sorted(line["entry"] for line in lines if line["event"] == "ledger.unreadable") == [
        *("click", "delivered", "last", "latest", "reply")
    ]


async def test_an_entry_of_another_type_counts_as_absent(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """Redis refuses to read a list as a text; this is no failure of Redis, and the next entry replaces it."""
    async with Redis.from_url(redis.url) as client:
        for key in (*READERS, "click:b", "s"):
            await client.lpush(KEY_PREFIX + key, "x")
    async with open_store(redis.url, KEY_PREFIX, lambda _: None) as store:
        ledger = Ledger(store)
        found = [await read(ledger) for read in READERS.values()]
        held = [await store.hold("s", owner, 60) for owner in ("mine", "other", "mine")]

        assert not any(found)
        assert held == [Hold.ACQUIRED, Hold.HELD_BY_OTHER, Hold.RENEWED]
        assert [await ledger.claim_click("b", at, 2) for at in (100.0, 100.5)] == [True, False]
        assert not store.is_uncertain
    assert "ledger.degraded" not in log_text()
