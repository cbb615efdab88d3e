"""The loop of the tests in this folder, which do not wait for real."""

from tests.simulated_time import pytest_asyncio_loop_factories  # noqa: F401  a hook
