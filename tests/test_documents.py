"""The documents, the manifest and the Procfile say what the code does."""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import pytest
from prometheus_client import Counter, Gauge, Histogram, Summary

from bench.report import HEADING
from bot.cli.manifest import EVENTS, SCOPES_OF_EVENTS
from bot.settings import Settings
from bot.transport.connections import HEADER_SECONDS, KEEP_ALIVE_SECONDS, MAX_CONNECTIONS, MAX_HEADER
from bot.transport.verification.bodies import MAX_UNVERIFIED, READ_SECONDS
from bot.transport.verification.timestamps import MAX_AGE_SECONDS
from bot.transport.verification.used_signatures import SHARED_SECONDS
from handlers.message_shortcut import CALLBACK
from handlers.slash_command import COMMAND
from portout.access.rate_limit import MAX_LOOK_UPS
from portout.cards.blockkit.blocks import MAX_MESSAGE
from portout.cards.fields.carrier import MAX_CARRIER
from portout.cards.fields.facts import MAX_COMMENT_LINES
from portout.cards.message import MAX_PRIVATE_NUMBERS
from portout.cards.modals.numbers import PAGE_NUMBERS
from portout.cards.redaction.masking import free_text
from portout.cards.redaction.rules import RULES
from portout.http_session import WARM_SECONDS
from portout.lookup.service import CALLS_AT_A_TIME
from portout.slack import web_api
from portout.slack.event_delivery import MAX_IN_FLIGHT
from portout.slack.responder import MAX_FOLLOW_UPS
from portout.state.leases import LEASE_SECONDS
from portout.state.redis_store import UNCERTAIN_SECONDS
from portout.telemetry import metrics
from portout.telnyx.errors import OUTCOMES
from portout.telnyx.http.api import LOOK_UP_SECONDS
from portout.telnyx.pin import MAX_TEXT
from sandbox.page.screenshots import CARDS, SCHEMES
from sandbox.slack.payloads import app_home_opened
from sandbox.telnyx.samples import samples
from tests.conftest import Environment
from tests.portout.cases import STATUSES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CARDS_PAGE = (ROOT / "docs/cards.md").read_text()
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()
PRIVACY = (ROOT / "docs/privacy.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
SERVICES = ("Telnyx", "Slack")
FLOORS = ("bot", "handlers", "portout")
FAILURES = (
    "not-found",
    "refused-401",
    "refused-403",
    "intermediary",
    "rate-limited",
    "upstream",
    "too-slow",
    "unreadable",
)


def documents() -> list[Path]:
    """Return every Markdown file of the project."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted([*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))])


def section(page: str, heading: str) -> str:
    """Return what stands under a heading of the second level."""
    return page.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]


def names_in_rows(table: str, name: str = r"\w+") -> set[str]:
    """Return the names in code spans in the first column of a table."""
    first_cells = re.findall(r"^ *\| (`.*?) \|", table, re.MULTILINE)
    return {found for cell in first_cells for found in re.findall(rf"`({name})`", cell)}


def test_readme_is_short_and_leads_to_every_other_document() -> None:
    """At most 120 lines; the rest is in documents of their own, each linked from here."""
    linked = {(ROOT / target).resolve() for target in re.findall(r"\]\(([^)#]+)", README)}

    assert len(README.splitlines()) <= 120
    assert {path for path in documents() if path.parent in (ROOT, ROOT / "docs")} - linked == {ROOT / "README.md"}


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    """A linked file or folder exists, and a linked heading too; pictures in HTML count as links."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r"\b(?:src|srcset|href)=\"([^\"\s]+)\"", text)]
    for target in targets:
        path, _, heading = target.partition("#")
        if not re.match(r"[a-z]+:", target):
            linked = document.parent / path if path else document
            assert linked.exists(), target
            assert not heading or heading in headings(linked), target


