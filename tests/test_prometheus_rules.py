"""The alerts of docs/prometheus-rules.yaml fire when they have to, have a runbook, and leave a healthy bot alone."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from sandbox.bot_process import BotProcess
from tests.conftest import Environment
from tests.prometheus_rules import ROOT, RULES_FILE, Rule, alert_of, need_promtool, promtool, rules

RUNBOOKS = (ROOT / "docs/runbooks.md").read_text()
PARTS = ("**What people see.**", "**What to look at.**", "**What to do.**")
INSTANCE = 'job="portout",instance="a:3000"'
BUILD = f'portout_build_info{{{INSTANCE},code="1",python="3"}}'
DAY = 24 * 60


class Case(Struct, frozen=True):
    """Two runs of series, a value each minute, as promtool writes them: an alert fires in one and not in the other.

    minutes: when it is looked for. labels: of the alert that fires, but for its severity.
    """

    fires: Mapping[str, str]
    quiet: Mapping[str, str]
    minutes: int = 30
    labels: Mapping[str, str] = {}


def counted(series: str) -> Case:
    """Return the case of a counter that is counted up once, or stays at what it was."""
    return Case({series: "0x21 1x20"}, {series: "1x40"})


def degraded(*reasons: str) -> Case:
    """Return the case of a reason to be degraded in one of two instances; others are another alert's."""
    all_reasons = ("clock", "ledger", "log", "slack", "socket", "token", "watch")
    others = [reason for reason in all_reasons if reason not in reasons]
    series = 'portout_degraded{{instance="{}",reason="{}"}}'
    fires = {series.format("a", reasons[-1]): "0x9 1+0x30", series.format("b", reasons[-1]): "0x40"}
    return Case(fires, {series.format("a", reason): "1+0x40" for reason in others})


def gauge(series: str, fires: str, quiet: str, build: dict[str, str]) -> Case:
    """Return the case of a metric that every process on a machine may have: it counts for an instance of the bot."""
    named = f"{series}{{{INSTANCE}}}"
    other = f'{series}{{job="other",instance="b:9000"}}'
    return Case(
        build | {named: fires}, build | {named: quiet, other: fires}, 60, {"job": "portout", "instance": "a:3000"}
    )


def commands(*, slow: int) -> dict[str, str]:
    """Return the series of 100 commands a minute. slow: how many of them take 2 to 3 s."""
    counts = {"2": 100 - slow, "3": 100, "+Inf": 100}
    return {f'portout_command_seconds_bucket{{le="{limit}"}}': f"0+{count}x60" for limit, count in counts.items()}


TELNYX = 'portout_telnyx_call_seconds_count{{resource="news",outcome="{}"}}'
REJECTED = 'portout_http_rejected_total{{reason="{}"}}'
REMINDERS = 'portout_watch_reminders_total{{hours="{}"}}'
POSTS = 'portout_slack_call_seconds_count{{method="{}",outcome="{}"}}'
UP = {BUILD: "1+0x100"}

