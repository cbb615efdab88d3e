"""A Redis that others use, too: another app has entries of its own, and nobody's entry moves an edit."""

from collections.abc import AsyncIterator, Callable
from itertools import chain

import msgspec
import pytest
from redis.asyncio import Redis

from sandbox.redis_server import RedisServer
from sandbox.serve import serve
from sandbox.slack.server import SlackSandbox
from sandbox.slack.workspace import KEY_PREFIX, Installation
from tests.conftest import Environment, message_of
from tests.handlers.alerts.events import edited
from tests.handlers.button_clicks import buttons, click
from tests.handlers.mentions import mention
from tests.many_alerts import CHANNELS, create_alerts, replies_per_alert


@pytest.fixture
async def other(environment: Environment, workspaces: list[SlackSandbox]) -> AsyncIterator[Environment]:
    """The same Telnyx, and the workspace of another company, which shares the channels with the first."""
    slack = SlackSandbox()
    slack.installation = Installation(team_id="T0OTHER")
    workspaces.append(slack)
    async with serve(slack.app()) as slack_url:
        yield Environment(environment.telnyx, slack, environment.telnyx_url, slack_url)


async def test_two_apps_on_one_redis_both_answer(
    environment: Environment, other: Environment, redis: RedisServer
) -> None:
    """The same messages reach both: neither takes the other's work, or its lease, for its own."""
    alerts = create_alerts(environment, 5)
    create_alerts(other, 5)
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": ",".join(CHANNELS)}
    async with environment.bot(**settings) as bot, other.bot(**settings) as other_bot:
        for one in alerts:
            responses = [await each.sender.event(one) for each in (bot, other_bot)]
            assert [response.status for response in responses] == [200, 200]

    assert replies_per_alert(environment) == replies_per_alert(other) == {one["ts"]: 1 for one in alerts}


async def test_all_keys_begin_with_the_identity_of_the_app(environment: Environment, redis: RedisServer) -> None:
    """Entries of alerts, signatures and the epoch; `/readyz` leaves nothing, and nothing stands beside them."""
    (one,) = create_alerts(environment, 1)
    async with (
        environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=one["channel"]) as bot,
        Redis.from_url(redis.url, decode_responses=True) as client,
    ):
        await bot.sender.event(one)
        await bot.get("/readyz")
        keys = [key async for key in client.scan_iter()]

    assert {key.removeprefix(KEY_PREFIX).partition(":")[0] for key in keys} == {
        *("delivered", "reply", "latest", "epoch", "signature")
    }


async def test_the_ledger_holds_ids_and_timestamps(environment: Environment, redis: RedisServer) -> None:
    """After a command, its buttons, a mention and an alert: no number, name or text; for a day, the epoch for ever."""
    (one,) = create_alerts(environment, 1)
    named = one["text"].split()[-1]
    payload = environment.telnyx.samples.events[named]["payload"]
    async with (
        environment.bot(REDIS_URL=redis.url, ALERT_CHANNELS=one["channel"]) as bot,
        Redis.from_url(redis.url, decode_responses=True) as client,
    ):
        await bot.sender.event(one)
        await bot.sender.event(mention(named))
        offered = buttons(message_of(await bot.command(named)))
        await (await click(bot, offered["post"])).reply()
        await (await click(bot, offered["refresh"])).reply()
        entries = {key: str(await client.get(key)) async for key in client.scan_iter()}
        seconds = {key: await client.ttl(key) for key in entries}

    kinds = {key.removeprefix(KEY_PREFIX).partition(":")[0] for key in entries}
    assert kinds >= {"delivered", "reply", "latest", "click", "signature"}
    everything = " ".join(chain.from_iterable(entries.items()))
    private = [*payload["phone_numbers"], payload["subscriber_name"], payload["carrier_name"], one["text"]]
    assert not [text for text in private if text in everything]
    assert [key for key, left in seconds.items() if not 0 <= left <= 24 * 3600] == [f"{KEY_PREFIX}epoch"]


async def test_a_changed_entry_moves_no_edit_to_another_channel(
    environment: Environment, redis: RedisServer, log_text: Callable[[], str]
) -> None:
    """The entry of a reply names the reply in another channel: the bot finds its own in the thread instead."""
    first, second = create_alerts(environment, 2)
    own, others = (f"{KEY_PREFIX}reply:{one['channel']}:{one['ts']}" for one in (first, second))
    settings = {"REDIS_URL": redis.url, "ALERT_CHANNELS": f"{first['channel']},{second['channel']}"}
    async with environment.bot(**settings) as bot, Redis.from_url(redis.url) as client:
        for one in (first, second):
            await bot.sender.event(one)
        await client.copy(others, own, replace=True)
        elsewhere = msgspec.json.encode(environment.slack.channels.messages[second["channel"]])
        named = second["text"].split()[-1]
        edit = edited(first, {**first, "text": f"Port-out event {named}"})
        response = await bot.sender.event({**edit, "channel": first["channel"]})

    messages = environment.slack.channels.messages
    assert response.status == 200
    assert named in str(messages[first["channel"]])
    assert msgspec.json.encode(messages[second["channel"]]) == elsewhere
    assert replies_per_alert(environment) == {one["ts"]: 1 for one in (first, second)}
    assert log_text().count('"ledger.unreadable"') == 1
