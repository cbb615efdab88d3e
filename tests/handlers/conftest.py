"""Fixtures for the tests of all surfaces."""

import pytest

from tests.conftest import Environment


@pytest.fixture
def names(environment: Environment) -> dict[str, str]:
    """The ids of the sample events, by name."""
    return environment.telnyx.samples.names