def headings(document: Path) -> set[str]:
    """Return the names by which a document's headings are linked."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_configuration_has_a_row_for_every_setting_and_no_other() -> None:
    """The table of variables is the settings."""
    rows = names_in_rows(section(CONFIGURATION, "Variables"))

    assert rows == {field.name.upper() for field in msgspec.structs.fields(Settings)}


def test_configuration_states_the_defaults() -> None:
    """Each default in the table is the one in the code."""
    rows = section(CONFIGURATION, "Variables").splitlines()
    for field in msgspec.structs.fields(Settings):
        if field.default is not msgspec.NODEFAULT and field.default:
            row = next(row for row in rows if row.startswith("|") and f"`{field.name.upper()}`" in row)
            assert f"`{field.default}`" in row


def test_readme_names_the_required_variables() -> None:
    """Those without a default, and the two of which one is needed."""
    required = {field.name.upper() for field in msgspec.structs.fields(Settings) if field.required}

    named = names_in_rows(section(README, "Required variables"))
    assert named == required | {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}


def test_cards_are_shown_as_they_are_printed() -> None:
    """The cards in the document are golden ones."""
    for name in ("private-whose-number", "channel-event-pending-order-authorized"):
        assert (ROOT / f"tests/golden/{name}.txt").read_text().strip("\n") in CARDS_PAGE
    announced = (ROOT / "tests/golden/watch-pending.txt").read_text().strip("\n")
    assert textwrap.indent(announced, "   ") in (ROOT / "docs/using.md").read_text()


def test_each_status_is_named_as_its_card_does() -> None:
    """The first rows of the statuses, those of their table, have the first lines of the golden cards."""
    for status in STATUSES:
        golden = (ROOT / f"tests/golden/private-order-{status}.txt").read_text().strip()
        (row,) = re.findall(rf"^\| `{status}` \| (.*?) \|", section(CARDS_PAGE, "Statuses"), re.MULTILINE)

        assert golden.startswith(row)


def test_each_failure_is_named_as_its_card_does() -> None:
    """The table of failures has the first line of each golden card, in the same order, and no other."""
    rows = re.findall(r"^\| ([^|`]+?) \|", section(CARDS_PAGE, "Failures"), re.MULTILINE)[1:]

    cards = [(ROOT / f"tests/golden/{name}.txt").read_text().strip() for name in FAILURES]
    assert len(rows) == len(cards)
    assert all(card.startswith(f"{row}  ") for card, row in zip(cards, rows, strict=True))


def test_privacy_names_every_field_and_no_other() -> None:
    """Whoever asks what a channel sees of a field finds its rule."""
    cells = re.findall(r"^\| [^|]+ \| (`.+`) \|$", section(PRIVACY, "How masking works"), re.MULTILINE)
    listed = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]

    assert len(listed) == len(set(listed))
    assert set(listed) == {name for rules in RULES.values() for name in rules}


def test_privacy_states_what_masking_recognises() -> None:
    """Each example of a number that is masked is masked, and each of a limit is shown as it is written."""
    paragraph = PRIVACY.split("All of these are masked: ")[1].split("\n")[0]
    limits = PRIVACY.split("**Limits of masking.**")[1].split("\n## ")[0]
    masked, shown = re.findall("`([^`]+)`", paragraph), re.findall("`([^`]+)`", limits)

    assert len(masked) >= 8
    assert {free_text(example) for example in masked} == {"•••• 0147"}
    assert len(shown) == 3
    assert [free_text(example) for example in shown] == shown


SIGNATURE_MINUTES = 2 * MAX_AGE_SECONDS // 60
LIMITS = [
    ("SECURITY.md", f"{MAX_LOOK_UPS} requests in a minute"),
    ("SECURITY.md", f"{MAX_IN_FLIGHT:,} events being processed; {MAX_FOLLOW_UPS} follow-ups"),
    ("SECURITY.md", f"a lease of {LEASE_SECONDS:.0f} s"),
    ("SECURITY.md", f"for {UNCERTAIN_SECONDS // 60} minutes after it was not available"),
    ("SECURITY.md", f"one of six slots for at most {LOOK_UP_SECONDS:.0f} s"),
    ("SECURITY.md", f"A header may have {MAX_HEADER // 2**10} KiB"),
    ("SECURITY.md", f"Headers may take {HEADER_SECONDS:.0f} s, a body {READ_SECONDS:.0f} s"),
    ("SECURITY.md", f"idle for {KEEP_ALIVE_SECONDS:.0f} s"),
    ("SECURITY.md", f"At most {MAX_CONNECTIONS:,} clients"),
    ("SECURITY.md", f"at most {MAX_UNVERIFIED // 2**20} MiB together"),
    ("SECURITY.md", f"does not answer within {SHARED_SECONDS} s"),
    ("SECURITY.md", f"Signatures of requests are kept for {SIGNATURE_MINUTES} minutes in Redis"),
    ("SECURITY.md", f"is known for {SIGNATURE_MINUTES} to {2 * SIGNATURE_MINUTES} minutes"),
    ("docs/privacy.md", f"the signatures of requests are stored for {SIGNATURE_MINUTES} minutes"),
    ("docs/privacy.md", f"is known for {SIGNATURE_MINUTES} to {2 * SIGNATURE_MINUTES} minutes"),
    ("docs/cards.md", f"at most {MAX_MESSAGE:,} characters together"),
    ("docs/cards.md", f"A carrier's name has at most {MAX_CARRIER} characters"),
    ("docs/cards.md", f"the first {MAX_PRIVATE_NUMBERS} on the only card of a private answer"),
    ("docs/cards.md", f"one on each line, {PAGE_NUMBERS} on a page"),
    ("docs/privacy.md", f"the first {MAX_PRIVATE_NUMBERS} of a single card"),
    ("docs/cards.md", f"A comment has at most {MAX_COMMENT_LINES} lines"),
    ("docs/privacy.md", f"the first {MAX_TEXT:,} characters are read"),
    ("docs/deploying.md", f"every {WARM_SECONDS:.0f} s it asks"),
    ("docs/deploying.md", f"one connection to Slack and {CALLS_AT_A_TIME} to Telnyx"),
    ("docs/deploying.md", f"{3600 / WARM_SECONDS:.0f} requests an hour to Slack and"),
    ("docs/deploying.md", f"and {CALLS_AT_A_TIME * 3600 / WARM_SECONDS:.0f} to Telnyx, which"),
]


@pytest.mark.parametrize(("document", "limit"), LIMITS)
def test_a_limit_is_stated_as_it_is(document: str, limit: str) -> None:
    """Each number in the documents is the one in the code."""
    assert limit in (ROOT / document).read_text()


def test_the_service_may_open_what_its_clients_need() -> None:
    """Each client has a descriptor; the rest is for what the bot asks and keeps."""
    (descriptors,) = re.findall(r"^LimitNOFILE=(\d+)$", (ROOT / "docs/portout.service").read_text(), re.MULTILINE)

    assert int(descriptors) > 2 * MAX_CONNECTIONS


def walk(heading: str) -> list[tuple[str, str]]:
    """Return the steps of a walk through the code: a room, and what is said of it."""
    return re.findall(r"^\d+\. `([\w/]+/)`: (.*)$", section(ARCHITECTURE, heading), re.MULTILINE)


WALKS = ("A command, step by step", "An alert, step by step", "The Home tab, step by step")


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_names_each_room_once(heading: str) -> None:
    """Every step is a room of its own, and a room of the table above."""
    steps = re.findall(r"^\d+\. ", section(ARCHITECTURE, heading), re.MULTILINE)
    rooms = [room for room, _ in walk(heading)]

    assert len(rooms) == len(steps) > 10
    assert len(rooms) == len(set(rooms))
    assert set(rooms) <= names_in_rows(section(ARCHITECTURE, "Rooms"), r"[\w/]+/")


@pytest.mark.parametrize("heading", WALKS)
async def test_a_walk_names_the_rooms_that_its_request_enters(environment: Environment, heading: str) -> None:
    """What runs between a request and its answer is what the walk says, no room more or less."""
    event_id = environment.telnyx.samples.names["pending"]
    ts = "1795000000.000100"
    alert = {"type": "message", "channel": "C0ALERTS", "user": "U0ALICE", "text": event_id, "ts": ts, "event_ts": ts}
    async with environment.bot(ALERT_CHANNELS="C0ALERTS") as bot:
        with entered_rooms() as rooms:
            match WALKS.index(heading):
                case 0:
                    answer = await bot.command(event_id)
                case 1:
                    answer = await bot.sender.event(alert)
                case _:
                    answer = await bot.sender.event(app_home_opened())
                    await environment.slack.called("views.publish")

    assert answer.status == 200
    assert rooms == {room for room, _ in walk(heading)}


@contextmanager
def entered_rooms() -> Iterator[set[str]]:
    """Collect the folders of the three floors whose code runs while the context is open."""
    rooms: set[str] = set()
    room_of = {str(path): path.parent.relative_to(ROOT).as_posix() + "/" for floor in FLOORS for path in modules(floor)}

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and (room := room_of.get(frame.f_code.co_filename)):
            rooms.add(room)

    sys.setprofile(note)
    try:
        yield rooms
    finally:
        sys.setprofile(None)


def test_architecture_names_what_exists() -> None:
    """Every file, folder and class that it names is there, and it names every folder of the three floors."""
    rooms = {path.parent.relative_to(ROOT).as_posix() + "/" for floor in FLOORS for path in modules(floor)}
    code = "\n".join(path.read_text() for floor in FLOORS for path in modules(floor))
    steps = [step for heading in WALKS for step in walk(heading)]
    in_walks = {room + name for room, text in steps for name in re.findall(r"`(\w+\.py)`", text)}
    paths = {*in_walks, *re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", ARCHITECTURE)}
    classes = re.findall(r"`([A-Z][a-z]\w+)`", ARCHITECTURE)

    assert names_in_rows(section(ARCHITECTURE, "Rooms"), r"[\w/]+/") == rooms
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert {name for name in classes if not re.search(rf"^(class )?{name}\b[(:=\[ ]", code, re.MULTILINE)} == set()


def modules(floor: str) -> Iterator[Path]:
    """Return the modules of a floor of the code."""
    return (ROOT / floor).rglob("*.py")


def test_the_manifest_has_the_surfaces_of_the_code_and_the_least_scopes() -> None:
    """What is declared is what is listened for; answers need no scope, posting in a thread needs one."""
    manifest = json.loads((ROOT / "manifest.json").read_text())

    assert [command["command"] for command in manifest["features"]["slash_commands"]] == [COMMAND]
    assert manifest["features"]["slash_commands"][0]["url"].endswith("/slack/events")
    assert [shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]] == [CALLBACK]
    assert [shortcut["type"] for shortcut in manifest["features"]["shortcuts"]] == ["message"]
    assert manifest["settings"]["interactivity"]["request_url"].endswith("/slack/events")
    assert manifest["settings"]["event_subscriptions"]["request_url"].endswith("/slack/events")
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted({"commands", "chat:write", *SCOPES_OF_EVENTS.values()})
    assert manifest["features"]["app_home"]["home_tab_enabled"] is ("app_home_opened" in EVENTS)


def test_the_manifest_keeps_slacks_limits() -> None:
    """Name 35, description 140, long description 175 to 4000, command 32, a shortcut's name 24 characters."""
    manifest = json.loads((ROOT / "manifest.json").read_text())
    about, command = manifest["display_information"], manifest["features"]["slash_commands"][0]
    shortcut = manifest["features"]["shortcuts"][0]

    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_both_processes_run_the_same_app() -> None:
    """The Procfile's two entries differ only in what the platform does with them."""
    entries = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())

    assert entries == {"web": "python -m bot run", "worker": "python -m bot run"}


