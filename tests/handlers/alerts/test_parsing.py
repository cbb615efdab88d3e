"""Which messages are alerts."""

from typing import Any

import pytest

from tests.conftest import Bot
from tests.handlers.alerts.events import alert, replies

SILENT: dict[str, dict[str, Any]] = {
    "own post": {"bot_id": "B0BOT"},
    "own post, by user": {"user": "U0BOT"},
    "someone joined": {"subtype": "channel_join"},
    "new topic": {"subtype": "channel_topic"},
    "another channel": {"channel": "C0DESK"},
    "a mention": {"text": "<@U0BOT> look"},
    "a mention with its name": {"text": "<@U0BOT|port-out> look"},
}


@pytest.mark.parametrize("more", SILENT.values(), ids=SILENT)
async def test_what_is_no_alert_is_not_answered(bot: Bot, names: dict[str, str], more: dict[str, Any]) -> None:
    """Acknowledged, without a reply and without a call to Telnyx."""
    answer = await bot.sender.event(alert(names["pending"]) | more)

    assert answer.status == 200
    assert replies(bot.environment) == replies(bot.environment, "C0DESK") == []
    assert bot.environment.telnyx.calls == []
