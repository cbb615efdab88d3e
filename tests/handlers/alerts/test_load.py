"""Many alerts at once: one reply each, and neither users nor other channels wait for them."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from bot.transport.connections import MAX_CONNECTIONS
from handlers.message_shortcut import CALLBACK
from portout.slack.messages.pacing import MAX_ALERT_POSTS, PAUSE_SECONDS
from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.payloads import message_shortcut
from sandbox.slack.sender import SignedSender
from tests.amount import mostly_full
from tests.conftest import Environment, event_calls
from tests.handlers.alerts.events import (
    CHANNEL,
    accepted,
    alert,
    replies,
    statuses,
)
from tests.handlers.mentions import mention
from tests.many_alerts import add_events


class Gauge:
    """Counts requests. now: those being answered. most: the highest number at one time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def around(self, fault: Fault) -> Fault:
        """Return a fault that counts its requests while `fault` answers them."""

        async def counted(request: Any) -> Any:
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                return await fault(request)
            finally:
                self.now -= 1

        return counted


def _flood(environment: Environment, count: int) -> list[dict[str, Any]]:
    """Return this many alerts in one channel, each about an event of its own."""
    ids = add_events(environment, count)
    return [alert(one, ts=f"1795{number:06d}.000100") for number, one in enumerate(ids)]


@pytest.mark.parametrize("count", mostly_full([60, 300], 60))
async def test_each_of_many_alerts_is_answered_once_and_users_do_not_wait(environment: Environment, count: int) -> None:
    """Alerts at once, Telnyx at 200 ms: as many replies, one call per id, at most 10 at a time; users first."""
    ids = add_events(environment, count)
    at_a_time = Gauge()
    environment.telnyx.script.always(at_a_time.around(faults.slow(0.2)))
    alerts = [alert(one, ts=f"1795{number:06d}.000100") for number, one in enumerate(ids)]

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        flood = [asyncio.create_task(bot.sender.event(one)) for one in alerts]
        await environment.telnyx.called("", 20)
        answer = await bot.command(environment.telnyx.samples.names["ported"])
        await asyncio.gather(*flood)
        again = await asyncio.gather(*(accepted(bot, one) for one in alerts))

    assert answer.json()["text"].startswith("Ported")
    assert set(statuses(again)) == {200}
    assert Counter(reply["thread_ts"] for reply in replies(environment)) == Counter(one["ts"] for one in alerts)
    # One call for each id, and one for their common order whenever its cached result had expired.
    assert {event_calls(environment, one) for one in ids} == {1}
    assert len(environment.telnyx.calls) <= count + 1 + 4
    assert at_a_time.most <= 10


async def test_posts_to_a_channel_go_out_side_by_side(environment: Environment) -> None:
    """30 alerts in one channel: Slack has the posts of all of them before it answers the first."""
    alerts, go_on = _flood(environment, 30), asyncio.Event()
    environment.slack.script.always(faults.held(go_on), key="chat.postMessage")

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        flood = [asyncio.create_task(accepted(bot, one)) for one in alerts]
        await environment.slack.asked("chat.postMessage", len(alerts))
        assert replies(environment) == []
        go_on.set()
        await asyncio.gather(*flood)

    assert Counter(reply["thread_ts"] for reply in replies(environment)) == Counter(one["ts"] for one in alerts)


async def test_after_a_refusal_posts_to_a_channel_go_out_one_by_one(environment: Environment) -> None:
    """The posts that were under way when Slack asked for less are repeated after that time, never two at once."""
    alerts, go_on, seconds = _flood(environment, 4), asyncio.Event(), 2
    at_a_time, started_at = Gauge(), list[float]()

    async def refused(request: Any) -> Any:
        await faults.held(go_on)(request)
        return await faults.rate_limited(seconds)(request)

    async def noted(_request: Any) -> None:
        started_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0)

    environment.slack.script.then("chat.postMessage", *[refused] * len(alerts))
    environment.slack.script.always(at_a_time.around(noted), key="chat.postMessage")
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        flood = [asyncio.create_task(accepted(bot, one)) for one in alerts]
        await environment.slack.asked("chat.postMessage", len(alerts))
        refused_at = asyncio.get_running_loop().time()
        go_on.set()
        await asyncio.gather(*flood)

    assert Counter(reply["thread_ts"] for reply in replies(environment)) == Counter(one["ts"] for one in alerts)
    assert at_a_time.most == 1
    assert started_at[0] >= refused_at + seconds
    assert all(later - earlier >= 0.9 * PAUSE_SECONDS for earlier, later in pairwise(started_at))