def test_requirements_are_pinned_hashed_and_name_no_registry() -> None:
    """A fresh machine gets what was tested, from wherever it gets its packages."""
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt"):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^[a-z].*?(?=\n[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)

        assert packages
        assert all("==" in package and "--hash=sha256:" in package for package in packages)
        assert "://" not in text


@pytest.mark.parametrize("document", [ROOT / "Makefile", *documents()], ids=lambda path: path.name)
def test_every_installation_is_pinned_and_builds_nothing_unpinned(document: Path) -> None:
    """From hashed wheels, or this project itself with the pinned build tools, not with the newest ones."""
    commands = re.findall(r"pip install ([^`\n]*)", document.read_text())

    pinned = ("--require-hashes --only-binary :all: -r ", "--no-deps --no-build-isolation ")
    assert all(any(options in command for options in pinned) for command in commands), commands


def test_readme_gives_a_reason_for_every_scope() -> None:
    """Whoever installs the app can see why it asks for what it asks for."""
    manifest = json.loads((ROOT / "manifest.json").read_text())

    named = names_in_rows(section(README, "Set up in Slack"), r"[\w:]+")
    assert named == set(manifest["oauth_config"]["scopes"]["bot"])


def test_security_quotes_a_soak_that_lost_nothing() -> None:
    """The tables, and the command that makes them: no alert, and nothing of what the watch has to tell."""
    security = (ROOT / "SECURITY.md").read_text()
    alerts = re.findall(r"^│ alerts +│ (\d+) +│ (\d+) +│ (\d+) +│ (\d+) +│", security, re.MULTILINE)
    watch = r"^│ (?:messages|lines) +│ (\d+) +│ (\d+) +│ (\d+) +│ (\d+) +│ (\d+) +│"
    told = [(expected == there, *wrong) for expected, there, *wrong in re.findall(watch, security, re.MULTILINE)]

    assert "`make soak MINUTES=5`" in security
    assert [(sent == answered, lost, twice) for sent, answered, lost, twice in alerts] == [(True, "0", "0")]
    assert told == [(True, "0", "0", "0")] * 2


