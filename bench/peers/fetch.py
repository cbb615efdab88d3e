"""Fetch one event many times, in a process of its own, by the bot's client or by the SDK's; prints CPU seconds.

Usage: `python -m bench.peers.fetch bot|sdk calls at-a-time event-id`, with the bot's variables for Telnyx set.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable

from bench.load import side_by_side


async def _measure(fetch: Callable[[], Awaitable[object]], calls: int, at_a_time: int) -> float:
    await side_by_side(fetch, calls // 4 + at_a_time, at_a_time)
    started = time.process_time()
    await side_by_side(fetch, calls, at_a_time)
    return time.process_time() - started


async def _bot(event_id: str, calls: int, at_a_time: int) -> float:
    from portout.telnyx.client import TelnyxClient  # noqa: PLC0415  each process has one client only

    async with TelnyxClient.connect(os.environ["TELNYX_API_KEY"], os.environ["TELNYX_BASE_URL"]) as client:
        return await _measure(lambda: client.event(event_id), calls, at_a_time)


async def _sdk(event_id: str, calls: int, at_a_time: int) -> float:
    from telnyx import AsyncTelnyx  # noqa: PLC0415  as above

    async with AsyncTelnyx(
        api_key=os.environ["TELNYX_API_KEY"], base_url=os.environ["TELNYX_BASE_URL"], max_retries=0
    ) as client:
        return await _measure(lambda: client.portouts.events.retrieve(event_id), calls, at_a_time)


if __name__ == "__main__":
    who, calls, at_a_time, event_id = sys.argv[1:]
    print(asyncio.run({"bot": _bot, "sdk": _sdk}[who](event_id, int(calls), int(at_a_time))))
