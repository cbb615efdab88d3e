"""Fixtures for the tests of all surfaces."""

import pytest

from tests.conftest import Environment
from tests.simulated_time import pytest_asyncio_loop_factories  # noqa: F401  a hook


@pytest.fixture
def names(environment: Environment) -> dict[str, str]:
    """The ids of the sample events, by name."""
    return environment.telnyx.samples.names
