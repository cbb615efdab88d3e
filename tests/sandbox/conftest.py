"""What every test of the stand-ins starts from: a client session, and both services on free ports."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from msgspec import Struct

from sandbox.serve import serve
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import Samples, samples
from sandbox.telnyx.server import TelnyxSandbox

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Telnyx(Struct, frozen=True):
    """A running Telnyx, and where its API is."""

    sandbox: TelnyxSandbox
    url: str


class Slack(Struct, frozen=True):
    """A running Slack, and where it is."""

    sandbox: SlackSandbox
    url: str


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a plain client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def account() -> Samples:
    """The sample account, on a fixed day."""
    return samples(NOW)


@pytest.fixture
async def telnyx(account: Samples) -> AsyncIterator[Telnyx]:
    """Run Telnyx with the sample account."""
    sandbox = TelnyxSandbox(account)
    async with serve(sandbox.app()) as url:
        yield Telnyx(sandbox, f"{url}/v2")


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Run Slack with an empty workspace."""
    sandbox = SlackSandbox()
    async with serve(sandbox.app()) as url:
        yield Slack(sandbox, url)
