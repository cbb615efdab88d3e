"""The metrics that a scrape shows, in a process in which nothing else has happened."""

import asyncio
import re
from collections.abc import Callable, Iterator

import aiohttp
import msgspec
from prometheus_client import generate_latest

from bot import __version__
from sandbox import faults
from sandbox.bot_process import ROOT, BotProcess
from sandbox.slack.payloads import command, event_callback
from sandbox.slack.sender import SignedSender
from tests.conftest import UNKNOWN_ID, Environment
from tests.prometheus_rules import rules


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
            at_start = await scraped(session, bot.url)
            sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
            for typed in (names["pending"], names["pending"], UNKNOWN_ID, failing):
                await sender.command(command(typed, response_url=environment.response_url()))
            await sender.command(command(names["ported"], response_url=environment.response_url(), user="U0BOB"))
            await sender.event(alert | {"text": names["ported"]}, retry_num=1)
            silent = event_callback(alert | {"ts": "1795000001.1", "text": UNKNOWN_ID})
            for _ in range(2):
                await sender.event_callback(silent, 0, None)
            await session.post(f"{bot.url}/slack/events", data=b"{}")
            await new_page(session, bot.url, at_start)
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
        'portout_telnyx_call_duration_seconds_count{resource="event"}': 4,
        'portout_slack_call_seconds_count{method="chat_postMessage",outcome="ok"}': 1,
        'portout_slack_call_duration_seconds_count{method="chat_postMessage"}': 1,
        "portout_ledger_fallbacks_total": 0,
    }
    assert {name: series.get(name) for name in expected} == expected
    (build,) = (name for name in series if name.startswith("portout_build_info"))
    labels = rf'code="[0-9a-f]{{12}}",python="[0-9.]+",version="{re.escape(__version__)}"'
    assert re.fullmatch(rf"portout_build_info\{{{labels}\}}", build)
    assert set(at_start) == set(series)
    assert not [name for name in series if UNKNOWN_ID in name or "U0" in name or "C0" in name]


async def new_page(session: aiohttp.ClientSession, url: str, old: dict[str, float]) -> None:
    """Wait until the page of metrics is made again."""
    async with asyncio.timeout(10):
        while await scraped(session, url) == old:
            pass


def test_expressions_are_read_as_prometheus_reads_them() -> None:
    """The series that an expression selects, without functions and labels that group."""
    expression = 'sum by (reason) (rate(a_total{x="1", y=~"b|c", z!="d"}[5m])) / time() - b_seconds > 0.5'

    assert list(selectors(expression, {"a_total", "b_seconds"})) == [
        ("a_total", [("x", "=", "1"), ("y", "=~", "b|c"), ("z", "!=", "d")]),
        ("b_seconds", []),
    ]


async def test_every_series_of_a_panel_or_an_alert_exists_from_the_start(environment: Environment) -> None:
    """With 0: `rate` does not see a series that begins with its first failure."""
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        try:
            async with session.get(f"{bot.url}/metrics") as page:
                text = await page.text()
            assert len(text) < 50_000
        finally:
            await bot.kill()
    series = [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels))) for name, labels in SERIES.findall(text)]
    wanted = [one for expression in expressions() for one in selectors(expression, {name for name, _ in series})]

    assert len(wanted) > 30
    assert [one for one in wanted if not any(selects(one, name, labels) for name, labels in series)] == []
    named = {name for expression in expressions() for name in re.findall(r"\b(?:portout|process)_\w+", expression)}
    grouped = {
        label for expression in expressions() for label in re.findall(r"\w+", " ".join(GROUPS.findall(expression)))
    }
    assert named <= {name for name, _ in series}
    assert grouped <= {"instance", "job", *(label for _, labels in series for label in labels)}


def test_the_buckets_are_those_of_the_documents() -> None:
    """Of the durations of calls, and of commands."""
    text = (ROOT / "docs/operating.md").read_text()
    page = generate_latest().decode()
    calls = set(re.findall(r'portout_(?:telnyx|slack)_call_duration_seconds_bucket\{le="([^"]+)"', page))
    commands = re.findall(r'portout_command_seconds_bucket\{le="([^"]+)"', page)

    assert sorted(map(float, calls)) == [0.2, 1, 5, float("inf")]
    assert "Buckets of the durations of calls end at 0.2, 1 and 5 s" in text
    assert f"Those of commands go from {commands[0]} to {float(commands[-2]):g} s" in text


GROUPS = re.compile(r"\b(?:by|on|without|ignoring) ?\(([^)]*)\)")
SERIES = re.compile(r"^(\w+)(\{.*\})? \S+$", re.MULTILINE)


def expressions() -> list[str]:
    """Return the expressions of the dashboard and of the alerts."""
    dashboard = msgspec.json.decode((ROOT / "docs/grafana.json").read_bytes())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = [rule.expr for rule in rules()]
    assert len(panels) > 20
    assert len(alerts) > 20
    return [*panels, *alerts]


def selectors(expression: str, names: set[str]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield the metrics that an expression names, each with its conditions on labels."""
    for name, conditions in re.findall(r"\b(\w+)(?:\{(.*?)\})?", expression):
        if name in names:
            yield name, re.findall(r'(\w+)(=~|!~|!=|=)"(.*?)"', conditions)


def selects(selector: tuple[str, list[tuple[str, str, str]]], name: str, labels: dict[str, str]) -> bool:
    """Return whether a selector selects a series, as Prometheus would."""
    wanted, conditions = selector
    tests: dict[str, Callable[[str, str], bool]] = {
        "=": lambda value, given: value == given,
        "!=": lambda value, given: value != given,
        "=~": lambda value, given: bool(re.fullmatch(given, value)),
        "!~": lambda value, given: not re.fullmatch(given, value),
    }
    return name == wanted and all(tests[sign](labels.get(label, ""), given) for label, sign, given in conditions)


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
