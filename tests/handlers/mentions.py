"""Mentions as Slack delivers them, and the replies to them."""

from typing import Any

import msgspec

from portout.cards.blockkit.blocks import Message
from tests.conftest import Environment
from tests.oracles import assert_valid_blocks

CHANNEL = "C0DESK"
TS = "1795000000.000100"


def mention(text: str, **more: Any) -> dict[str, Any]:
    """Return the event for a mention of the bot."""
    return {
        "type": "app_mention",
        "user": "U0ALICE",
        "team": "T0SANDBOX",
        "channel": CHANNEL,
        "ts": TS,
        "event_ts": TS,
        "text": f"<@U0BOT> {text}",
        **more,
    }


def edit(event: dict[str, Any], text: str, event_ts: str = "1795000009.000200") -> dict[str, Any]:
    """Return the event that Slack sends for a mention when its message is edited, or edited to mention the bot."""
    return event | {"text": f"<@U0BOT> {text}", "event_ts": event_ts, "edited": {"user": "U0ALICE", "ts": event_ts}}


def deletion(original: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the message event for a deleted message: Slack keeps a tombstone of one that has replies."""
    event = {"type": "message", "hidden": True, "channel": CHANNEL, "channel_type": "channel"}
    times = {"ts": "1795000020.000300", "event_ts": "1795000020.000300"}
    previous = {"previous_message": original | {"type": "message"}}
    if kind == "deleted":
        return event | times | previous | {"subtype": "message_deleted", "deleted_ts": original["ts"]}
    tombstone = {"type": "message", "subtype": "tombstone", "ts": original["ts"], "text": "This message was deleted."}
    return event | times | previous | {"subtype": "message_changed", "message": tombstone}


def replies(environment: Environment) -> list[dict[str, Any]]:
    """Return the bot's messages in the channel; raise AssertionError if Slack would refuse one."""
    messages = environment.slack.channels.messages[CHANNEL]
    for message in messages:
        assert_valid_blocks(msgspec.convert({"text": message["text"], "blocks": message["blocks"]}, Message))
    return messages