def test_security_quotes_attackers_that_delay_nobody() -> None:
    """The table, and the command that makes it: less than 1.5 times as long, and every command answered."""
    security = (ROOT / "SECURITY.md").read_text()
    (ratio, unanswered) = re.findall(
        r"^([\d.]+)x as long \(less than 1.5x is good\); unanswered: (\d+)$", security, re.MULTILINE
    )[0]

    assert "`make soak HOSTILE=1 MINUTES=1`" in security
    assert float(ratio) < 1.5
    assert unanswered == "0"


def test_every_claim_of_security_names_tests_that_exist() -> None:
    """Each row of each part says which tests fail when it is no longer true."""
    security = (ROOT / "SECURITY.md").read_text()
    parts = section(security, "How").split("\n### ")[1:]
    claims = [row for part in parts for row in re.findall(r"^\| (?!claim \|)(.+) \|$", part, re.MULTILINE)]
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", security)

    assert [part for part in parts if "\n| claim | tests |\n|---|---|\n" not in part] == []
    assert len(claims) > 40
    assert [claim for claim in claims if not re.search(r" \| `[\w/]+\.py::test_\w+`", claim)] == []
    assert security.count(".py::") == len(named)
    assert [(path, name) for path, name in named if name not in names_of_tests(ROOT / "tests" / path)] == []


