"""Many alerts, spread over many channels, and the replies to them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.bot_process import BotProcess
from sandbox.slack.payloads import event_callback
from sandbox.slack.sender import SignedSender
from tests.conftest import Environment

CHANNELS = [f"C0ALERTS{number}" for number in range(25)]


def alert(event_id: str, number: int) -> dict[str, Any]:
    """Return one of many alerts, spread over the channels."""
    ts = f"1795{number:06d}.000100"
    message = {"type": "message", "bot_id": "B0MONITOR", "text": f"Port-out event {event_id}"}
    return message | {"channel": CHANNELS[number % len(CHANNELS)], "ts": ts, "event_ts": ts}


def create_alerts(environment: Environment, count: int) -> list[dict[str, Any]]:
    """Return this many alerts, each about an event of its own, which Telnyx knows."""
    return [alert(one, number) for number, one in enumerate(add_events(environment, count))]


def add_events(environment: Environment, count: int) -> list[str]:
    """Open the channels, and let Telnyx know this many events; return their ids."""
    pending = environment.telnyx.samples.events[environment.telnyx.samples.names["pending"]]
    ids = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(count)]
    environment.telnyx.samples.events.update({one: pending | {"id": one} for one in ids})
    environment.slack.channels.messages.update({channel: [] for channel in CHANNELS})
    return ids


def replies_per_alert(environment: Environment) -> Counter[str]:
    """Return the number of replies in the thread of each alert, by the alert's ts."""
    messages = environment.slack.channels.messages
    return Counter(message["thread_ts"] for channel in CHANNELS for message in messages[channel])


async def deliver(senders: list[SignedSender], event: dict[str, Any], pauses: tuple[float, ...] = (0, 8, 30)) -> None:
    """Post an event to all bots at once, and again after each pause, in seconds, until one accepts it.

    Slack's pauses are longer, 0, 60 and 300 s; these must leave a busy machine the time to work on hundreds.
    """
    callback = event_callback(event)
    for number, pause in enumerate((0.0, *pauses)):
        await asyncio.sleep(pause)
        answers = await asyncio.gather(*(sender.event_callback(callback, number, "http_error") for sender in senders))
        if any(answer.retry_reason is None for answer in answers):
            return


@asynccontextmanager
async def bots_on_one_redis(
    environment: Environment, redis_url: str, channels: Sequence[str], *logs: Path
) -> AsyncIterator[tuple[list[BotProcess], aiohttp.ClientSession]]:
    """Run two bots, and yield them with a session to reach them; at the end they are killed.

    logs: the files to which each writes its log at once; none for no logs.
    """
    settings = environment.bot_variables(REDIS_URL=redis_url, ALERT_CHANNELS=",".join(channels))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        files = [stack.enter_context(log.open("ab", buffering=0)) for log in logs]
        bots = [BotProcess(settings, file) for file in files or (None, None)]
        for bot in bots:
            stack.push_async_callback(bot.kill)
            await bot.start()
        yield bots, session
