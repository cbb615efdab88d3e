"""The demo runs on any machine, and its exit code says whether every surface worked."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

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
        "No port-out with this id",
        "Telnyx is failing",
        "Still looking up",
        "Last events",
        "Posted, without full numbers",
        "a mention in a thread",
        "the same reply, changed",
        "Barnaby Thistlewick",
        "comment by Telnyx staff",
        "look-ups: 6 by alert, 27 by command, 1 by details, 1 by mention, 1 by post, 1 by refresh, 1 by shortcut",
    ):
        assert expected in out.decode()
