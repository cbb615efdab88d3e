"""Messages with buttons, and their locations."""

from typing import Any

import msgspec

from portout.cards.blockkit.blocks import Message
from sandbox.slack.payloads import MessageLocation
from tests.conftest import Bot, message_of

CHANNEL = "C0ALERTS"
TS = "1795000000.000100"


async def ask(bot: Bot, *ids: str) -> Message:
    """Look up ids with the command; return the message with their cards."""
    return message_of(await bot.command(" ".join(ids)))


async def mention(bot: Bot, *ids: str) -> dict[str, Any]:
    """Mention the bot; return its reply, which everybody sees."""
    text = f"<@U0BOT> {' '.join(ids)}"
    event = {"type": "app_mention", "user": "U0ALICE", "text": text, "channel": CHANNEL, "ts": TS, "event_ts": TS}
    assert (await bot.sender.event(event)).status == 200
    return bot.environment.slack.channels.messages[CHANNEL][-1]


def location_of(reply: dict[str, Any], channel: str = CHANNEL) -> MessageLocation:
    """Return the location of a reply."""
    return MessageLocation(channel, reply["ts"], reply["thread_ts"], is_ephemeral=False)


def shown(value: Any) -> str:
    """Return a message or modal as JSON."""
    return msgspec.json.encode(value).decode()
