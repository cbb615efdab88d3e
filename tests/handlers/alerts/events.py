"""Alerts as Slack delivers them, and the replies to them."""

import asyncio
from typing import Any

import msgspec

from portout.cards.blockkit.blocks import Message
from sandbox.slack.sender import BotResponse
from tests.conftest import Bot, Environment
from tests.oracles import assert_valid_blocks

CHANNEL = "C0ALERTS"
AT_ONCE = (0, 0, 0)


def alert(*ids: str, ts: str = "1795000000.000100", **more: Any) -> dict[str, Any]:
    """Return the event for an alert of a monitoring tool, with its ids in an attachment only."""
    field = {"title": "Port-out events", "value": " ".join(ids), "short": False}
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B0MONITOR",
        "channel": CHANNEL,
        "channel_type": "channel",
        "ts": ts,
        "event_ts": ts,
        "attachments": [{"fallback": "Alert", "fields": [field]}],
        **more,
    }


def edited(before: dict[str, Any], after: dict[str, Any], event_ts: str = "1795000001.000200") -> dict[str, Any]:
    """Return the event for an edit, an unfurl or a language detection."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": CHANNEL,
        "ts": event_ts,
        "event_ts": event_ts,
        "message": after,
        "previous_message": before,
    }


def deleted(before: dict[str, Any], event_ts: str = "1795000002.000300") -> dict[str, Any]:
    """Return the event for a deleted message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": CHANNEL,
        "ts": event_ts,
        "event_ts": event_ts,
        "deleted_ts": before["ts"],
        "previous_message": before,
    }


async def last_delivery(bot: Bot, message: dict[str, Any]) -> BotResponse:
    """Post the last delivery of an event."""
    return await bot.sender.event(message, retry_num=3, retry_reason="http_error")


async def accepted(bot: Bot, event: dict[str, Any]) -> BotResponse:
    """Post an event again and again until it is accepted; return the last answer."""
    async with asyncio.timeout(60):
        while True:
            answer = await bot.sender.event(event, retry_num=1, retry_reason="http_timeout")
            if answer.status == 200:
                return answer


def replies(environment: Environment, channel: str = CHANNEL) -> list[dict[str, Any]]:
    """Return the bot's messages in a channel; raise AssertionError if Slack would refuse one."""
    messages = environment.slack.channels.messages[channel]
    for message in messages:
        assert_valid_blocks(msgspec.convert({"text": message["text"], "blocks": message["blocks"]}, Message))
    return messages


def statuses(answers: list[BotResponse]) -> list[int]:
    """Return the status of each answer to Slack."""
    return [answer.status for answer in answers]
