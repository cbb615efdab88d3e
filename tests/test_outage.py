"""Telnyx hangs for as long as Slack delivers alerts: each gets an honest reply, and none gets two."""

import asyncio
import random
from collections import Counter

from sandbox import faults
from sandbox.redis_server import RedisServer
from sandbox.slack.payloads import event_callback
from sandbox.slack.sender import SignedSender
from tests.amount import FULL
from tests.conftest import Environment
from tests.many_alerts import CHANNELS, add_events, alert, bots_on_one_redis, replies_per_alert

ALERTS = 500 if FULL else 60
IDS = 12  # shared, so that look-ups of 5 s, six at a time, do not take all day
# For those of Slack, which tries again at once, then after 1 and after 5 minutes: shorter and longer than a look-up.
PAUSES = ((0, 0, 1), (0, 0, 3), (0, 0, 6))
LAST_REPLY_SECONDS = 120


async def test_an_outage_of_telnyx_ends_in_honest_replies(environment: Environment, redis: RedisServer) -> None:
    """Slack delivers many alerts four times to two bots; each reply says that Telnyx did not answer, with *Refresh*."""
    ids = add_events(environment, IDS)
    alerts = [alert(ids[number % IDS], number) for number in range(ALERTS)]
    environment.telnyx.script.always(faults.held(asyncio.Event()))
    async with bots_on_one_redis(environment, redis.url, CHANNELS) as (bots, session):
        # A busy machine takes longer than Slack's 3 s; what the bots answer is what counts.
        secret = environment.slack.signing_secret
        senders = [SignedSender(session, f"{bot.url}/slack/events", secret, timeout=30) for bot in bots]

        dice = random.Random(1)

        async def deliver(number: int) -> bool:
            callback = event_callback(alerts[number])
            for retry, pause in enumerate((0, *PAUSES[number % len(PAUSES)])):
                await asyncio.sleep(pause)
                answer = await dice.choice(senders).event_callback(callback, retry, "http_error")
                if answer.retry_reason is None:
                    return True
            return False

        acknowledged = await asyncio.gather(*map(deliver, range(ALERTS)))
        async with asyncio.timeout(LAST_REPLY_SECONDS):
            for channel, count in Counter(one["channel"] for one in alerts).items():
                await environment.slack.channels.posted(channel, count)
        codes = [await bot.stop() for bot in bots]

    messages = [
        str(message["blocks"]) for channel in CHANNELS for message in environment.slack.channels.messages[channel]
    ]
    assert replies_per_alert(environment) == Counter(one["ts"] for one in alerts)
    assert all("Telnyx took too long" in message and "'refresh'" in message for message in messages)
    assert all(acknowledged), "Slack turns events off for an app that acknowledges too few"
    assert codes == [0, 0]
