"""Fixtures for the tests of alerts."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Bot, Environment
from tests.handlers.alerts.events import CHANNEL


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot with two alert channels."""
    async with environment.bot(ALERT_CHANNELS=f"C0OTHER, {CHANNEL}") as bot:
        yield bot
