"""One bot under load: nothing is lost, posted twice or left in memory."""

import asyncio
import random
from collections import Counter
from typing import Any

import aiohttp
import pytest

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.slack.payloads import command
from sandbox.slack.sender import SignedSender
from tests.amount import mostly_full
from tests.conftest import Environment, message_of
from tests.many_alerts import CHANNELS, create_alerts, deliver, replies_per_alert


async def test_a_rate_limit_of_slack_costs_time_and_nothing_else(environment: Environment) -> None:
    """Half of the posts are answered 429 with `Retry-After: 1`: all are placed, none twice, none too early.

    But for those that were under way with a channel's first refusal: posts go out side by side until then.
    """
    alerts = create_alerts(environment, 30)
    dice = random.Random(7)
    refused_until: dict[str, float] = {}
    refusals: Counter[str] = Counter()
    early: list[int] = []

    async def limited(request: Any) -> Any:
        form = await request.post()
        body = dict(form) or await request.json()
        now = asyncio.get_running_loop().time()
        if now < refused_until.get(body["channel"], 0):
            early.append(refusals[body["channel"]])
        if dice.random() < 0.5:
            refusals[body["channel"]] += now >= refused_until.get(body["channel"], 0)
            refused_until[body["channel"]] = now + 0.95
            return await faults.rate_limited(retry_after=1)(request)
        return None

    environment.slack.script.always(limited, key="chat.postMessage")
    async with environment.bot(ALERT_CHANNELS=",".join(CHANNELS)) as bot:
        await asyncio.gather(*(deliver([bot.sender], one, (0, 6, 10)) for one in alerts))

    assert replies_per_alert(environment) == Counter(one["ts"] for one in alerts)
    assert set(early) <= {1}
    assert len(early) <= len(alerts) - len(CHANNELS)


async def test_one_slow_channel_delays_no_other(environment: Environment) -> None:
    """Slack is slow with one channel's posts; the other channels have theirs at once."""
    alerts = create_alerts(environment, 50)
    release, slow = asyncio.Event(), CHANNELS[1]

    async def hold(request: Any) -> None:
        body = dict(await request.post()) or await request.json()
        if body["channel"] == slow:
            await release.wait()

    environment.slack.script.always(hold, key="chat.postMessage")
    async with environment.bot(ALERT_CHANNELS=",".join(CHANNELS)) as bot:
        posting = [asyncio.create_task(deliver([bot.sender], one)) for one in alerts]
        others = [one for one in alerts if one["channel"] != slow]
        async with asyncio.timeout(10):
            while sum(replies_per_alert(environment).values()) < len(others):  # noqa: ASYNC110  replies arrive in many channels
                await asyncio.sleep(0.02)
        at_first = replies_per_alert(environment)
        release.set()
        await asyncio.gather(*posting)

    assert at_first == Counter(one["ts"] for one in others)
    assert replies_per_alert(environment) == Counter(one["ts"] for one in alerts)


@pytest.mark.parametrize(("people", "mebibytes"), mostly_full([(50, 2.5), (1_000, 5)], (50, 2.5)))
async def test_commands_leave_no_memory_behind(environment: Environment, people: int, mebibytes: float) -> None:
    """After the first thousand, memory grows by less than 2.5 MiB with 1,000 more, and than 5 MiB with 20,000 more."""
    ids = list(environment.telnyx.samples.names.values())
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        try:
            sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret, timeout=30)

            async def person(number: int, times: int) -> None:
                for turn in range(times):
                    typed = command(ids[turn % len(ids)], response_url="https://hooks.slack.com/x", user=f"U{number}")
                    assert (await sender.command(typed)).status == 200

            async def load(first: int, count: int) -> None:
                for start in range(first, first + count, 50):
                    await asyncio.gather(*(person(number, 20) for number in range(start, start + 50)))

            await load(0, 50)
            before = bot.resident_bytes
            await load(50, people)
            growth = bot.resident_bytes - before
        finally:
            await bot.kill()

    assert growth < mebibytes * 2**20


async def test_a_stop_in_the_middle_of_fifty_slow_look_ups_answers_them_all(environment: Environment) -> None:
    """After SIGTERM all users get their cards, and the exit code is 0."""
    events = create_alerts(environment, 50)
    environment.telnyx.script.always(faults.slow(1))
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
        urls = [environment.response_url() for _ in events]
        typed = [
            command(one["text"], response_url=url, user=f"U{number}")
            for number, (one, url) in enumerate(zip(events, urls, strict=True))
        ]
        asking = [asyncio.create_task(sender.command(one)) for one in typed]
        await environment.telnyx.called("", 10)
        stopping = asyncio.create_task(bot.stop())
        answers = [message_of(answer).text for answer in await asyncio.gather(*asking)]
        late = [url for url, text in zip(urls, answers, strict=True) if "Still looking up" in text]
        cards = [text for text in answers if "Still looking up" not in text]
        messages = await asyncio.gather(*(environment.slack.response(url, timeout=25) for url in late))
        cards += [message["text"] for message in messages]
        code = await stopping

    assert len(late) > 20
    states = ("Waiting for your answer (pending)", "State now not known · was pending at the event")
    assert [card.startswith(states) for card in cards] == [True] * 50
    assert code == 0
