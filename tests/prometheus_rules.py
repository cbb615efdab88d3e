"""The rules of docs/prometheus-rules.yaml, and Prometheus's own tool for them."""

import asyncio
import os
import re
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Final

import msgspec
import pytest
import yaml
from msgspec import Struct

ROOT: Final = Path(__file__).parents[1]
RULES_FILE: Final = ROOT / "docs/prometheus-rules.yaml"


class Rule(Struct, frozen=True, forbid_unknown_fields=True, rename={"wait": "for"}):
    """An alert. expr: its expression. wait: how long this must hold before it fires, as Prometheus writes times."""

    alert: str
    expr: str
    wait: str
    labels: dict[str, str]
    annotations: dict[str, str]


def rules() -> list[Rule]:
    """Return all rules, in the order of the file."""
    document = yaml.safe_load(RULES_FILE.read_text())
    return [msgspec.convert(rule, Rule) for group in document["groups"] for rule in group["rules"]]


def alert_of(heading: str) -> str:
    """Return the name of the alert whose runbook has this heading."""
    return "Portout" + "".join(word[0].upper() + word[1:] for word in re.split(r"[ -]", heading))


def need_promtool() -> None:
    """Skip a test on a laptop without Prometheus's tool; in CI let it fail."""
    if shutil.which("promtool") is None and "CI" not in os.environ:
        pytest.skip("promtool is not installed; it comes with Prometheus")


async def promtool(*arguments: str | Path) -> tuple[int | None, str]:
    """Run Prometheus's tool; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec("promtool", *map(str, arguments), stdout=PIPE, stderr=STDOUT)
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return process.returncode, out.decode()
