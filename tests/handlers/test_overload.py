"""More than can be done at once: told so plainly, and nothing grows without bound."""

import asyncio

from portout.slack.event_delivery import MAX_UNDER_WAY
from portout.slack.responder import MAX_FOLLOW_UPS
from sandbox import faults
from sandbox.slack.payloads import button_press
from sandbox.slack.sender import SignedSender
from tests.conftest import Bot, Environment, message_of

CHANNEL = "C0ALERTS"


def patient(bot: Bot) -> SignedSender:
    """So many at once take this one process, which is everybody, longer than Slack waits."""
    return SignedSender(bot.session, f"{bot.url}/slack/events", bot.environment.slack.signing_secret, timeout=30)


async def test_people_are_told_that_the_bot_is_busy(environment: Environment) -> None:
    """The look-up too many is answered at once, in words; those under way are answered in the end."""
    held = asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(held), key=event_id)
    async with environment.bot() as bot:
        bot.sender = patient(bot)
        asking = [asyncio.create_task(bot.command(event_id, user=f"U{number}")) for number in range(MAX_FOLLOW_UPS)]
        await asyncio.gather(*asking)
        url = environment.response_url()
        busy = message_of(await bot.command(event_id, user="U0BOB"))
        press = button_press(
            {"type": "button", "action_id": "refresh", "value": f'{{"ids": ["{event_id}"]}}'}, response_url=url
        )
        await bot.sender.interaction(press)
        pressed = await environment.slack.response(url)
        held.set()

    assert busy.text.startswith("Busy: ")
    assert pressed["text"].startswith("Busy: ")
    assert sum(len(posted) for posted in environment.slack.posted.values()) == MAX_FOLLOW_UPS + 1


async def test_events_too_many_are_left_with_slack(environment: Environment) -> None:
    """503: Slack keeps them and comes again; a person is still answered."""
    held = asyncio.Event()
    ids = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(MAX_UNDER_WAY + 1)]
    environment.telnyx.script.always(faults.held(held))
    posted = [
        {"type": "message", "bot_id": "B0MONITOR", "channel": CHANNEL, "ts": f"1795{number:06d}.1", "text": one}
        for number, one in enumerate(ids)
    ]
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        bot.sender = patient(bot)
        first = await asyncio.gather(*(bot.sender.event(one) for one in posted[:-1]))
        last = await bot.sender.event(posted[-1])
        held.set()

    assert {answer.status for answer in first} == {503}
    assert last.status == 503
    assert last.elapsed < min(answer.elapsed for answer in first)
