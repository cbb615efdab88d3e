"""The watch without the rest of the bot: cycles that tests start, a clock that they move, and what it posted."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from bot.settings import Settings, read_settings
from bot.watch import Connections, build_watch
from portout.http_session import Proxy
from portout.lookup.service import Lookup
from portout.slack.client import slack_session, web_client
from portout.slack.messages.history import ChannelHistory
from portout.slack.messages.pacing import Pacing
from portout.slack.messages.posts import Posts
from portout.state.fallback_store import open_store
from portout.telnyx.client import TelnyxClient
from portout.watch.service import Watch
from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.workspace import BOT_ID, KEY_PREFIX
from sandbox.telnyx.account import Account
from tests.conftest import Environment

CHANNEL: Final = "C0DESK"


class Desk:
    """The watch channel's messages as they are now, and the account whose port-outs it tells."""

    def __init__(self, environment: Environment) -> None:
        """Close the account's sample orders: only what a test opens is there."""
        self.environment = environment
        self.account: Final[Account] = environment.telnyx.account
        samples = environment.telnyx.samples
        for resources in (samples.orders, samples.events, samples.comments):
            resources.clear()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Return all messages, those in threads included."""
        return self.environment.slack.channels.messages[CHANNEL]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages with metadata of this kind."""
        return [one for one in self.messages if one["metadata"]["event_type"] == kind]

    def message_of(self, order_id: str) -> dict[str, Any]:
        """Return the one message of an order."""
        (message,) = [one for one in self.of_kind("portout_order") if payload(one)["order"] == order_id]
        return message

    def lines_of(self, order_id: str) -> list[str]:
        """Return the ids of the events that have a line, in the order in which they stand in the thread."""
        thread_ts = self.message_of(order_id)["ts"]
        lines = [one for one in self.of_kind("portout_event") if payload(one)["order"] == order_id]
        assert all(one["thread_ts"] == thread_ts for one in lines)
        return [payload(one)["event"] for one in lines]

    @property
    def kinds(self) -> Counter[str]:
        """Return how many messages there are of each kind."""
        return Counter(one["metadata"]["event_type"] for one in self.messages)

    def calls(self) -> Counter[str]:
        """Return how often each list of Telnyx, its orders, and each method of Slack was called."""
        telnyx = Counter(
            "order" if one.path.count("/") == 3 and "events" not in one.path else one.path
            for one in self.environment.telnyx.calls
        )
        return telnyx + Counter(one.method for one in self.environment.slack.calls)


def payload(message: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a message's metadata."""
    content: dict[str, Any] = message["metadata"]["event_payload"]
    return content


def shown(message: dict[str, Any]) -> str:
    """Return all that people see of a message, and its buttons."""
    return f"{message['blocks']} {message['text']}"


def refusing(reason: str, text: str) -> Fault:
    """Refuse calls whose arguments have this text."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        if text not in (await request.text()):
            return None
        return await faults.raw(json.dumps({"ok": False, "error": reason}).encode())(request)

    return fault


class Clock:
    """The bot's clock. offset: seconds by which it is ahead of this machine's, free to be changed."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


class Watching:
    """A process that watches. clock: its own."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        self.watch = watch
        self.clock = clock

    async def cycle(self, *, is_good: bool = True) -> None:
        """Run a cycle, which succeeds or not."""
        assert await self.watch.run_cycle() is is_good


@asynccontextmanager
async def watching(environment: Environment, **changes: str) -> AsyncIterator[Watching]:
    """Start a process that watches `CHANNEL`, with these variables changed, and runs no cycles of its own."""
    variables = environment.bot_variables(WATCH_CHANNEL=CHANNEL, **changes)
    settings = read_settings(Settings, variables)
    async with AsyncExitStack() as stack:
        telnyx = await stack.enter_async_context(
            TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy)
        )
        session = await stack.enter_async_context(slack_session(Proxy()))
        client = web_client(session, settings.slack_bot_token, settings.slack_api_url)
        store = await stack.enter_async_context(open_store(settings.redis_url, KEY_PREFIX, lambda _: None))
        posts, history, clock = Posts(client, Pacing(), for_alerts=True), ChannelHistory(client, BOT_ID), Clock()
        watch = build_watch(settings, Connections(telnyx, Lookup(telnyx), posts, history, store, clock))
        assert watch is not None
        yield Watching(watch, clock)


def pass_time(desk: Desk, *processes: Watching, hours: float) -> None:
    """Move the clocks of the account and of these processes on."""
    desk.account.clock.offset += timedelta(hours=hours)
    for one in processes:
        one.clock.offset += hours * 3600
