"""Bodies that nobody has verified: what they may take."""

import gc
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from tests.bot.transport.raw_client import POST, raw_clients
from tests.conftest import Bot

CLIENTS = 20
SENT = 1_000_000  # bytes of each body, half of it
HEAD = b"Content-Length: %d\r\nX-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=%064d\r\n\r\n"


@pytest.fixture
def without_collector() -> Iterator[None]:
    """No garbage collector, as between two of its runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
async def test_a_client_that_leaves_in_the_middle_of_a_body_leaves_no_bytes_behind(bot: Bot) -> None:
    """Not even until garbage is collected: who sends halves of bodies all the time would fill the memory."""
    head = HEAD % (2 * SENT, time.time(), 0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        async with raw_clients(bot, CLIENTS) as clients:
            for client in clients:
                await client.send(POST + head + bytes(SENT))
            while in_flight() < CLIENTS:
                await bot.get("/healthz")
        while in_flight():
            await bot.get("/healthz")
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < CLIENTS * SENT / 10


def in_flight() -> float:
    """Return how many requests the bot works on."""
    return REGISTRY.get_sample_value("portout_in_flight") or 0.0
