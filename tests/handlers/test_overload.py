"""More requests than the bot can serve at once: they are refused, and no queue grows without limit."""

import asyncio

import aiohttp
import pytest

from bot.transport.connections import MAX_CONNECTIONS
from portout.slack.event_delivery import MAX_IN_FLIGHT
from portout.slack.responder import MAX_FOLLOW_UPS
from sandbox import faults
from sandbox.slack.payloads import button_press
from sandbox.slack.sender import SignedSender
from tests.conftest import Environment, message_of

CHANNEL = "C0ALERTS"


async def test_a_look_up_beyond_the_limit_is_answered_busy(environment: Environment) -> None:
    """At once and with a text, to a command and to a click; the look-ups under way are answered in the end."""
    release = asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(release), key=event_id)
    async with environment.bot() as bot:
        asking = [asyncio.create_task(bot.command(event_id, user=f"U{number}")) for number in range(MAX_FOLLOW_UPS)]
        await asyncio.gather(*asking)
        url = environment.response_url()
        busy = message_of(await bot.command(event_id, user="U0BOB"))
        click = button_press(
            {"type": "button", "action_id": "refresh", "value": f'{{"ids": ["{event_id}"]}}'}, response_url=url
        )
        await bot.sender.interaction(click)
        click_reply = await environment.slack.response(url)
        release.set()

    assert busy.text.startswith("Busy: ")
    assert click_reply["text"].startswith("Busy: ")
    assert sum(map(len, environment.slack.posted.values())) == MAX_FOLLOW_UPS + 1


@pytest.mark.full
async def test_an_event_beyond_the_limit_is_not_acknowledged(environment: Environment) -> None:
    """503, at once: Slack delivers it again, unless it was the last time: that one is worked on."""
    release = asyncio.Event()
    ids = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(MAX_IN_FLIGHT + 1)]
    environment.telnyx.script.always(faults.held(release))
    alerts = [
        {"type": "message", "bot_id": "B0MONITOR", "channel": CHANNEL, "ts": f"1795{number:06d}.1", "text": one}
        for number, one in enumerate(ids)
    ]
    # Their deliveries are answered with 503 while they go on being processed, so fewer connections are enough.
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS - 1)
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot, aiohttp.ClientSession(connector=connector) as session:
        # Most of them wait for a connection first.
        bot.sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret, timeout=30)
        first = await asyncio.gather(*(bot.sender.event(one) for one in alerts[:-1]))
        last = await bot.sender.event(alerts[-1])
        no_more = await bot.sender.event(alerts[-1], retry_num=3, retry_reason="http_error")
        release.set()

    assert {answer.status for answer in first} == {503}
    assert (last.status, no_more.status) == (503, 200)
    assert last.elapsed < min(answer.elapsed for answer in first)