def names_of_tests(module: Path) -> list[str]:
    """Return the names of the tests in a module; none if it does not exist."""
    text = module.read_text() if module.is_file() else ""
    return re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE)


def test_operating_lists_every_log_event_and_no_other() -> None:
    """An operator who meets an event finds what it says."""
    listed = names_in_rows(section((ROOT / "docs/operating.md").read_text(), "The log"), r"[\w.]+")
    code = "".join(path.read_text() for floor in FLOORS for path in modules(floor))

    logged = set(re.findall(r"\b(?:_?log(?:\.\w+)?|_?audit)\(\s*(?:record\.levelno, )?\"([a-z_.]+)\"", code))
    assert listed == logged


def test_operating_lists_every_metric_and_no_other() -> None:
    """What is counted is what the table says."""
    table = section((ROOT / "docs/operating.md").read_text(), "Metrics")
    rows = re.findall(r"^\| `(portout_\w+)` \| (.*?)\|", table, re.MULTILINE)
    listed = {name: tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows}

    assert len(rows) == len(listed)
    assert listed == counted()


def test_operating_explains_every_outcome_of_a_call() -> None:
    """The values of the label, for Telnyx and for Slack."""
    page = (ROOT / "docs/operating.md").read_text()
    telnyx, slack = (re.search(rf"^- `outcome` of a call to {name}: (.*)$", page, re.MULTILINE) for name in SERVICES)

    assert telnyx is not None
    assert tuple(re.findall(r"`(\w+)`", telnyx[1].split(". ")[0])) == OUTCOMES
    assert slack is not None
    assert set(re.findall(r"`(\w+)`", slack[1])) == {"ok", *web_api._OUTCOMES.values()}  # noqa: SLF001  no other way


