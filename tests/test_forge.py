"""What a forge reads: the workflow of CI, Dependabot's settings, the templates of issues and pull requests."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dockerfile import stages

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
RUN = WORKFLOW["jobs"]["run"]
STEPS: list[dict[str, Any]] = RUN["steps"]
TEMPLATES = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").iterdir() if path.name != "config.yml")


def step(action: str) -> dict[str, Any]:
    """Return the step that uses an action."""
    (found,) = (one for one in STEPS if one.get("uses", "").startswith(f"{action}@"))
    return found


def test_ci_runs_what_everybody_runs() -> None:
    """For each push to main and each pull request, `.ci/run`, whose failure is the step's."""
    (command,) = (one for one in STEPS if ".ci/run" in one.get("run", ""))

    assert WORKFLOW[True] == {"push": {"branches": ["main"]}, "pull_request": None}  # YAML reads "on" as true
    assert command["run"].split(" ", 1)[0] == ".ci/run"
    assert command["shell"] == "bash"  # by this name with pipefail
    assert (ROOT / ".ci/run").stat().st_mode & 0o100


def test_ci_may_only_read() -> None:
    """No job may do more, and no later step finds the token that fetched the code."""
    checkouts = [one for job in WORKFLOW["jobs"].values() for one in job["steps"] if "checkout" in one.get("uses", "")]

    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in WORKFLOW["jobs"].values())
    assert len(checkouts) == len(WORKFLOW["jobs"])
    assert all(one["with"] == {"persist-credentials": False} for one in checkouts)


def test_every_action_is_pinned() -> None:
    """To a major version or a commit, never to a branch."""
    actions = re.findall(r"uses: (\S+)", (ROOT / ".github/workflows/ci.yml").read_text())

    assert len(actions) >= 4
    assert [one for one in actions if not re.fullmatch(r"actions/[\w-]+@(v\d+|[0-9a-f]{40})", one)] == []


def test_ci_tests_the_versions_of_python_that_the_package_names() -> None:
    """From the oldest one that is allowed; the image has one of them."""
    versions = RUN["strategy"]["matrix"]["python"]
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if "Python ::" in one]

    assert versions == named
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert RUN["container"] == "python:${{ matrix.python }}-trixie"
    assert re.match(r"python:(\d+\.\d+)-", stages()[-1][0][1])[1] in versions  # type: ignore[index]


def test_ci_keeps_packages_between_runs() -> None:
    """Where pip looks for them, as long as the pinned requirements are the same."""
    cache = step("actions/cache")["with"]

    assert cache["path"] == RUN["env"]["PIP_CACHE_DIR"]
    assert "hashFiles('requirements*.txt')" in cache["key"]


def test_ci_keeps_the_table_of_the_soak(tmp_path: Path) -> None:
    """The artefact has what stands between the soak's command and the benchmark's, however the run ends."""
    (cut,) = (one for one in STEPS if "soak.txt" in one.get("run", ""))
    soak, bench = (
        subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
        for words in (("soak", "MINUTES=1"), ("bench", "QUICK=1"))
    )
    (tmp_path / "run.log").write_text(f"tests passed\n{soak}│ alerts │\n{bench}│ speed │\n")

    subprocess.run(["bash", "-c", cut["run"]], cwd=tmp_path, check=True)  # noqa: S603, S607

    table = (tmp_path / "soak.txt").read_text()
    assert "│ alerts │\n" in table
    assert "tests passed" not in table
    assert "│ speed │" not in table
    assert step("actions/upload-artifact")["with"]["path"] == "soak.txt"
    assert cut["if"] == step("actions/upload-artifact")["if"] == "${{ !cancelled() }}"


def test_dependabot_looks_after_everything_that_is_pinned() -> None:
    """Packages, actions, and the images of Dockerfile and compose.yaml, each where it is."""
    settings = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
    kinds = {one["package-ecosystem"]: one["directory"] for one in settings["updates"]}

    assert settings["version"] == 2
    assert kinds == dict.fromkeys(("pip", "github-actions", "docker", "docker-compose"), "/")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_issue_asks_for_no_data_of_people(path: Path) -> None:
    """It says what must not be in it, and whoever writes it confirms so."""
    form = yaml.safe_load(path.read_text())
    kinds = {part["type"] for part in form["body"]}
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    text = path.read_text()

    assert {"name", "description", "body"} == set(form)
    assert kinds <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in fields)
    assert all(option["required"] for option in fields[-1]["attributes"]["options"])
    assert all(word in text for word in ("phone number", "PIN", "name"))


def test_a_problem_is_found_by_its_reference_and_ids() -> None:
    """These two lead to the log and to Telnyx without any data; and no issue begins without a template."""
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/problem.yml").read_text())
    fields = {part["id"] for part in form["body"] if "id" in part}

    assert {"reference", "ids", "log", "version"} <= fields
    assert yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/config.yml").read_text()) == {"blank_issues_enabled": False}
    assert "event ids and references are enough" in (ROOT / ".github/pull_request_template.md").read_text()


def test_no_licence_is_given_before_the_owners_choose_one() -> None:
    """Neither a file nor the package's metadata claims one, nothing is uploaded by mistake, and README says so."""
    assert not {"license", "license-files"} & set(PROJECT)
    assert not list(ROOT.glob("LICEN[CS]E*"))
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]
    assert "No licence has been chosen" in (ROOT / "README.md").read_text()