CASES = {
    "PortoutNoInstanceIsUp": Case({BUILD: "1x9 _x30"}, UP, labels={}),
    "PortoutAnInstanceKeepsRestarting": gauge("process_start_time_seconds", "1x40 2x5 3x5 4x9", "1x40 2x20", UP),
    "PortoutTwoVersionsRun": Case(UP | {BUILD.replace("1", "2"): "1+0x100"}, UP | {BUILD: "1+0x100"}, 60),
    "PortoutTelnyxRefusesTheKey": counted(TELNYX.format("refused")),
    "PortoutTelnyxFailsOrIsSlow": Case(
        {TELNYX.format("found"): "0+4x60", TELNYX.format("timeout"): "0+3x60", TELNYX.format("upstream"): "0+2x60"},
        {TELNYX.format("found"): "0+6x60", TELNYX.format("timeout"): "0+3x60", TELNYX.format("refused"): "0+9x60"},
    ),
    "PortoutTelnyxLimitsTheRate": Case(
        {TELNYX.format("rate_limited"): "0+1x40"}, {TELNYX.format("rate_limited"): "0x25 1x10"}
    ),
    "PortoutAProxyAnswersInsteadOfTelnyx": counted(TELNYX.format("intermediary")),
    "PortoutAnswersOfTelnyxCannotBeRead": counted(TELNYX.format("unreadable")),
    "PortoutNothingIsWatched": Case(
        {'portout_watch_age_seconds{instance="a"}': "0+60x60", 'portout_watch_age_seconds{instance="b"}': "9+60x60"},
        {'portout_watch_age_seconds{instance="a"}': "0+60x60", 'portout_watch_age_seconds{instance="b"}': "60+0x60"},
    ),
    "PortoutAPortOutIsNearItsDeadline": Case(
        {REMINDERS.format("20"): "0x25 1+0x10"}, {REMINDERS.format("12"): "0x25 1+0x10"}
    ),
    "PortoutRedisIsNotAvailable": degraded("ledger"),
    "PortoutSlackRefusesPosts": Case(
        {POSTS.format("chat_postMessage", "refused"): "0x25 1+0x10"},
        {POSTS.format("chat_postMessage", "ok"): "0+1x60", POSTS.format("chat_delete", "refused"): "0x25 1+0x10"},
    ),
    "PortoutSlackRefusesTheToken": degraded("token"),
    "PortoutSlackCannotBeReached": degraded("slack", "socket"),
    "PortoutNothingArrivesFromSlack": Case(
        UP
        | {
            f"portout_last_request_timestamp_seconds{{{INSTANCE}}}": "60+0x1600",
            f"process_start_time_seconds{{{INSTANCE}}}": "9+0x1600",
            BUILD: "1+0x1600",
        },
        UP
        | {
            f"portout_last_request_timestamp_seconds{{{INSTANCE}}}": "0+0x1600",
            f"process_start_time_seconds{{{INSTANCE}}}": "86000+0x1600",
            BUILD: "1+0x1600",
        },
        DAY + 30,
    ),
    "PortoutRequestsOfSlackAreRefused": counted(REJECTED.format("signature_wrong")),
    "PortoutWebhooksAreRefused": counted(REJECTED.format("telnyx_signature_wrong")),
    "PortoutSlackDropsEvents": counted("portout_events_dropped_total"),
    "PortoutRepliesAreLate": Case(
        {"portout_deliveries_unfinished_total": "0+1x60"}, {"portout_deliveries_unfinished_total": "0x25 1+0x10"}
    ),
    "PortoutPeopleWait": Case(commands(slow=10), commands(slow=2)),
    "PortoutTheEventLoopIsBusy": gauge("process_cpu_seconds_total", "0+54x100", "0+30x100", UP),
    "PortoutMemoryGrows": gauge("process_resident_memory_bytes", "300000000+0x100", "200000000+0x100", UP),
    "PortoutFilesRunOut": gauge(
        "process_open_fds", "900+0x100", "100+0x100", UP | {f"process_max_fds{{{INSTANCE}}}": "1000+0x100"}
    ),
    "PortoutTheClockIsWrong": degraded("clock"),
    "PortoutLogLinesAreLost": degraded("log"),
    "PortoutInternalErrors": counted("portout_bugs_total"),
}


def test_every_rule_has_its_runbook_and_every_runbook_its_rule() -> None:
    """In the same order; the rule links the heading, and its name is made of it."""
    headings = re.findall(r"^## (.+)$", RUNBOOKS, re.MULTILINE)

    assert [alert_of(heading) for heading in headings] == [rule.alert for rule in rules()]
    assert [rule.annotations["runbook"] for rule in rules()] == [
        "docs/runbooks.md#" + heading.lower().replace(" ", "-") for heading in headings
    ]


def test_every_runbook_says_what_is_seen_what_to_look_at_and_what_to_do() -> None:
    """In this order, each once, and below it the rule's own severity."""
    for rule, part in zip(rules(), re.split(r"^## ", RUNBOOKS, flags=re.MULTILINE)[1:], strict=True):
        places = [part.index(title) for title in PARTS]

        assert places == sorted(places)
        assert [part.count(title) for title in PARTS] == [1, 1, 1]
        assert f"\n*{rule.labels['severity'].capitalize()}.*" in part, rule.alert


def test_the_cards_that_people_see_begin_as_the_runbooks_say() -> None:
    """Each title behind an emoji is that of a golden card."""
    quoted = re.findall(r"([🔒🐢🐌🚧⚠]) \*(.+?)\*", RUNBOOKS)
    cards = [path.read_text().strip() for path in (ROOT / "tests/golden").glob("*.txt")]

    assert len(quoted) > 6
    assert [one for one in quoted if not any(card.startswith(f"{one[0]} {one[1]}  ") for card in cards)] == []


