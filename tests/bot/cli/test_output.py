"""What a command prints, and who reads it."""

import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec

import pytest

from tests.amount import mostly_full
from tests.bot.processes import ROOT, outcome, portout_bot
from tests.conftest import Environment

COMMANDS = ["manifest", "check", "check --json", "show pending", "show --json pending"]


@pytest.mark.parametrize("command", mostly_full(COMMANDS, "manifest", "check"))
async def test_a_reader_that_has_seen_enough_is_no_fault(environment: Environment, command: str) -> None:
    """As in `portout-bot manifest | head -1`: the command ends as other programs do, without a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    process = await portout_bot(environment.bot_variables(), *command.split(), stdout=writer)
    os.close(writer)
    _, errors = await process.communicate()

    assert (process.returncode, errors) == (141, b"")


async def test_a_closed_output_is_no_fault() -> None:
    """As in `portout-bot manifest >&-`: there is nothing to print to."""
    closing = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, '-m', 'bot', 'manifest'])"
    process = await create_subprocess_exec(sys.executable, "-c", closing, cwd=ROOT, stdout=PIPE, stderr=PIPE)

    assert await outcome(process) == (0, "", "")
