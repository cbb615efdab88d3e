"""The bot with stand-ins for Slack and Telnyx: real servers on free loopback ports, one event loop, no patches."""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import uuid4

import aiohttp
import msgspec
import pytest
from hypothesis import settings

from bot.app import running
from bot.settings import Settings, read_settings
from portout.cards.blockkit.blocks import Message
from portout.telemetry.logging import configure_logs
from sandbox.bot_process import bot_variables
from sandbox.redis_server import RedisServer, is_installed, redis_server
from sandbox.serve import serve
from sandbox.slack.payloads import command
from sandbox.slack.sender import BotResponse, SignedSender
from sandbox.slack.server import RESPONSE_URL, SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox
from tests.amount import examples

pytest_plugins = ["tests.parallel"]

LOG: Final = "log.jsonl"
SENT: Final = "sent.jsonl"
LOG_OUTPUT: Final[list[TextIO]] = []

settings.register_profile("portout", examples(100))
settings.load_profile("portout")

UNKNOWN_ID = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"


def event_calls(environment: "Environment", event_id: str) -> int:
    """Return how often Telnyx was asked for an event."""
    return sum(call.path.endswith(f"/events/{event_id}") for call in environment.telnyx.calls)


def need_redis() -> None:
    """Skip a test on a laptop without Redis; in CI let it fail."""
    if not is_installed and "CI" not in os.environ:
        pytest.skip("redis-server is not installed")


class Bot:
    """A running bot, which tests reach as Slack does: with signed requests to its HTTP port."""

    def __init__(self, environment: "Environment", session: aiohttp.ClientSession, port: int) -> None:
        self.environment = environment
        self.session = session
        self.url = f"http://127.0.0.1:{port}"
        self.sender = SignedSender(session, f"{self.url}/slack/events", environment.slack.signing_secret)

    async def command(self, text: str, *, response_url: str | None = None, user: str = "U0ALICE") -> BotResponse:
        """Post the command `/portout-event text`; return the acknowledgement."""
        url = response_url or self.environment.response_url()
        return await self.sender.command(command(text, response_url=url, user=user))

    async def get(self, path: str) -> tuple[int, Any]:
        """Fetch one of the health pages; return its status and its JSON."""
        async with self.session.get(self.url + path) as response:
            return response.status, await response.json()


class Environment:
    """Slack and Telnyx, as the bot under test sees them."""

    def __init__(self, telnyx: TelnyxSandbox, slack: SlackSandbox, telnyx_url: str, slack_url: str) -> None:
        self.telnyx = telnyx
        self.slack = slack
        self.telnyx_url = telnyx_url
        self.slack_url = slack_url

    def response_url(self) -> str:
        """Return a new `response_url`."""
        return f"{self.slack_url}/response/{uuid4().hex}"

    def bot_variables(self, **changes: str) -> dict[str, str]:
        """Return the environment variables of a bot, with these changes."""
        return bot_variables(self.slack, self.slack_url, self.telnyx, self.telnyx_url) | changes

    @asynccontextmanager
    async def bot(self, **changes: str) -> AsyncIterator[Bot]:
        """Start a bot in this process, with these variables changed; yield it, and stop it at the end."""
        settings = read_settings(Settings, self.bot_variables(**changes))
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
            running(settings) as port,
        ):
            yield Bot(self, session, port)


@pytest.fixture
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SlackSandbox]]:
    """The Slack stand-ins of a test; at its end, what the bots sent to them is added to a file of the run."""
    workspaces: list[SlackSandbox] = []
    yield workspaces
    with (tmp_path_factory.getbasetemp() / SENT).open("a") as file:
        for slack in workspaces:
            # The fuzz tests send lone surrogates, which only this module encodes.
            file.writelines(f"{json.dumps([call.method, call.body])}\n" for call in slack.calls)
            posted = (message for messages in slack.posted.values() for message in messages)
            file.writelines(f"{json.dumps([RESPONSE_URL, message])}\n" for message in posted)


@pytest.fixture
async def environment(workspaces: list[SlackSandbox]) -> AsyncIterator[Environment]:
    """Slack and Telnyx, each on a port of its own."""
    telnyx, slack = TelnyxSandbox(samples(datetime.now(UTC))), SlackSandbox()
    workspaces.append(slack)
    async with serve(telnyx.app()) as telnyx_url, serve(slack.app()) as slack_url:
        yield Environment(telnyx, slack, telnyx_url, slack_url)


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot in HTTP mode."""
    async with environment.bot() as bot:
        yield bot


def message_of(answer: BotResponse) -> Message:
    """Return the message in an acknowledgement; raise AssertionError unless it is ephemeral and a new one."""
    body = answer.json()
    assert (answer.status, body["response_type"], body["replace_original"]) == (200, "ephemeral", False)
    return msgspec.convert(body, Message)


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """A Redis server of its own, which bots have used for long, until it is started again."""
    need_redis()
    async with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the log of all tests of this process, bots in other processes included."""
    return tmp_path_factory.getbasetemp() / LOG


@pytest.fixture
def log_text(log_file: Path) -> Callable[[], str]:
    """A function that returns what the bots have logged since the test began."""
    start = log_file.stat().st_size

    def text() -> str:
        return log_file.read_bytes()[start:].decode()

    return text


@pytest.fixture(scope="session", autouse=True)
def log_of_the_run(log_file: Path) -> Iterator[None]:
    """Write the log into one file, as JSON."""
    with log_file.open("a", buffering=1) as file:
        LOG_OUTPUT.append(file)
        write_log()
        yield


def write_log() -> None:
    """Write the log into the file of this process's tests, from now on or again."""
    with contextlib.redirect_stdout(LOG_OUTPUT[-1]):
        configure_logs("json", "debug")


@pytest.fixture
def of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """A function that returns the lines of all files with a name, those of each process that ran tests."""
    base = tmp_path_factory.getbasetemp()

    def lines(name: str) -> list[str]:
        files = (path for path in (base / name, *base.glob(f"popen-*/{name}")) if path.exists())
        return [line for path in files for line in path.read_text().splitlines()]

    return lines
