"""Health checks: what makes the bot not ready."""

import asyncio

import pytest

from sandbox import faults
from sandbox.faults import Fault
from tests.conftest import Bot


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (faults.raw(b'{"ok": false, "error": "token_revoked"}'), "Slack token refused"),
        (faults.status(503), "Slack does not answer"),
        (faults.reset(), "Slack does not answer"),
        (faults.held(asyncio.Event()), "Slack does not answer"),
        (faults.raw(b"[]"), "Slack does not answer"),
    ],
    ids=["revoked", "failing", "away", "hanging", "no answer at all"],
)
async def test_a_token_that_no_longer_works_shows_in_health(bot: Bot, failure: Fault, problem: str) -> None:
    """Not ready, with the reason, but alive; and simultaneous health checks share one call to Slack."""
    bot.environment.slack.script.always(failure, key="auth.test")

    async with asyncio.timeout(6):  # as probes give up; without its own time-out a call that hangs would take 10 s
        answers = await asyncio.gather(*(bot.get("/readyz") for _ in range(10)))

    assert answers == [(503, {"ready": False, "problems": [problem]})] * 10
    assert (await bot.get("/healthz"))[0] == 200
    assert [call.method for call in bot.environment.slack.calls] == ["auth.test"] * 2
