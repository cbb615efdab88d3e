"""README, manifest and Procfile say what the code does."""

import json
import re
from pathlib import Path

import msgspec
from prometheus_client import Counter, Gauge, Histogram

from bot import metrics
from bot.manifest import EVENTS
from bot.settings import Settings
from handlers.message_shortcut import CALLBACK
from handlers.slash_command import COMMAND
from sandbox.page.screenshots import CARDS, SCHEMES
from tests.bot.cases import STATUSES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_readme_has_a_row_for_every_setting_and_no_other() -> None:
    """The settings table is the settings."""
    table = README.split("## Settings")[1].split("\n## ")[0]
    rows = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}

    assert rows == {field.name.upper() for field in msgspec.structs.fields(Settings)}


def test_readme_states_the_defaults() -> None:
    """Each default in the table is the one in the code."""
    for field in msgspec.structs.fields(Settings):
        if field.default not in (msgspec.NODEFAULT, "", None):
            row = next(row for row in README.splitlines() if row.startswith("|") and f"`{field.name.upper()}`" in row)
            assert f"`{field.default}`" in row


def test_readme_shows_a_card_as_it_is_printed() -> None:
    """The cards in README are golden ones."""
    for name in ("private-event-and-order-pending", "channel-event-pending-order-authorized"):
        assert (ROOT / f"tests/golden/{name}.txt").read_text().strip("\n") in README


def test_readme_names_each_status_as_its_card_does() -> None:
    """The status table's first lines are those of the golden cards; an emoji may be drawn wider there."""
    for status in STATUSES:
        golden = (ROOT / f"tests/golden/private-order-{status}.txt").read_text().strip()
        (row,) = re.findall(rf"^\| `{status}` \| (.*?) \|", README, re.MULTILINE)

        assert golden.startswith(row)


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
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted({"commands", "chat:write", *EVENTS.values()})


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


def test_readme_gives_a_reason_for_every_scope() -> None:
    """Whoever installs the app can see why it asks for what it asks for."""
    manifest = json.loads((ROOT / "manifest.json").read_text())
    table = README.split("## Set it up in Slack")[1].split("\n## ")[0]

    named = {
        scope for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for scope in re.findall(r"`([\w:]+)`", row)
    }
    assert named == set(manifest["oauth_config"]["scopes"]["bot"])


def test_security_quotes_a_soak_that_lost_nothing() -> None:
    """The table, and the command that makes it."""
    security = (ROOT / "SECURITY.md").read_text()
    rows = re.findall(r"^│ alerts +│ (\d+) +│ (\d+) +│ (\d+) +│ (\d+) +│", security, re.MULTILINE)

    assert "`make soak MINUTES=5`" in security
    assert [(sent == answered, lost, twice) for sent, answered, lost, twice in rows] == [(True, "0", "0")]


def test_operating_lists_every_log_event_and_no_other() -> None:
    """An operator who meets an event finds what it says."""
    table = (ROOT / "docs/operating.md").read_text().split("## The log")[1]
    listed = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([\w.]+)`", row)
    }
    code = "".join(path.read_text() for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py"))

    logged = set(re.findall(r"\b(?:_?log(?:\.\w+)?|_?audit)\(\s*(?:record\.levelno, )?\"([a-z_.]+)\"", code))
    assert listed == logged


def test_operating_lists_every_metric_and_no_other() -> None:
    """What is counted is what the table says."""
    table = (ROOT / "docs/operating.md").read_text().split("## Metrics")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    made = [one for one in vars(metrics).values() if isinstance(one, Counter | Gauge | Histogram)]

    assert listed == {one._name + "_total" * isinstance(one, Counter) for one in made}  # noqa: SLF001  no other way


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    """What is counted can be seen."""
    dashboard = json.loads((ROOT / "docs/grafana.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    shown = {re.sub(r"_bucket$", "", name) for name in re.findall(r"portout_\w+", asked)}
    made = [one for one in vars(metrics).values() if isinstance(one, Counter | Gauge | Histogram)]

    assert shown == {one._name + "_total" * isinstance(one, Counter) for one in made}  # noqa: SLF001  no other way


def test_the_unit_runs_what_the_procfile_runs_and_leaves_time_to_stop() -> None:
    """The same command, wherever it is deployed; SIGKILL no sooner than README says."""
    unit = (ROOT / "docs/portout.service").read_text()

    assert re.search(r"^ExecStart=\S*/python -m bot run$", unit, re.MULTILINE)
    assert re.search(r"^TimeoutStopSec=30$", unit, re.MULTILINE)


def test_readme_shows_every_picture() -> None:
    """What `make pictures` takes is what README shows, light and dark."""
    taken = {path.name for path in (ROOT / "docs/pictures").iterdir()}
    expected = {
        f"{name}-{form}-{scheme}.png" for name in CARDS for form in ("private", "channel") for scheme in SCHEMES
    }

    assert taken == expected | {f"page-{scheme}.png" for scheme in SCHEMES}
    assert set(re.findall(r"docs/pictures/([\w-]+\.png)", README)) == taken


def test_readme_quotes_the_benchmark() -> None:
    """The table is the one that `make bench` wrote, every line of it."""
    page = (ROOT / "docs/speed.md").read_text()
    table = page[page.index("| what |") :].split("\n\n")[0]

    assert len(table.splitlines()) > 20
    assert table in README
