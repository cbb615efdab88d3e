"""Health checks: what makes the bot not ready."""

import asyncio
from collections.abc import Callable

import pytest

from portout.telemetry.metrics import DEGRADED_REASONS
from sandbox import faults
from sandbox.faults import Fault
from tests.bot.clocks import auth_test_at
from tests.conftest import Bot, Environment
from tests.portout.telemetry.test_metrics import scraped


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (faults.raw(b'{"ok": false, "error": "token_revoked"}'), "token"),
        (faults.status(503), "slack"),
        (faults.reset(), "slack"),
        (faults.held(asyncio.Event()), "slack"),
        (faults.raw(b"[]"), "slack"),
    ],
    ids=["revoked", "failing", "away", "hanging", "no answer at all"],
)
async def test_a_token_that_no_longer_works_shows_in_health(bot: Bot, failure: Fault, reason: str) -> None:
    """Degraded, with the reason, but ready: another process is no better off. Simultaneous checks share one call."""
    bot.environment.slack.script.always(failure, key="auth.test")

    async with asyncio.timeout(6):  # as probes give up; without its own time-out a call that hangs would take 10 s
        answers = await asyncio.gather(*(bot.get("/readyz") for _ in range(10)))

    assert answers == [(200, {"ready": True, "degraded": [reason]})] * 10
    assert (await bot.get("/healthz"))[0] == 200
    assert [call.method for call in bot.environment.slack.calls] == ["auth.test"] * 2


@pytest.mark.parametrize(("seconds", "degraded"), [(-90, ["clock"]), (90, ["clock"]), (20, [])])
async def test_a_clock_that_is_wrong_shows_in_log_and_health(
    environment: Environment, seconds: int, degraded: list[str], log_text: Callable[[], str]
) -> None:
    """By the time in Slack's answers: requests over HTTP are refused when it is wrong by 5 minutes."""
    environment.slack.script.always(auth_test_at(environment, seconds), key="auth.test")

    async with environment.bot() as bot:
        ready = await bot.get("/readyz")

    assert ready == (200, {"ready": True, "degraded": degraded})
    assert ('"clock.wrong"' in log_text()) == bool(degraded)


async def test_an_answer_without_a_time_says_nothing_of_the_clock(environment: Environment) -> None:
    """Something in between may drop or change the header."""
    body = b'{"ok": true, "team_id": "T0SANDBOX", "user_id": "U0BOT", "bot_id": "B0BOT"}'
    environment.slack.script.always(faults.status(200, {"Date": "now"}, body), key="auth.test")

    async with environment.bot() as bot:
        assert await bot.get("/readyz") == (200, {"ready": True, "degraded": []})


async def test_what_is_degraded_is_a_series(bot: Bot) -> None:
    """1 for each reason, else 0, in every scrape, whether or not somebody reads `/readyz`."""
    bot.environment.slack.script.always(faults.status(503), key="auth.test")

    series = await scraped(bot.session, bot.url)

    values = {name: value for name, value in series.items() if name.startswith("portout_degraded")}
    assert values == {f'portout_degraded{{reason="{name}"}}': name == "slack" for name in DEGRADED_REASONS}