def counted() -> dict[str, tuple[str, ...]]:
    """Return the labels of each metric, by the name under which it is read."""
    made = [one for one in vars(metrics).values() if isinstance(one, Counter | Gauge | Histogram | Summary)]
    return {one._name + "_total" * isinstance(one, Counter): tuple(one._labelnames) for one in made}  # noqa: SLF001  no other way


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    """What is counted can be seen."""
    dashboard = json.loads((ROOT / "docs/grafana.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    shown = {re.sub(r"_(bucket|count)$", "", name) for name in re.findall(r"portout_\w+", asked)}
    grouped = {label for labels in re.findall(r" by \(([\w, ]+)\)", asked) for label in labels.split(", ")}

    assert shown == set(counted())
    assert grouped <= {"le", "instance", *(label for labels in counted().values() for label in labels)}


def test_the_unit_runs_what_the_procfile_runs_and_leaves_time_to_stop() -> None:
    """The same command, wherever it is deployed; SIGKILL no sooner than the steps for deploying say."""
    unit = (ROOT / "docs/portout.service").read_text()

    assert re.search(r"^ExecStart=\S*/python -m bot run$", unit, re.MULTILINE)
    assert re.search(r"^TimeoutStopSec=30$", unit, re.MULTILINE)
    assert "At least 30 s between SIGTERM and SIGKILL" in (ROOT / "docs/deploying.md").read_text()


def test_every_picture_is_shown() -> None:
    """What `make pictures` takes is what the cards' document shows, light and dark; README and the desk's show some."""
    taken = {path.name for path in (ROOT / "docs/pictures").iterdir()}
    expected = {
        f"{name}-{form}-{scheme}.png" for name in CARDS for form in ("private", "channel") for scheme in SCHEMES
    }

    assert taken == expected | {f"{name}-{scheme}.png" for name in ("page", "watch", "home") for scheme in SCHEMES}
    assert set(re.findall(r"\"pictures/([\w-]+\.png)\"", CARDS_PAGE)) == taken
    for_the_desk = set(re.findall(r"\"pictures/([\w-]+)-(?:dark|light)\.png\"", (ROOT / "docs/using.md").read_text()))
    assert for_the_desk == {"watch", "pending-private", "home"}

    (dark, light) = re.findall(r"\"docs/pictures/([\w-]+)\.png\"", README)
    assert (dark, light) == (light.removesuffix("light") + "dark", dark.removesuffix("dark") + "light")


def test_the_readmes_picture_is_of_the_demo() -> None:
    """It is of a sample that is as the picture's description says."""
    (picture,) = set(re.findall(r"docs/pictures/([\w-]+)-private-", README))
    (description,) = re.findall(r'<img alt="([^"]+)"', README)
    now = datetime.now(UTC)
    account = samples(now)
    order = account.orders[account.events[account.names[CARDS[picture]]]["portout_id"]]
    left = datetime.fromisoformat(order["created_at"]) + timedelta(hours=24) - now

    assert order["status"] == "pending"
    assert f"a port-out of {('no', 'one', 'two')[len(order['phone_numbers'])]} numbers that waits" in description
    assert f"about {round(left / timedelta(hours=1))} hours left" in description


def test_the_speed_table_stands_once() -> None:
    """The table that `make bench` wrote is in one document, whole, and no line of it in another."""
    page = (ROOT / "docs/speed.md").read_text()
    table = page[page.index(HEADING) :].split("\n\n")[0].splitlines()

    assert len(table) > 20
    assert page.count(HEADING) == 1
    others = [path.read_text() for path in documents() if path != ROOT / "docs/speed.md"]
    assert [line for line in (table[0], *table[2:]) for other in others if line in other] == []
