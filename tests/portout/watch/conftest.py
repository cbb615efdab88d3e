"""What the tests of the watch share."""

import pytest

from sandbox.redis_server import RedisServer
from tests.conftest import Environment
from tests.watching import Desk


@pytest.fixture
def desk(environment: Environment) -> Desk:
    """The watch channel, and an account without port-outs."""
    return Desk(environment)


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    """The address of a Redis server of its own."""
    return redis.url
