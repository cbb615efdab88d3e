"""A release: its version, its entry in CHANGELOG.md, its pinned requirements, and what `make release-check` refuses."""

import re
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from bot import __version__

ROOT = Path(__file__).parent.parent
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RELEASES = re.findall(r"^## \[(\d\S*)\] - (\S+)$", CHANGELOG, re.MULTILINE)
DESCRIBED = "# Changelog\n\n## [1.2.3] - 2026-11-26\n\n### Fixed\n"
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")


def pins(name: str) -> dict[str, Version]:
    """Return the version of each package in a file of pinned requirements."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {package.lower(): Version(version) for package, version in found}


def declared(*groups: str) -> list[Requirement]:
    """Return the requirements that pyproject.toml declares, with those of these groups."""
    project = PYPROJECT["project"]
    named = [one for group in groups for one in PYPROJECT["dependency-groups"][group] if isinstance(one, str)]
    extra = project["optional-dependencies"]["replicas"] if "build" in groups else []  # the benchmark needs no Redis
    return [Requirement(one) for one in (*project["dependencies"], *extra, *named)]


def test_the_changelog_describes_the_version_of_the_code() -> None:
    """The newest release is first, the others follow, each with a day, and nothing is headed in another way."""
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    versions = [Version(version) for version, _ in RELEASES]

    assert RELEASES[0][0] == __version__
    assert versions == sorted(set(versions), reverse=True)
    assert all(date.fromisoformat(day) for _, day in RELEASES)
    assert headings in (
        [f"[{version}] - {day}" for version, day in RELEASES],
        ["[Unreleased]", *(f"[{version}] - {day}" for version, day in RELEASES)],
    )


def test_the_changelog_groups_changes_as_keep_a_changelog_does() -> None:
    """So that an operator finds what was removed at once."""
    kinds = set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE))

    assert kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_version_stands_in_one_place() -> None:
    """The package's metadata takes it from the code, and no other file of the project repeats it."""
    files = ("pyproject.toml", "Makefile", "Dockerfile", "compose.yaml", ".github/workflows/ci.yml")

    assert PYPROJECT["tool"]["setuptools"]["dynamic"] == {"version": {"attr": "bot.__version__"}}
    assert [name for name in files if f'"{__version__}"' in (ROOT / name).read_text()] == []


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.txt", ["build"]),
        ("requirements-dev.txt", ["dev", "build"]),
        ("requirements-bench.txt", ["bench"]),
    ],
)
def test_what_is_declared_is_pinned(lock: str, groups: list[str]) -> None:
    """Each requirement of pyproject.toml has a pin in its file, in the range that it allows."""
    pinned = pins(lock)

    missing = [
        str(one) for one in declared(*groups) if not one.specifier.contains(pinned.get(one.name.lower(), Version("0")))
    ]
    assert missing == []


def test_the_pins_of_all_files_agree() -> None:
    """What is tested and measured is what is deployed."""
    deployed = pins(LOCKS[0])

    for lock in LOCKS[1:]:
        others = pins(lock)
        assert {name: others[name] for name in deployed if name in others} == {
            name: version for name, version in deployed.items() if name in others
        }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the changelog and what checks it."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/release-check", tmp_path / ".ci")
    (tmp_path / "CHANGELOG.md").write_text(DESCRIBED)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=Release")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as somebody."""
    settings = ("user.name=A", "user.email=a@example.com", "commit.gpgsign=false", "tag.gpgsign=false")
    options = [word for setting in settings for word in ("-c", setting)]
    subprocess.run(["git", *options, *words], cwd=folder, check=True, timeout=30)  # noqa: S603, S607


def refusal(folder: Path, version: str) -> str:
    """Return why a version cannot be released; nothing if it can."""
    done = subprocess.run(  # noqa: S603
        [folder / ".ci/release-check", version], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == bool(done.stderr), done.stderr
    return done.stderr


def test_a_release_that_is_committed_and_described_may_be_made(repository: Path) -> None:
    """The version of the first entry, which has no tag yet."""
    assert refusal(repository, "1.2.3") == ""


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "1.0.0rc1", ""])
def test_a_version_has_three_numbers(repository: Path, version: str) -> None:
    """No other spelling would sort, or be found in the changelog."""
    assert "not like 1.2.3" in refusal(repository, version)


def test_a_release_that_is_not_described_is_refused(repository: Path) -> None:
    """Neither a version that is not in the changelog, nor changes that have no version yet."""
    assert "CHANGELOG.md" in refusal(repository, "99.0.0")

    (repository / "CHANGELOG.md").write_text(DESCRIBED.replace("## [", "## [Unreleased]\n\n## [", 1))
    git(repository, "commit", "--quiet", "--all", "--message=More")
    assert "[Unreleased]" in refusal(repository, "1.2.3")


def test_a_release_is_of_what_is_committed(repository: Path) -> None:
    """A file that git does not have would not be in it."""
    (repository / "new.py").write_text("")

    assert "not committed" in refusal(repository, "1.2.3")


def test_no_version_is_released_twice(repository: Path) -> None:
    """A tag is what others have."""
    git(repository, "tag", "v1.2.3")

    assert "tagged already" in refusal(repository, "1.2.3")
