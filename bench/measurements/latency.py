"""How long people wait: while alerts flood in, and with everybody far away."""

import asyncio
import time

from bench.harness import BOT, DOCUMENTED, People, Server, Workshop
from bench.network_delay import distance
from bench.profiles import Effort
from bench.report import Row, seconds, times
from sandbox import faults

_FLOOD_SECONDS = 120.0


async def flood(shop: Workshop, effort: Effort, bot: Server) -> Row:
    """Let a person ask while hundreds of alerts wait for Telnyx, and while none does."""
    shop.telnyx.script.always(faults.slow(0.2))
    during, calm = [], []
    async with shop.people(bot.url) as people:
        for _ in range(effort.rounds):
            calm.append(await _waiting_times(shop, people))
            before = len(shop.slack.channels.messages["C0ALERTS"])
            alerts = [asyncio.create_task(people.alert()) for _ in range(effort.alerts)]
            await asyncio.sleep(1)  # until the flood stands in the queue
            during.append(await _waiting_times(shop, people))
            await asyncio.gather(*alerts)
            # Slack's deliveries end when they are left with it; the look-ups for them go on.
            async with asyncio.timeout(_FLOOD_SECONDS):
                await shop.slack.channels.posted("C0ALERTS", before + effort.alerts)
    shop.telnyx.script.reset()
    what = f"a person's command during a flood of {effort.alerts} alerts, Telnyx at 200 ms ({seconds(during)})"
    return times(what, "the same without the flood", during, calm, 1.5)


async def _waiting_times(shop: Workshop, people: People) -> float:
    """Give the median time of some commands, one after the other."""
    took = []
    for _ in range(7):
        started = time.perf_counter()
        await people.see_card(shop.new_event())
        took.append(time.perf_counter() - started)
    return sorted(took)[3]


async def far_away(shop: Workshop, effort: Effort) -> Row:
    """Let a person ask after a quiet minute, everybody being 40 ms away."""
    round_trip = 0.04
    ours: list[float] = []
    theirs: list[float] = []
    async with (
        distance(shop.slack_url, round_trip, handshakes=2) as slack_url,
        distance(shop.telnyx_url, round_trip, handshakes=2) as telnyx_url,
    ):
        far = {"SLACK_API_URL": f"{slack_url}/api/", "TELNYX_BASE_URL": f"{telnyx_url}/v2"}
        async with shop.server(BOT, far) as bot, shop.server(DOCUMENTED, far) as documented:
            for number in range(effort.far_rounds + 1):
                await asyncio.sleep(effort.idle if number else 0)
                for server, took in ((bot, ours), (documented, theirs)):
                    # Slack's own way to the bot is not the bot's to shorten: it is the same for both.
                    async with (
                        distance(server.url, round_trip, handshakes=0) as url,
                        shop.people(url, slack_url) as people,
                    ):
                        started = time.perf_counter()
                        await people.see_card(shop.new_event())
                        if number:  # the first opens the connections
                            took.append(time.perf_counter() - started)
    what = f"command to visible card, 40 ms to each peer, after {effort.idle:g} s of idling ({seconds(ours)})"
    return times(what, "the documented way", ours, theirs, 0.5)
