"""Fixtures for the tests of all buttons."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Bot, Environment
from tests.handlers.buttons.messages import CHANNEL


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot with one alert channel."""
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        yield bot
