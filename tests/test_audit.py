"""`.ci/audit`: what `make check` makes of pip-audit's results."""

import subprocess
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent / ".ci/audit"


@pytest.mark.parametrize(
    ("report", "code", "expected", "shown"),
    [
        ("No known vulnerabilities found", 0, 0, "no known vulnerabilities"),
        ("Found 2 known vulnerabilities in 1 package\nName Version", 1, 1, "Found 2 known vulnerabilities"),
        ("Found 1 known vulnerability in 1 package", 1, 1, "Found 1 known vulnerability"),
        ("Traceback…\nrequests.exceptions.ConnectionError: no route", 1, 0, "skipped, its database cannot be asked"),
        ("ERROR: Dependency not found and could not be audited", 1, 0, "skipped, its database cannot be asked"),
    ],
)
def test_only_a_known_vulnerability_fails_the_check(
    tmp_path: Path, report: str, code: int, expected: int, shown: str
) -> None:
    """Where the database cannot be reached, the check says that it was skipped."""
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END' >&2\n{report}\nEND\nexit {code}\n")
    program.chmod(0o755)

    done = subprocess.run([AUDIT, program], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == expected
    assert shown in done.stdout
