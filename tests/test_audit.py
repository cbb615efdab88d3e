"""`.ci/audit`: what `make check` makes of pip-audit's results."""

import subprocess
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent / ".ci/audit"
OPTIONS = "--require-hashes --disable-pip --progress-spinner off -r requirements.txt"
UNKNOWN = "ERROR:pip_audit._cli:x: Dependency not found on PyPI and could not be audited: x (1)"
KNOWS_NONE = '{"dependencies": [{"name": "x", "skip_reason": "…"}, {"name": "y", "skip_reason": "…"}]}'
KNOWS_SOME = '{"dependencies": [{"name": "x", "skip_reason": "…"}, {"name": "y", "version": "1", "vulns": []}]}'


def audited(folder: Path, report: str, code: int, as_json: str = "") -> tuple[int, str, list[str]]:
    """Run the check with a pip-audit that prints this; return the exit code, the output and each call's arguments."""
    program, calls = folder / "pip-audit", folder / "calls"
    program.write_text(
        f'#!/bin/sh\necho "$*" >> {calls}\n'
        f"case \"$*\" in *json*) cat <<'END'\n{as_json}\nEND\nexit 0;; esac\n"
        f"cat <<'END' >&2\n{report}\nEND\nexit {code}\n"
    )
    program.chmod(0o755)
    done = subprocess.run([AUDIT, program], capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stdout, calls.read_text().splitlines()


def test_what_is_deployed_is_checked_strictly(tmp_path: Path) -> None:
    """Every pinned package, with its hashes; one that was not checked is an error."""
    code, out, calls = audited(tmp_path, "No known vulnerabilities found", 0)

    assert (code, out) == (0, "pip-audit: no known vulnerabilities\n")
    assert calls == [f"--strict {OPTIONS}"]


@pytest.mark.parametrize(
    "report",
    [
        "Found 2 known vulnerabilities in 1 package\nName Version",
        "Found 1 known vulnerability in 1 package",
        "usage: pip-audit [-h]\npip-audit: error: unrecognized arguments: --strictly",
        "ERROR:pip_audit._cli:invalid requirements input: requirements.txt",
        "Traceback…\nAttributeError: module 'requests.exceptions' has no attribute 'ConnectionErrors'",
        "Traceback…\nrequests.exceptions.HTTPError: 400 Client Error: Bad Request for url: https://index.example/a/json",
        "",
    ],
    ids=["vulnerabilities", "a vulnerability", "arguments", "a path", "an error of its own", "its request", "nothing"],
)
def test_a_failure_fails_the_check(tmp_path: Path, report: str) -> None:
    """It is shown, and not taken as a network that is away."""
    code, out, _ = audited(tmp_path, report, 1)

    assert code == 1
    assert out == f"{report}\n"


@pytest.mark.parametrize(
    "line",
    [
        "requests.exceptions.ConnectionError: no route",
        "requests.exceptions.ConnectTimeout: HTTPSConnectionPool",
        "requests.exceptions.ReadTimeout: HTTPSConnectionPool",
        "requests.exceptions.ProxyError: HTTPSConnectionPool: Max retries exceeded",
        "requests.exceptions.SSLError: HTTPSConnectionPool",
        "requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: x\n\nTraceback…\nServiceError",
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\nERROR:pip_audit._cli:Tip: your network",
    ],
)
def test_a_database_that_cannot_be_reached_skips_the_check(tmp_path: Path, line: str) -> None:
    """Nobody without the network is kept from working, and the reason is printed."""
    code, out, _ = audited(tmp_path, f"Traceback…\n{line}", 1)

    assert code == 0
    assert out.startswith("pip-audit: skipped, nothing was checked: its database cannot be asked: ")
    assert line.partition("\n")[0] in out


def test_an_index_without_a_database_skips_the_check(tmp_path: Path) -> None:
    """It knows none of the packages, so it is no database."""
    code, out, calls = audited(tmp_path, UNKNOWN, 1, KNOWS_NONE)

    assert code == 0
    assert "skipped, nothing was checked: the package index of this machine has no such database" in out
    assert calls == [f"--strict {OPTIONS}", f"--format json {OPTIONS}"]


def test_a_package_that_the_database_does_not_know_fails_the_check(tmp_path: Path) -> None:
    """It knows others: this one was removed or never published, and nobody checked it."""
    code, out, _ = audited(tmp_path, UNKNOWN, 1, KNOWS_SOME)

    assert code == 1
    assert "could not be audited: x" in out
