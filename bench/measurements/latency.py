"""How long people wait: during a flood of alerts, and with a network delay to everybody."""

import asyncio
import statistics
import time

from bench.harness import BOT, DOCUMENTED, Harness, Server, Users
from bench.network_delay import delayed
from bench.profiles import Profile
from bench.report import Row, at_most, seconds, times
from sandbox import faults

_FLOOD_SECONDS = 120.0
_BURST = 30
_WHY_IDLE = "120 ms are three round trips of 40 ms, one after the other: to the bot, for the event, for its order"


async def flood_latency(harness: Harness, profile: Profile, bot: Server) -> Row:
    """Return the row of a person's commands while hundreds of alerts wait for Telnyx, and while none does."""
    harness.telnyx.script.always(faults.slow(0.2))
    during, calm = [], []
    async with harness.users(bot.url) as users:
        for _ in range(profile.rounds):
            calm.append(await _median_latency(harness, users))
            before = len(harness.slack.channels.messages["C0ALERTS"])
            alerts = [asyncio.create_task(users.alert()) for _ in range(profile.alerts)]
            await asyncio.sleep(1)  # until the flood is in the queue
            during.append(await _median_latency(harness, users))
            await asyncio.gather(*alerts)
            # A delivery ends when the alert is queued; its look-up goes on.
            async with asyncio.timeout(_FLOOD_SECONDS):
                await harness.slack.channels.posted("C0ALERTS", before + profile.alerts)
    harness.telnyx.script.reset()
    what = f"a person's command during a flood of {profile.alerts} alerts, Telnyx at 200 ms ({seconds(during)})"
    return times(what, "the same without the flood", during, calm, 1.5)


async def burst_latency(harness: Harness, profile: Profile, bot: Server) -> Row:
    """Return the row of the last reply to alerts that come at once, in one channel."""
    harness.slack.script.always(faults.slow(0.2), key="chat.postMessage")
    took = []
    async with harness.users(bot.url) as users:
        for _ in range(profile.rounds):
            before, started = len(harness.slack.channels.messages["C0ALERTS"]), time.perf_counter()
            alerts = [asyncio.create_task(users.alert()) for _ in range(_BURST)]
            async with asyncio.timeout(_FLOOD_SECONDS):
                await harness.slack.channels.posted("C0ALERTS", before + _BURST)
            took.append(time.perf_counter() - started)
            await asyncio.gather(*alerts)
    harness.slack.script.reset()
    return at_most(
        f"the last reply to {_BURST} alerts at once in one channel, Slack at 200 ms", statistics.median(took), 1.5, " s"
    )


async def _median_latency(harness: Harness, users: Users) -> float:
    """Return the median time of some commands, one after the other."""
    took = []
    for _ in range(7):
        started = time.perf_counter()
        await users.wait_for_card(harness.new_event())
        took.append(time.perf_counter() - started)
    return sorted(took)[3]


async def distant_latency(harness: Harness, profile: Profile, idle: float) -> Row:
    """Return the row of a person's commands after `idle` quiet seconds, with 40 ms to everybody."""
    round_trip = 0.04
    ours: list[float] = []
    theirs: list[float] = []
    async with (
        delayed(harness.slack_url, round_trip, handshakes=2) as slack_url,
        delayed(harness.telnyx_url, round_trip, handshakes=2) as telnyx_url,
    ):
        far = {"SLACK_API_URL": f"{slack_url}/api/", "TELNYX_BASE_URL": f"{telnyx_url}/v2"}
        async with harness.server(BOT, far) as bot, harness.server(DOCUMENTED, far) as documented:
            for number in range(profile.far_rounds + 1):
                await asyncio.sleep(idle if number else 0)
                for server, took in ((bot, ours), (documented, theirs)):
                    # The bot can't shorten Slack's own way to it, which is the same for both.
                    async with (
                        delayed(server.url, round_trip, handshakes=0) as url,
                        harness.users(url, slack_url) as users,
                    ):
                        started = time.perf_counter()
                        await users.wait_for_card(harness.new_event())
                        if number:  # the first opens the connections
                            took.append(time.perf_counter() - started)
    what = f"command to visible card, 40 ms to each peer, after {idle:g} s of idling ({seconds(ours)})"
    return times(what, "the documented way", ours, theirs, 0.5, _WHY_IDLE)
