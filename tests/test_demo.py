"""The demo runs on any machine, and its exit code says whether every surface worked."""

import asyncio
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


async def test_the_demo_shows_every_surface_and_ends_well() -> None:
    """A card for each of the seed's event types, the failures, every surface and the buttons; exit code 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.demo", cwd=ROOT, env={}, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    for expected in (
        "Authorized · 1 number to Testing Carrier (SPID 987H)",
        "This is a comment.",
        "FOC date moved to 2021-03-19 10:07 UTC",
        "No port-out has this id",
        "Telnyx is failing",
        "Still looking up",
        "Last events",
        "Posted, without full numbers",
        "a mention in a thread",
        "the same reply, changed",
        "Barnaby Thistlewick",
        "comment by Telnyx staff",
        "3 wait for your answer",
        "look-ups: 6 by alert, 32 by command, 1 by details, 2 by home, 1 by mention",
    ):
        assert expected in out.decode()


async def test_the_demo_needs_nothing_but_what_production_needs() -> None:
    """Both demos and the bot import packages of requirements.txt only, from which `make demo` installs them."""
    program = "import bot.app, sandbox.demo.__main__, sandbox.page.__main__, sys; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=ROOT, stdout=PIPE)
    out, _ = await process.communicate()

    imported = {name.partition(".")[0] for name in out.decode().split()}
    packages = packages_distributions()
    used = {package for name in imported for package in packages.get(name, ())} - {"portout-bot"}
    used -= {"greenlet"}  # which structlog uses where it happens to be installed
    installed = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert "aiohttp" in used
    assert {package.lower().replace("_", "-") for package in used} - installed == set()


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
async def test_make_demo_installs_no_tools_and_says_what_it_does() -> None:
    """On a fresh machine; the tools of developers are several times as large."""
    process = await asyncio.create_subprocess_exec("make", "-nB", "demo", "VENV=none", cwd=ROOT, stdout=PIPE)
    out, _ = await process.communicate()

    lines = out.decode().splitlines()
    assert [line.rpartition(" -r ")[2] for line in lines if "pip install" in line] == ["requirements.txt"]
    assert sum(line.startswith("echo") for line in lines) == 3
