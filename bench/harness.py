"""The test bench for servers: each runs alone on one core, the load and the stand-ins on another. Linux only.

CPU times are the process's own, from the scheduler (proc(5), `schedstat`).
"""

import asyncio
import itertools
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import aiohttp

from bench.load import side_by_side
from bench.programs import killed
from sandbox.bot_process import ROOT, bot_variables
from sandbox.serve import serve, unused_port
from sandbox.slack.payloads import app_home_opened, command, home_button_press
from sandbox.slack.sender import BotResponse, SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

BOT: Final = ("bot", "run")
BARE: Final = ("bench.peers.bare_bolt",)
GET: Final = ("bench.peers.bolt_get",)
DOCUMENTED: Final = ("bench.peers.documented",)

USER_COUNT: Final = 5_000
"""How many users take turns: each may look up thirty times a minute."""

_SERVER_CORE, _LOAD_CORE = 0, 1
_POLL_SECONDS = 0.003
_START_SECONDS = 60.0


class Server:
    """A running server under measurement. url: its address. start_seconds: from its start until it listened."""

    def __init__(self, process: Process, port: int, start_seconds: float) -> None:
        """Describe the server in `process` on `port`."""
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.start_seconds = start_seconds

    @property
    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads together."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    @property
    def resident_mib(self) -> float:
        """Return its resident memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Harness:
    """The stand-ins for Slack and Telnyx, the servers under measurement, and the users who load them."""

    def __init__(self, slack: SlackSandbox, slack_url: str, telnyx: TelnyxSandbox, telnyx_url: str) -> None:
        """Measure servers that use these stand-ins."""
        self.slack = slack
        self.slack_url = slack_url
        self.telnyx = telnyx
        self.telnyx_url = telnyx_url
        self.variables = bot_variables(slack, slack_url, telnyx, telnyx_url)
        self.numbers = itertools.count(1)
        self.user_ids = itertools.cycle(f"U{number}" for number in range(USER_COUNT))
        pending = telnyx.samples.names["pending"]
        self._event = telnyx.samples.events[pending]
        self._order = telnyx.samples.orders[self._event["portout_id"]]

    def new_event(self, *, order: bool = True) -> str:
        """Add a port-out to the account; returns its event's id. order: the event names its order."""
        number = next(self.numbers)
        event_id, order_id = (str(UUID(int=number | kind << 120 | 4 << 76 | 8 << 60)) for kind in (0xE, 0x1))
        named = order_id if order else None
        payload = self._event["payload"] | {"id": named}
        self.telnyx.samples.events[event_id] = self._event | {"id": event_id, "portout_id": named, "payload": payload}
        self.telnyx.samples.orders[order_id] = self._order | {"id": order_id}
        return event_id

    def new_key(self) -> str:
        """Add a port-out to the account; returns its support key."""
        order = self.telnyx.samples.orders[self.telnyx.samples.events[self.new_event()]["portout_id"]]
        order["support_key"] = f"PO_{next(self.numbers):06}"
        return str(order["support_key"])

    @asynccontextmanager
    async def server(
        self,
        module: tuple[str, ...],
        variables: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> AsyncIterator[Server]:
        """Run a server on the servers' core while the context is open; yields it once it listens.

        prefix: what comes before the interpreter on the command line.
        """
        port = unused_port()
        settings = self.variables | {"PORT": str(port), "ALERT_CHANNELS": "C0ALERTS"} | dict(variables or {})
        loop = asyncio.get_running_loop()
        started = loop.time()
        process = await self.spawn(*module, variables=settings, prefix=prefix)
        async with killed(process):
            async with asyncio.timeout(_START_SECONDS):
                await _wait_until_listening(port)
            yield Server(process, port, loop.time() - started)

    async def spawn(
        self,
        *module: str,
        variables: Mapping[str, str] | None = None,
        stdin: int = DEVNULL,
        stdout: int = DEVNULL,
        prefix: Sequence[str] = (),
    ) -> Process:
        """Start a module in a process on the servers' core. prefix: as of `server`."""
        os.sched_setaffinity(0, {_SERVER_CORE})  # inherited by what is started
        try:
            return await asyncio.create_subprocess_exec(
                *(*prefix, sys.executable, "-m", *module),
                env=variables or self.variables,
                cwd=ROOT,
                stdin=stdin,
                stdout=stdout,
                stderr=DEVNULL,
            )
        finally:
            os.sched_setaffinity(0, {_LOAD_CORE})

    @asynccontextmanager
    async def users(self, server_url: str, slack_url: str = "") -> AsyncIterator["Users"]:
        """Connect users to a server. slack_url: its address of Slack, if it has one of its own."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            sender = SignedSender(session, f"{server_url}/slack/events", self.slack.signing_secret, timeout=30)
            yield Users(self, sender, slack_url or self.slack_url)


WITHOUT_ORDER: Final = "State now not known"
"""What the card of an event begins with whose order is not known."""


class Users:
    """Users who send commands to one server, and a tool that posts alerts."""

    def __init__(self, harness: Harness, sender: SignedSender, slack_url: str) -> None:
        """Send by `sender`, with response URLs at `slack_url`."""
        self._sender = sender
        self._harness = harness
        self._slack_url = slack_url
        self._later = 0.0

    async def command(self, text: str) -> BotResponse:
        """Send a command; returns its acknowledgement."""
        answer, _ = await self._send(text)
        return answer

    async def wait_for_card(self, text: str, state: str = "Waiting for your answer") -> None:
        """Send a command, and wait for the card: in the acknowledgement, or posted after it.

        state: what the card begins with.
        """
        answer, url = await self._send(text)
        message = answer.json() if answer.body else await self._harness.slack.response(url, timeout=30)
        self._harness.slack.posted.pop(url.rpartition("/")[2], None)
        if not message["text"].startswith(state):
            raise RuntimeError("no card")

    async def open_home(self) -> str:
        """Open the Home tab, and wait until it is published; returns whose it is."""
        user = next(self._harness.user_ids)
        await self._published(self._sender.event(app_home_opened(user=user)))
        return user

    async def refresh_home(self, user: str) -> None:
        """Press *Refresh* in somebody's Home tab, and wait until it is published anew."""
        view = self._harness.slack.home_tabs.views[user]
        elements = (element for block in view["blocks"] for element in block.get("elements", []))
        (button,) = (element for element in elements if element.get("action_id") == "home_refresh")
        # Each press later than what counts as a double click.
        self._later += 10
        await self._published(
            self._sender.interaction(home_button_press(button, view=view, user=user, later=self._later))
        )

    async def _published(self, sending: Awaitable[BotResponse]) -> None:
        slack = self._harness.slack
        before = sum(call.method == "views.publish" for call in slack.calls)
        answer = await sending
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}")
        await slack.called("views.publish", before + 1)

    async def alert(self) -> None:
        """Deliver an alert of the tool, once."""
        ts = f"1795{next(self._harness.numbers):06d}.000100"
        alert = {"type": "message", "bot_id": "B0MONITOR", "channel": "C0ALERTS", "ts": ts, "event_ts": ts}
        await self._sender.event(alert | {"text": f"Port-out event {self._harness.new_event()}"})

    async def _send(self, text: str) -> tuple[BotResponse, str]:
        url = f"{self._slack_url}/response/{uuid4().hex}"
        answer = await self._sender.command(command(text, response_url=url, user=next(self._harness.user_ids)))
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}")
        return answer, url


async def cpu_of(server: Server, work: Callable[[], Awaitable[object]], calls: int, at_a_time: int) -> float:
    """Return the CPU seconds that a server takes for one of these calls."""
    before = server.cpu_seconds
    await side_by_side(work, calls, at_a_time)
    return (server.cpu_seconds - before) / calls


@asynccontextmanager
async def open_harness() -> AsyncIterator[Harness]:
    """Run the stand-ins, on another core than the servers'; yields the harness."""
    cores = os.sched_getaffinity(0)
    if not {_SERVER_CORE, _LOAD_CORE} <= cores:
        raise SystemExit("The benchmark needs two cores: one for what is measured, one for the load.")
    os.sched_setaffinity(0, {_LOAD_CORE})
    try:
        slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
        async with serve(slack.app()) as slack_url, serve(telnyx.app()) as telnyx_url:
            yield Harness(slack, slack_url, telnyx, telnyx_url)
    finally:
        os.sched_setaffinity(0, cores)


async def _wait_until_listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            writer.close()
            return
