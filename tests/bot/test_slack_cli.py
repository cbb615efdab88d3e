"""The hooks of the Slack CLI in .slack/hooks.json, run as it runs them: as a line for a shell, in the project's folder.

Source: docs.slack.dev/tools/slack-cli/reference/hooks. The CLI itself is not needed.
"""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.cli.manifest import EXAMPLE_URL, manifest
from tests.bot.processes import ROOT, outcome, started
from tests.conftest import Environment

FILE = json.loads((ROOT / ".slack/hooks.json").read_text())
HOOKS, CONFIG = FILE["hooks"], FILE["config"]


async def hook(name: str, variables: Mapping[str, str] | None = None) -> Process:
    """Start a hook's command with these environment variables, in a shell where the virtual environment is active."""
    path = {"PATH": str(Path(sys.executable).parent)}
    return await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", HOOKS[name]),
        env=path | dict(variables or {}),
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )


async def test_the_manifest_is_for_socket_mode() -> None:
    """Standard output has the manifest as JSON and nothing else, as the protocol wants it."""
    code, out, err = await outcome(await hook("get-manifest"))

    assert (code, err) == (0, "")
    assert json.loads(out) == manifest(EXAMPLE_URL, socket=True)


async def test_the_bot_starts_with_the_tokens_of_the_cli(environment: Environment, log_file: Path) -> None:
    """It opens its own connection to Slack, and the signal that the CLI sends its child ends it, not a shell."""
    variables = environment.bot_variables(SLACK_APP_TOKEN=environment.slack.app_token)
    del variables["SLACK_SIGNING_SECRET"]
    process = await hook("start", variables)
    async with started(process, environment, log_file) as bot:
        try:
            health = await bot.get("/healthz")
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(29):
                code = await process.wait()
        finally:  # a shell would leave the bot behind
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    assert health == (200, {"alive": True})
    assert "apps.connections.open" in {call.method for call in environment.slack.calls}
    assert code == 0
    assert CONFIG["sdk-managed-connection-enabled"] is True


def test_a_change_of_code_restarts_the_bot_and_one_of_the_manifest_reinstalls_it() -> None:
    """What is watched exists, and is the code of all three floors."""
    watched = CONFIG["watch"]

    assert watched["manifest"]["paths"] == ["bot/cli/manifest.py"]
    assert watched["app"]["paths"] == ["bot", "handlers", "portout"]
    assert all((ROOT / path).exists() for kind in watched.values() for path in kind["paths"])
    assert re.search(watched["app"]["filter-regex"], "settings.py")
    assert not re.search(watched["app"]["filter-regex"], "settings.cpython-311.pyc")
