"""The names of Slack's errors, which reach the log and people; other texts do not."""

from collections.abc import Callable

import msgspec
import pytest

from sandbox import faults
from tests.conftest import Environment
from tests.handlers.mentions import mention

QUOTED = "Blocked: POST with Bearer xoxb-a-token for +13125550147"


@pytest.mark.parametrize("error", ["ratelimited", "rate_limited"])
async def test_a_rate_limit_that_is_no_429_is_waited_out(environment: Environment, error: str) -> None:
    """Slack has not taken the post: the same delivery posts it a second later, once."""
    answer = msgspec.json.encode({"ok": False, "error": error})
    async with environment.bot() as bot:
        environment.slack.script.then("chat.postMessage", faults.raw(answer))
        response = await bot.sender.event(mention(environment.telnyx.samples.names["pending"]))

    assert response.status == 200
    assert len(environment.slack.channels.messages["C0DESK"]) == 1


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("error", [QUOTED, "3125550147", {"message": QUOTED}])
async def test_only_a_name_of_an_error_is_repeated(
    environment: Environment, log_text: Callable[[], str], status: int, error: object
) -> None:
    """What a proxy says may quote the request. It is no refusal by Slack: the event is delivered again."""
    answer = msgspec.json.encode({"ok": False, "error": error})
    async with environment.bot() as bot:
        environment.slack.script.always(faults.raw(answer, status=status), key="chat.postMessage")
        response = await bot.sender.event(mention(environment.telnyx.samples.names["pending"]))

    assert response.status == 503
    assert '"slack.failed"' in log_text()
    assert not any(part in log_text() for part in ("xoxb", "3125550147", "Blocked"))
    assert environment.slack.channels.ephemeral_messages == []
