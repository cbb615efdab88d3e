"""Run the bot's watch, and nothing else of it: one cycle for each line of the standard input.

After each, prints the CPU seconds that it took and the resident bytes of this process. Usage: `python -m
bench.watcher`, with the bot's variables set.
"""

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bot.settings import Settings, read_settings
from bot.watch import Connections, build_watch
from portout.http_session import Proxy
from portout.lookup.service import Lookup
from portout.slack.client import slack_session, web_client
from portout.slack.messages.history import ChannelHistory
from portout.slack.messages.pacing import Pacing
from portout.slack.messages.posts import Posts
from portout.state.fallback_store import open_store
from portout.telemetry.logging import configure_logs
from portout.telnyx.client import TelnyxClient
from sandbox.slack.workspace import BOT_ID, KEY_PREFIX


async def main() -> None:
    """Connect to Telnyx and Slack, and run cycles until the input ends; exit with 1 when one fails."""
    settings = read_settings(Settings, os.environ)
    configure_logs("json", settings.log_level)
    async with AsyncExitStack() as stack:
        telnyx = await stack.enter_async_context(
            TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url)
        )
        session = await stack.enter_async_context(slack_session(Proxy()))
        client = web_client(session, settings.slack_bot_token, settings.slack_api_url)
        store = await stack.enter_async_context(open_store("", KEY_PREFIX, lambda _: None))
        posts, history = Posts(client, Pacing(), for_alerts=True), ChannelHistory(client, BOT_ID)
        watch = build_watch(settings, Connections(telnyx, Lookup(telnyx), posts, history, store))
        if watch is None:
            sys.exit("WATCH_CHANNEL is not set")
        for _ in sys.stdin:
            started = time.process_time()
            if not await watch.run_cycle():
                sys.exit("a cycle failed")
            print(time.process_time() - started, _resident_bytes(), flush=True)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    asyncio.run(main())
