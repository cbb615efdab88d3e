"""A rolling update from a version whose keys in Redis had no prefix: nothing is lost, and nothing is posted twice.

Deleted together with the code for it: docs/operating.md says when.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from msgspec import Struct

from portout.cards.blockkit.blocks import Message
from portout.http_session import Proxy
from portout.slack.client import slack_session, web_client
from portout.slack.messages.pacing import Pacing
from portout.slack.messages.posts import Posts
from portout.slack.messages.threads import ThreadReplies
from portout.state.fallback_store import open_store
from portout.state.leases import Leases
from portout.state.ledger import Ledger, MessageRef, Revision
from portout.state.redis_store import UNCERTAIN_SECONDS, RedisStore
from portout.state.store import Hold
from sandbox import faults
from sandbox.redis_server import RedisServer
from sandbox.slack.workspace import BOT_ID, KEY_PREFIX
from tests.conftest import Environment
from tests.handlers.alerts.events import deleted, edited
from tests.many_alerts import CHANNELS, create_alerts, replies_per_alert

HOLD = """
redis.call('set', KEYS[2], ARGV[3], 'nx')
local owner, held = redis.call('get', KEYS[1]), 0
if not owner then held = 1 elseif owner == ARGV[1] then held = 2 end
if held > 0 then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end
return {held, redis.call('get', KEYS[2])}
"""


class OldStore(RedisStore):
    """The entries as the old version kept them: under keys without a prefix, and with an epoch that is only a name."""

    _old_epoch: bytes | None = None

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        held, epoch = await self._execute(
            "EVAL", HOLD, 2, key, "portout:epoch", owner, round(seconds * 1000), uuid4().hex
        )
        if self._old_epoch not in {None, epoch}:
            self._mark_uncertain(UNCERTAIN_SECONDS)
        self._old_epoch = epoch
        return Hold(held)


class OldBot(Struct, frozen=True):
    """A process of the old version, as far as it replies to alerts: all but its store is as it was."""

    store: OldStore
    threads: ThreadReplies

    async def reply(self, alert: dict[str, Any], *, retry_num: int = 0) -> None:
        """Reply to an alert, as at its first delivery or a later one."""
        about = MessageRef(alert["channel"], alert["ts"], alert["ts"])
        key, ledger = f"message:{about.channel}:{about.ts}", Ledger(self.store)
        async with Leases(self.store).exclusive(f"{about.channel}:{about.ts}") as lease:
            assert lease is not None
            if not await ledger.is_done(key):
                message, ids = Message("A card", ()), (alert["text"].split()[-1],)
                await self.threads.show(lease, Revision(about, about.ts), message, ids, may_exist=retry_num > 0)
                await ledger.mark_done(key)


@asynccontextmanager
async def old_bot(environment: Environment, redis: RedisServer) -> AsyncIterator[OldBot]:
    """Run a process of the old version."""
    store = OldStore(redis.url, "")
    try:
        async with slack_session(Proxy()) as session:
            slack = web_client(session, environment.slack.bot_token, f"{environment.slack_url}/api/")
            yield OldBot(store, ThreadReplies(Posts(slack, Pacing(), for_alerts=True), slack, Ledger(store), BOT_ID))
    finally:
        await store.close()


@pytest.fixture
async def old(environment: Environment, redis: RedisServer) -> AsyncIterator[OldBot]:
    """A process of the old version, which has worked before the update."""
    async with old_bot(environment, redis) as bot:
        await bot.store.hold("lease:before", "old", 15)
        yield bot


def variables(redis: RedisServer) -> dict[str, str]:
    """Return the variables of a bot of the new version."""
    return {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}


@pytest.mark.parametrize("is_old_first", [True, False], ids=["old first", "new first"])
async def test_the_old_and_the_new_version_at_one_alert_leave_one_reply(
    environment: Environment, redis: RedisServer, old: OldBot, *, is_old_first: bool
) -> None:
    """The delivery is repeated to the other version while the first post is on its way, which arrives last."""
    (one,) = create_alerts(environment, 1)
    held = asyncio.Event()
    environment.slack.script.then("chat.postMessage", faults.held(held), faults.ok())
    async with environment.bot(**variables(redis)) as new:

        async def reply_new(retry_num: int) -> None:
            await new.sender.event(one, retry_num=retry_num)

        async def reply_old(retry_num: int) -> None:
            await old.reply(one, retry_num=retry_num)

        first, second = (reply_old, reply_new) if is_old_first else (reply_new, reply_old)
        replying = asyncio.create_task(first(0))
        await environment.slack.asked("chat.postMessage")
        await second(1)
        posted_at_first = replies_per_alert(environment)
        held.set()
        await replying

        assert posted_at_first == replies_per_alert(environment) == {one["ts"]: 1}
        assert (await new.sender.event(one, retry_num=2)).status == 200
        assert environment.slack.channels.changes["chat.postMessage"] == 2


async def test_a_flood_during_the_update_gets_one_reply_each(
    environment: Environment, redis: RedisServer, old: OldBot
) -> None:
    """One process of the old version and two of the new one get all alerts at once."""
    alerts = create_alerts(environment, 100)
    async with environment.bot(**variables(redis)) as first, environment.bot(**variables(redis)) as second:

        def deliver(one: dict[str, Any]) -> list[Awaitable[object]]:
            return [old.reply(one), first.sender.event(one), second.sender.event(one)]

        await asyncio.gather(*(delivery for one in alerts for delivery in deliver(one)))

    assert replies_per_alert(environment) == {one["ts"]: 1 for one in alerts}


async def test_each_version_sees_that_the_other_runs(redis: RedisServer, old: OldBot) -> None:
    """Every process of either version then looks into the thread, also one that starts later."""
    async with AsyncExitStack() as stack:
        new = [await stack.enter_async_context(open_store(redis.url, KEY_PREFIX, lambda _: None)) for _ in range(2)]
        for store in new:
            await store.hold("lease:s", "new", 15)
        await old.store.hold("lease:s", "old", 15)

        assert [store.is_uncertain for store in (old.store, *new)] == [True, True, True]


@pytest.mark.parametrize("is_long_ago", [False, True], ids=["at once", "hours later"])
async def test_the_new_version_finds_what_the_old_one_did(
    environment: Environment,
    redis: RedisServer,
    old: OldBot,
    log_text: Callable[[], str],
    *,
    is_long_ago: bool,
) -> None:
    """A redelivered alert gets no other reply, an edit changes the reply, and a deletion deletes it.

    The old process died before it released its lease. Hours later nothing shows any more that it ran.
    """
    one, other = create_alerts(environment, 2)
    channel = one["channel"]
    await old.reply(one)
    await old.store.hold(f"lease:{channel}:{one['ts']}", "dead", 15)
    if is_long_ago:
        await old.store.delete("portout:epoch")
    named = other["text"].split()[-1]
    after = {**one, "text": f"Port-out event {named}"}
    async with environment.bot(**variables(redis)) as new:
        again = await new.sender.event(one, retry_num=1)
        after_again = replies_per_alert(environment)
        edit = await new.sender.event({**edited(one, after), "channel": channel})
        replies = list(environment.slack.channels.messages[channel])
        deletion = await new.sender.event({**deleted(after), "channel": channel})

    assert [response.status for response in (again, edit, deletion)] == [200, 200, 200]
    assert after_again == {one["ts"]: 1}
    assert [named in str(reply) for reply in replies] == [True]
    assert environment.slack.channels.messages[channel] == []
    assert environment.slack.channels.changes["chat.postMessage"] == 1
    assert "ledger.degraded" not in log_text()
