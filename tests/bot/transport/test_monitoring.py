"""Health and metrics: who sees what of them."""

import asyncio
import socket
import time

import pytest

from bot.transport.monitoring import CACHE_SECONDS, page_of_metrics
from sandbox import faults
from tests.conftest import Bot, Environment

TOKEN = "a-token-of-the-metrics"
BY_PROXY = {
    "Forwarded": "for=203.0.113.9",
    "X-Forwarded-For": "203.0.113.9",
    "x-forwarded-proto": "https",
    "X-Forwarded-Host": "bot.example.com",
    "X-Real-IP": "203.0.113.9",
    "Via": "1.1 proxy",
}


async def fetch(bot: Bot, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Return an answer's status and text."""
    async with bot.session.get(bot.url + path, headers=headers) as response:
        return response.status, await response.text()


def own_address() -> str:
    """Return an address of this machine that is not loopback; skips the test where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address = str(probe.getsockname()[0])
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    return address


async def test_this_machine_sees_the_metrics(bot: Bot) -> None:
    """Without a token, over loopback."""
    status, text = await fetch(bot, "/metrics")

    assert status == 200
    assert "portout_in_flight" in text


@pytest.mark.parametrize("header", BY_PROXY)
async def test_what_a_proxy_passes_on_does_not(bot: Bot, header: str) -> None:
    """It comes over loopback, too, but from anywhere: the page does not exist then."""
    assert (await fetch(bot, "/metrics", {header: BY_PROXY[header]}))[0] == 404


async def test_another_machine_does_not(environment: Environment) -> None:
    """Nor learns what is degraded; only that the bot is ready."""
    address = own_address()
    environment.slack.script.then("auth.test", faults.ok(), faults.status(503))
    async with environment.bot(HOST="0.0.0.0", METRICS_TOKEN=TOKEN) as bot:  # noqa: S104  to be reached
        bot.url = bot.url.replace("127.0.0.1", address)
        metrics = await fetch(bot, "/metrics")
        ready = await bot.get("/readyz")
        with_token = await fetch(bot, "/metrics", {"Authorization": f"Bearer {TOKEN}"})

    assert metrics[0] == 404
    assert ready == (200, {"ready": True})
    assert with_token[0] == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        ("Bearer ", 404),
        ("Bearer é", 404),
        (TOKEN, 404),
        (f"Basic {TOKEN}", 404),
    ],
)
async def test_the_token_opens_the_metrics(environment: Environment, authorization: str, status: int) -> None:
    """From anywhere, and nothing but the very token."""
    async with environment.bot(METRICS_TOKEN=TOKEN) as bot:
        headers = {"Authorization": authorization, "X-Forwarded-For": "203.0.113.9"}

        assert (await fetch(bot, "/metrics", headers))[0] == status


async def test_without_a_token_none_is_right(bot: Bot) -> None:
    """An empty setting is not a token that is empty."""
    headers = {"Authorization": "Bearer ", "X-Forwarded-For": "203.0.113.9"}

    assert (await fetch(bot, "/metrics", headers))[0] == 404


async def test_everybody_learns_whether_the_bot_is_ready_and_few_what_is_degraded(environment: Environment) -> None:
    """The reasons are for those who see the metrics."""
    async with environment.bot(METRICS_TOKEN=TOKEN) as bot:
        by_proxy = {"X-Forwarded-For": "203.0.113.9"}
        ready = await fetch(bot, "/readyz", by_proxy)
        with_token = await fetch(bot, "/readyz", by_proxy | {"Authorization": f"Bearer {TOKEN}"})

    assert ready == (200, '{"ready": true}')
    assert with_token == (200, '{"ready": true, "degraded": []}')


async def test_a_page_of_metrics_is_made_once_a_second(bot: Bot) -> None:
    """Scrapes in between get the same page again: each would cost 5 ms of the loop's time."""

    async def scrapes() -> list[str]:
        """Return what is scraped before and after a command, which the metrics count."""
        first = await fetch(bot, "/metrics")
        await bot.command(next(iter(bot.environment.telnyx.samples.events)))
        return [first[1], (await fetch(bot, "/metrics"))[1]]

    async with asyncio.timeout(10):
        while len(pages := set(await scrapes())) == 2:  # the second may just have ended in between
            pass
        while (await fetch(bot, "/metrics"))[1] in pages:
            await asyncio.to_thread(time.sleep, CACHE_SECONDS / 10)  # the cache's time is not the loop's


async def test_requests_are_answered_while_a_page_of_metrics_is_made(environment: Environment) -> None:
    """The event loop has a turn after each metric, none of which is more than a third of the page."""
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with environment.bot():
        counting = asyncio.create_task(count_turns())
        page = (await page_of_metrics()).decode()
        counting.cancel()

    metrics = page.split("# HELP ")[1:]
    assert turns >= len(metrics) > 20
    assert max(map(len, metrics)) < len(page) / 3


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nothing", "/slack/events"])
async def test_no_answer_names_the_server(bot: Bot, path: str) -> None:
    """An attacker need not learn which version of which library to look up."""
    async with bot.session.get(bot.url + path) as response:
        assert "Server" not in response.headers