async def test_a_rate_limited_channel_is_paced_and_delays_no_other(environment: Environment) -> None:
    """One post a second in each channel: all replies are posted once, after a first burst; other channels' at once."""
    names = add_events(environment, 20)
    environment.slack.channels.messages["C0OTHER"] = []
    environment.slack.channels.is_limited = True
    alerts = [alert(one, ts=f"1795{number:06d}.000100") for number, one in enumerate(names)]

    async with environment.bot(ALERT_CHANNELS=f"{CHANNEL},C0OTHER") as bot:
        flood = [asyncio.create_task(bot.sender.event(one)) for one in alerts]
        await environment.slack.called("chat.postMessage", 2)
        other = await bot.sender.event(alert(names[0], channel="C0OTHER"))
        await asyncio.gather(*flood)
        async with asyncio.timeout(40):
            await environment.slack.channels.posted(CHANNEL, len(alerts))

    posts = [call.body for call in environment.slack.calls if call.method == "chat.postMessage"]
    tries = Counter(post["thread_ts"] for post in posts if post["channel"] == CHANNEL)
    assert other.status == 200
    assert other.elapsed < 1
    assert len(replies(environment)) == len(alerts)
    assert max(tries.values()) <= 2, "only those that were under way when Slack asked for less are refused, once"


async def test_a_mention_does_not_wait_behind_paced_alerts(environment: Environment) -> None:
    """Slack takes one post a second there: a person's is among the next ones, however many alerts wait."""
    channels = environment.slack.channels
    channels.is_limited = True
    alerts = _flood(environment, 12)
    asked = environment.telnyx.samples.names["pending"]
    person = mention(asked, channel=CHANNEL, ts="1796000000.000100", event_ts="1796000000.000100")

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        flood = [asyncio.create_task(bot.sender.event(one)) for one in alerts]
        await channels.posted(CHANNEL, 3)
        asking = asyncio.create_task(bot.sender.event(person))
        await asyncio.gather(asking, *flood)
        async with asyncio.timeout(60):
            await channels.posted(CHANNEL, len(alerts) + 1)

    order = [message["thread_ts"] for message in channels.messages[CHANNEL]]
    assert order.index(person["ts"]) < 3 + 4


async def test_pacing_ends_when_nobody_waits(environment: Environment) -> None:
    """Slack refuses one post; once all are out, a later burst goes out at once again."""
    names = environment.telnyx.samples.names
    environment.slack.script.then("chat.postMessage", faults.rate_limited(1))
    ids = ("pending", "ported", "new comment", "rejected")
    burst = [alert(names[one], ts=f"179500000{number}.000100") for number, one in enumerate(ids)]

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        await accepted(bot, alert(names["FOC date changed"]))
        await asyncio.gather(*(accepted(bot, one) for one in burst))

    posted = sorted(environment.slack.channels.posted_at.values())
    assert posted[-1] - posted[1] < (len(burst) - 1) * PAUSE_SECONDS


@pytest.mark.parametrize("count", mostly_full([MAX_ALERT_POSTS + 50, 1_000], MAX_ALERT_POSTS + 50))
async def test_people_are_answered_while_many_alerts_are_under_way(environment: Environment, count: int) -> None:
    """Slack answers no post of an alert: as many as may be under way hold their connections, and no others."""
    names, go_on = environment.telnyx.samples.names, asyncio.Event()
    channels = [f"C0MANY{number}" for number in range(50)]
    environment.slack.channels.messages.update({channel: [] for channel in channels})
    environment.slack.script.always(faults.held(go_on), key="chat.postMessage")
    alerts = [
        alert(names["pending"], ts=f"1795{number:06d}.000100", channel=channels[number % 50]) for number in range(count)
    ]

    # Some connections of the bot stay free for people.
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS - 10)
    async with (
        environment.bot(ALERT_CHANNELS=",".join(channels)) as bot,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
        flood = [asyncio.create_task(sender.event(one)) for one in alerts]
        await environment.slack.asked("chat.postMessage", MAX_ALERT_POSTS)
        environment.slack.script.reset()
        url = environment.response_url()
        shortcut = message_shortcut(CALLBACK, {"ts": "1.2", "text": names["ported"]}, response_url=url)
        await bot.sender.interaction(shortcut)
        private = await environment.slack.response(url, timeout=30)
        asked = await bot.sender.event(mention(names["ported"]))
        go_on.set()
        await asyncio.gather(*flood)

    assert private["text"].startswith("Ported")
    assert asked.status == 200
    assert len(environment.slack.channels.messages["C0DESK"]) == 1
