"""What the tests of the watch share."""

import pytest

from tests.conftest import Environment
from tests.watching import Desk


@pytest.fixture
def desk(environment: Environment) -> Desk:
    """The watch channel, and an account without port-outs."""
    return Desk(environment)
