"""The bot in a process of its own, as it runs in production: started, stopped and killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Final

import msgspec

from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.server import TelnyxSandbox

ROOT: Final = Path(__file__).parent.parent
START_SECONDS: Final = 30.0


def bot_variables(slack: SlackSandbox, slack_url: str, telnyx: TelnyxSandbox, telnyx_url: str) -> dict[str, str]:
    """Return the environment variables for a bot that uses these stand-ins."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": f"{slack_url}/api/",
        "TELNYX_API_KEY": telnyx.key,
        "TELNYX_BASE_URL": f"{telnyx_url}/v2",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_FORMAT": "json",
        # Nothing in between has to learn that a bot stops.
        "DRAIN_SECONDS": "0",
    }


class BotProcess:
    """One process of the bot, on a free port of this machine.

    is_down: it is not running, or about to end. kills: how often it was killed.
    """

    def __init__(self, variables: Mapping[str, str], log: IO[bytes] | None = None) -> None:
        """Describe a process, not started yet; its log is written to `log`."""
        self._variables = variables
        self._log = log
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.url = ""
        self.kills = 0
        self.is_down = True

    async def start(self) -> None:
        """Start the bot, and wait until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env=self._variables,
            cwd=ROOT,
            stdout=PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            async for line in self._process.stdout:
                self._write(line)
                entry = msgspec.json.decode(line)
                if entry["event"] == "bot.started":
                    self.url = f"http://127.0.0.1:{entry['port']}"
                    # An unread log fills its pipe, and then the bot waits.
                    self._reading = asyncio.create_task(self._read(self._process.stdout))
                    self.is_down = False
                    return
        raise RuntimeError("the bot did not start")

    async def stop(self) -> int:
        """Terminate the bot as a host does; returns its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill the bot, in the middle of whatever it does."""
        self.kills += 1
        await self._end(signal.SIGKILL)

    @property
    def resident_bytes(self) -> int:
        """Return the resident memory of the process."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def _end(self, number: signal.Signals) -> int:
        self.is_down = True
        if self._process is None:
            return 0
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        code = await self._process.wait()
        if self._reading is not None:
            await self._reading
        self._process = self._reading = None
        return code

    async def _read(self, log: asyncio.StreamReader) -> None:
        async for line in log:
            self._write(line)

    def _write(self, line: bytes) -> None:
        if self._log is not None:
            self._log.write(line)


@asynccontextmanager
async def bot_process(variables: Mapping[str, str]) -> AsyncIterator[str]:
    """Run the bot in a process of its own while the context is open; yields its base URL."""
    bot = BotProcess(variables)
    try:
        await bot.start()
        yield bot.url
    finally:
        await bot.kill()
