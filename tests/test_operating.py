"""What docs/operating.md says of log lines, of calls to Telnyx and of capacity is so; and its questions lead on."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import msgspec
import pytest

from portout.state.ledger import Ledger, MessageRef, PostedReply
from portout.state.store import MemoryStore
from sandbox.slack.payloads import app_home_opened
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.watching import Desk, watching

ROOT = Path(__file__).parent.parent
OPERATING = (ROOT / "docs/operating.md").read_text()
ON_EVERY_LINE = {"event", "level", "timestamp"}
QUESTIONS = (
    "rotate the signing secret",
    "the telnyx key",
    "the bot token",
    "`degraded` mean",
    "move to socket mode",
    "two replicas",
    "in a log line",
    "telnyx refuses the key",
    "roll back",
    "update",
    "telnyx's rate limit",
)


def section(heading: str) -> str:
    """Return what stands under a heading of the second level."""
    return OPERATING.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]


@cache
def fields_of_events() -> dict[str, set[str]]:
    """Return the fields that the code gives each log event, by the event's name."""
    fields = defaultdict[str, set[str]](set)
    for path in (path for floor in ("bot", "handlers", "portout") for path in (ROOT / floor).rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                _collect_fields(function, fields)
    return fields


def _collect_fields(function: ast.FunctionDef | ast.AsyncFunctionDef, fields: dict[str, set[str]]) -> None:
    """Add the fields of the events that a function logs, those from a dictionary of its own included."""
    own = {str(key.value) for node in ast.walk(function) for key in _keys_of_fields(node)}
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        names = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        is_audit = ast.unparse(call.func) == "audit"
        if re.fullmatch(r"_?log(\.\w+)?|audit", ast.unparse(call.func)) and names:
            given = {keyword.arg for keyword in call.keywords}
            fields[names[0]] |= {name for name in given if name} | (own if None in given else set())
            fields[names[0]] |= {"logger"} if is_audit else set()


def _keys_of_fields(node: ast.AST) -> list[ast.Constant]:
    is_fields = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "fields"
    return [key for key in node.value.keys if isinstance(key, ast.Constant)] if is_fields else []  # type: ignore[attr-defined]


def explained() -> set[str]:
    """Return the fields of log lines that the document explains."""
    cells = re.findall(r"^\| (`.*?`) \|", section("What is in a log line"), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_field_of_a_log_line_is_explained_and_no_other() -> None:
    """Those that the code gives; an exception becomes its kind and its places."""
    given = set().union(*fields_of_events().values())

    assert explained() == (given - {"exc_info"}) | ON_EVERY_LINE | {"reference", "error", "frames"}


def test_the_examples_of_log_lines_are_as_the_code_logs_them() -> None:
    """Each has the fields of its event, those of every line, and the reference of its request if it is of one."""
    examples = re.findall(r"^\{.*\}$", section("What is in a log line"), re.MULTILINE)
    lines = [msgspec.json.decode(line) for line in examples]

    assert len(lines) > 4
    for line in lines:
        assert line.keys() - {"reference"} == fields_of_events()[line["event"]] | ON_EVERY_LINE, line["event"]


def test_the_questions_of_an_operator_have_an_answer_each() -> None:
    """The table leads to a heading for each; that the headings exist is tested with all links."""
    rows = re.findall(r"^\| (.+\?) \| (.+) \|$", section("Questions"), re.MULTILINE)
    questions = " ".join(question for question, _ in rows).lower().replace("*", "")

    assert [words for words in QUESTIONS if words not in questions] == []
    assert [answer for _, answer in rows if "](" not in answer] == []


def test_capacity_names_rows_of_the_benchmark() -> None:
    """So that each number stands where `make bench` writes it."""
    named = re.findall(r"\*(.+?)\*", " ".join(re.findall(r"^\| .+\? \| (.+?) \|", section("Capacity"), re.MULTILINE)))
    rows = [line for line in (ROOT / "docs/speed.md").read_text().splitlines() if line.startswith("| ")]

    assert len(named) > 5
    assert [name for name in named if not any(row.startswith((f"| {name} |", f"| {name} (")) for row in rows)] == []


def stated_calls(what: str) -> int:
    """Return how many calls to Telnyx the document states."""
    costs = section("What it costs of Telnyx's rate limit")
    (calls,) = re.findall(rf"^\| {re.escape(what)} \| (\d+) \|$", costs, re.MULTILINE)
    return int(calls)


def count(environment: Environment) -> int:
    """Return how many calls were made, without those for the owners of numbers."""
    return sum(not call.path.endswith("/phone_numbers") for call in environment.telnyx.calls)


@pytest.mark.parametrize("what", ["event", "order", "key", "phone number", "PON", "pending"])
async def test_a_command_costs_the_calls_that_are_stated(environment: Environment, bot: Bot, what: str) -> None:
    """By what somebody types; of whose its numbers are, the document speaks apart."""
    event_id = environment.telnyx.samples.names["pending"]
    order_id = environment.telnyx.samples.events[event_id]["portout_id"]
    order = environment.telnyx.samples.orders[order_id]
    typed = {
        "event": (event_id, "a look-up by the id of an event"),
        "order": (order_id, "a look-up by the id of an order"),
        "key": (order["support_key"], "a look-up by a key"),
        "phone number": (order["phone_numbers"][0], "a look-up by a phone number"),
        "PON": (f"pon {order['pon']}", "a look-up by a PON"),
        "pending": ("pending", "`/portout-event pending`"),
    }
    text, row = typed[what]
    await bot.command(text)

    assert count(environment) == stated_calls(row)


async def test_an_alert_and_the_home_tab_cost_the_calls_that_are_stated(environment: Environment) -> None:
    """An alert with one id."""
    ts = "1795000000.000100"
    text = environment.telnyx.samples.names["pending"]
    alert = {"type": "message", "channel": "C0ALERTS", "user": "U0ALICE", "text": text, "ts": ts, "event_ts": ts}
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        await bot.sender.event(alert)
        by_alert = count(environment)
        await bot.sender.event(app_home_opened())
        await environment.slack.called("views.publish")

    assert by_alert == stated_calls("an alert, for each id in it")
    assert count(environment) - by_alert == stated_calls("the Home tab is opened")


async def test_a_cycle_of_the_watch_costs_the_calls_that_are_stated(environment: Environment) -> None:
    """The first one and every tenth list what waits, too."""
    Desk(environment)
    costs = []
    async with watching(environment) as process:
        for _ in range(21):
            before = count(environment)
            await process.cycle()
            costs.append(count(environment) - before)
    quiet, full = (
        stated_calls("a cycle of the watch in which nothing is new"),
        stated_calls("the first cycle, and every tenth"),
    )

    assert costs == [full, *[quiet] * 9] * 2 + [full]


async def test_the_ledger_ignores_what_a_newer_version_records_besides() -> None:
    """After a rollback, the old version finds the reply that the new one posted."""
    store, about = MemoryStore(), MessageRef("C1", "1.0", "1.0")
    ledger, reply = Ledger(store), PostedReply(MessageRef("C1", "2.0", "1.0"), (UNKNOWN_ID,), "1.0")
    newer = {**msgspec.to_builtins(reply), "drawn_by": "a newer version"}
    await store.set("reply:C1:1.0", msgspec.json.encode(newer).decode(), 60)

    assert await ledger.reply(about) == reply