def test_the_runbooks_name_events_and_metrics_that_exist() -> None:
    """Whoever searches the log, or asks Prometheus, finds them."""
    operating = (ROOT / "docs/operating.md").read_text()
    events = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", RUNBOOKS))
    metrics = {name.removesuffix("_count") for name in re.findall(r"\bportout_\w+", RUNBOOKS)}

    assert len(events) > 15
    assert len(metrics) > 5
    assert [event for event in events if f"`{event}`" not in operating.split("\n## The log\n")[1]] == []
    assert [name for name in metrics if f"\n| `{name}` |" not in operating] == []


def test_every_rule_says_how_bad_it_is_and_what_happens() -> None:
    """Two severities, which the head of the file explains; one sentence or two; and how long it waits."""
    for rule in rules():
        assert rule.labels.keys() == {"severity"}
        assert rule.labels["severity"] in {"critical", "warning"}
        assert rule.annotations.keys() == {"summary", "runbook"}
        assert re.fullmatch(r"[A-Z].{20,120}\.", rule.annotations["summary"])
        assert re.fullmatch(r"\d+m", rule.wait)


async def test_prometheus_reads_the_rules() -> None:
    """As promtool does."""
    need_promtool()
    code, printed = await promtool("check", "rules", "--lint-fatal", RULES_FILE)

    assert code == 0, printed
    assert f"{len(rules())} rules found" in printed


async def test_prometheus_reads_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    """With the range that Grafana puts in place of its variable."""
    need_promtool()
    dashboard = msgspec.json.decode((ROOT / "docs/grafana.json").read_bytes())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    records = [
        {"record": f"panel_{number}", "expr": one.replace("$__rate_interval", "5m")} for number, one in enumerate(asked)
    ]
    path = tmp_path / "panels.yaml"
    path.write_bytes(msgspec.json.encode({"groups": [{"name": "panels", "rules": records}]}))
    code, printed = await promtool("check", "rules", path)

    assert len(asked) > 20
    assert code == 0, printed


def run(series: Mapping[str, str], minutes: int, expected: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return one test of promtool: these series for some minutes, and what fires then of each alert named."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {"eval_time": f"{minutes}m", "alertname": name, "exp_alerts": alerts} for name, alerts in expected.items()
        ],
    }


def write_tests(name: str, folder: Path, rules_file: Path, tests: list[dict[str, Any]]) -> Path:
    """Write tests of the rules in a file, for promtool, which reads JSON as the YAML that it is; return their file."""
    path = folder / f"{name}.test.yaml"
    path.write_bytes(
        msgspec.json.encode({"rule_files": [str(rules_file)], "evaluation_interval": "1m", "tests": tests})
    )
    return path


def write_runs(rule: Rule, folder: Path) -> Path:
    """Write the two runs of a rule, and the rule alone, as promtool evaluates all rules of a file; return the runs."""
    case, rules_file = CASES[rule.alert], folder / f"{rule.alert}.yaml"
    rules_file.write_bytes(msgspec.json.encode({"groups": [{"name": rule.alert, "rules": [rule]}]}))
    tests = [
        run(case.fires, case.minutes, {rule.alert: fired(rule, case.labels)}),
        run(case.quiet, case.minutes, {rule.alert: []}),
    ]
    return write_tests(rule.alert, folder, rules_file, tests)


def fired(rule: Rule, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return an alert as promtool expects it."""
    return [{"exp_labels": rule.labels | dict(labels), "exp_annotations": rule.annotations}]


async def test_each_alert_fires_when_it_has_to_and_only_then(tmp_path: Path) -> None:
    """One run in which it fires, and one that is close to it in which it does not."""
    need_promtool()
    files = [write_runs(rule, tmp_path) for rule in rules()]
    code, printed = await promtool("test", "rules", *files)

    assert code == 0, printed


async def test_a_healthy_bot_raises_no_alert(environment: Environment, tmp_path: Path) -> None:
    """The series of a real scrape, for two hours as they are."""
    need_promtool()
    bot = BotProcess(environment.bot_variables(WATCH_CHANNEL="C0DESK"))
    await bot.start()
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as page:
            text = await page.text()
    finally:
        await bot.kill()
    series = re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
    scraped = {name: f"{float(value):f}+0x130" for name, value in series}
    quiet = run(scraped, 120, {rule.alert: [] for rule in rules()})
    code, printed = await promtool("test", "rules", write_tests("healthy", tmp_path, RULES_FILE, [quiet]))

    assert len(scraped) > 300
    assert code == 0, printed
