"""The metrics that a scrape shows, in a process in which nothing else has happened."""

import asyncio
import re

import aiohttp
from prometheus_client import generate_latest

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.slack.payloads import command, event_callback
from sandbox.slack.sender import SignedSender
from tests.conftest import UNKNOWN_ID, Environment


async def scraped(session: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """The value of every series."""
    async with session.get(f"{url}/metrics") as page:
        return series_of(await page.text())


def series_now() -> dict[str, float]:
    """The value of every series of a bot in this process, whose page of metrics may be a second old."""
    return series_of(generate_latest().decode())


def series_of(text: str) -> dict[str, float]:
    """The values of the series on a page of metrics."""
    return {name: float(value) for name, value in re.findall(r"^(portout_\S+) (\S+)$", text, re.MULTILINE)}


async def test_a_scrape_shows_what_was_done(environment: Environment) -> None:
    """Look-ups by surface and outcome, calls by outcome, cache hits; no label has an id or a person."""
    names = environment.telnyx.samples.names
    failing = "00000000-0000-4000-8000-000000000503"
    environment.telnyx.script.always(faults.status(503), key=failing)
    alert = {"type": "message", "bot_id": "B0MONITOR", "channel": "C0ALERTS", "ts": "1795000000.1"}
    bot = BotProcess(environment.bot_variables(ALERT_CHANNELS="C0ALERTS", ALLOWED_USERS="U0ALICE"))
    async with aiohttp.ClientSession() as session:
        await bot.start()
        try:
            sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
            for typed in (names["pending"], names["pending"], UNKNOWN_ID, failing):
                await sender.command(command(typed, response_url=environment.response_url()))
            await sender.command(command(names["ported"], response_url=environment.response_url(), user="U0BOB"))
            await sender.event(alert | {"text": names["ported"]}, retry_num=1)
            silent = event_callback(alert | {"ts": "1795000001.1", "text": UNKNOWN_ID})
            for _ in range(2):
                await sender.event_callback(silent, 0, None)
            series = await scraped(session, bot.url)
        finally:
            await bot.kill()

    expected = {
        'portout_lookups_total{outcome="found",surface="command"}': 2,
        'portout_lookups_total{outcome="not_found",surface="command"}': 1,
        'portout_lookups_total{outcome="upstream",surface="command"}': 1,
        'portout_lookups_total{outcome="found",surface="alert"}': 1,
        'portout_lookups_total{outcome="not_found",surface="alert"}': 1,
        'portout_refusals_total{reason="not_allowed",surface="command"}': 1,
        "portout_alerts_silent_total": 1,
        "portout_redeliveries_total": 1,
        "portout_duplicates_total": 1,
        "portout_command_seconds_count": 4,
        'portout_telnyx_call_seconds_count{outcome="found",resource="event"}': 2,
        'portout_telnyx_call_seconds_count{outcome="upstream",resource="event"}': 1,
        'portout_telnyx_call_seconds_count{outcome="refused",resource="order"}': 0,
        "portout_bugs_total": 0,
        'portout_cache_hits_total{resource="event"}': 2,
        'portout_slack_call_seconds_count{method="chat_postMessage",outcome="ok"}': 1,
        "portout_ledger_fallbacks_total": 0,
    }
    assert {name: series.get(name) for name in expected} == expected
    (build,) = (name for name in series if name.startswith("portout_build_info"))
    assert re.fullmatch(r'portout_build_info\{code="[0-9a-f]{12}",python="[0-9.]+"\}', build)
    assert not [name for name in series if UNKNOWN_ID in name or "U0" in name or "C0" in name]


async def test_requests_in_flight_are_counted(environment: Environment) -> None:
    """Requests that wait for Telnyx, and follow-ups."""
    answered = asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(answered), key=event_id)
    async with environment.bot() as bot:
        before = series_now()
        url = environment.response_url()
        command_task = asyncio.create_task(bot.command(event_id, response_url=url))
        await environment.telnyx.called(event_id)
        during = series_now()
        await command_task
        after_ack = series_now()
        answered.set()
        await environment.slack.response(url)

    assert [series["portout_in_flight"] for series in (before, during, after_ack)] == [0, 1, 1]


async def test_an_alert_in_work_is_counted(environment: Environment) -> None:
    """Also after the 503 of its delivery; and so are the look-ups of alerts that get no reply."""
    environment.telnyx.script.always(faults.status(401))
    taken = asyncio.Event()
    environment.slack.script.always(faults.held(taken), key="chat.postMessage")
    alert = {"type": "message", "bot_id": "B0MONITOR", "channel": "C0ALERTS", "ts": "1795000000.1"}
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        before = series_now()
        await bot.sender.event(alert | {"text": UNKNOWN_ID})
        refused = series_now()
        environment.telnyx.script.reset()
        callback = event_callback(alert | {"ts": "1795000001.1", "text": environment.telnyx.samples.names["pending"]})
        answer = await bot.sender.event_callback(callback, 0, None)
        during = series_now()
        taken.set()

    name = 'portout_lookups_total{outcome="refused",surface="alert"}'
    assert (answer.status, during["portout_in_flight"]) == (503, 1)
    assert refused[name] == before.get(name, 0) + 1
