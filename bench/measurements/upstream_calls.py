"""The calls to Telnyx and Slack: how many there are, and what one to Telnyx costs."""

import asyncio
from asyncio.subprocess import PIPE
from typing import Final

from bench.harness import WITHOUT_ORDER, Harness, Server
from bench.load import side_by_side
from bench.profiles import Profile
from bench.report import Row, at_most, faster, seconds

# glibc maps asyncio's receive buffer of 256 KiB anew for each call until the process happens to free a larger block: in
# a process as small as these, an import more or less changes the time of a call by a fifth.
_FIXED_MALLOC: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20)}


async def upstream_calls(harness: Harness, profile: Profile, bot: Server) -> list[Row]:
    """Return the rows that count calls and connections."""
    auth_tests = _auth_tests(harness)
    async with harness.users(bot.url) as users:
        calls = profile.calls // 2
        await side_by_side(lambda: users.wait_for_card(harness.new_event()), 50, 10)
        before = harness.telnyx.connections
        await side_by_side(lambda: users.wait_for_card(harness.new_event()), calls, 10)
        opened = harness.telnyx.connections - before
        one, asked = harness.new_event(order=False), len(harness.telnyx.calls)
        await asyncio.gather(*(users.wait_for_card(one, WITHOUT_ORDER) for _ in range(200)))
        asked = len(harness.telnyx.calls) - asked
    return [
        at_most("new connections to Telnyx per card, steady", opened / calls, 0.05),
        at_most("calls to `auth.test` inside a person's request", _auth_tests(harness) - auth_tests, 0),
        at_most("calls to Telnyx for 200 commands with one id at once", asked, 1),
    ]


def _auth_tests(harness: Harness) -> int:
    return sum(call.method == "auth.test" for call in harness.slack.calls)


async def fetch_cost(harness: Harness, profile: Profile) -> Row:
    """Return the row of fetching one event 50 at a time, by each client in processes of their own, in turn."""
    event_id = harness.new_event()
    ours, theirs = [], []
    for _ in range(profile.rounds):
        ours.append(await _fetched(harness, "bot", profile.calls * 2, event_id))
        theirs.append(await _fetched(harness, "sdk", profile.calls // 2, event_id))
    return faster(f"fetch an event, CPU, 50 at a time ({seconds(ours)})", "`AsyncTelnyx`", ours, theirs, 10)


async def _fetched(harness: Harness, who: str, calls: int, event_id: str) -> float:
    """Return the CPU seconds that a call takes."""
    variables = harness.variables | _FIXED_MALLOC
    arguments = (who, str(calls), "50", event_id)
    process = await harness.spawn("bench.peers.fetch", *arguments, variables=variables, stdout=PIPE)
    out, _ = await process.communicate()
    return float(out) / calls
