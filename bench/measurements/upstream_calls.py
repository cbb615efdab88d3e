"""What is asked of others, and what those are worth who only pretend to be Slack."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bench.harness import Server, Workshop, cpu_of
from bench.load import side_by_side
from bench.profiles import Effort
from bench.report import Row, at_most, seconds, times
from sandbox.slack.sender import signed_headers


async def economy(shop: Workshop, effort: Effort, bot: Server) -> list[Row]:
    """Count what is asked of others."""
    auth_tests = _auth_tests(shop)
    async with shop.people(bot.url) as people:
        calls = effort.calls // 2
        await side_by_side(lambda: people.see_card(shop.new_event()), 50, 10)
        before = shop.telnyx.connections
        await side_by_side(lambda: people.see_card(shop.new_event()), calls, 10)
        opened = shop.telnyx.connections - before
        one, asked = shop.new_event(order=False), len(shop.telnyx.calls)
        await asyncio.gather(*(people.see_card(one) for _ in range(200)))
        asked = len(shop.telnyx.calls) - asked
    return [
        at_most("new connections to Telnyx per card, steady", opened / calls, 0.05),
        at_most("calls to `auth.test` inside a person's request", _auth_tests(shop) - auth_tests, 0),
        at_most("calls to Telnyx for 200 commands with one id at once", asked, 1),
    ]


def _auth_tests(shop: Workshop) -> int:
    return sum(call.method == "auth.test" for call in shop.slack.calls)


async def forged(effort: Effort, bot: Server, bare: Server) -> Row:
    """Send a large form that nobody signed."""
    body = b"a=1&" * 2**18
    headers = signed_headers("not the secret", body) | {"content-type": "application/x-www-form-urlencoded"}
    async with aiohttp.ClientSession() as session:

        def post(server: Server) -> Callable[[], Awaitable[object]]:
            async def work() -> None:
                async with session.post(f"{server.url}/slack/events", data=body, headers=headers) as response:
                    if response.status != 401:
                        raise RuntimeError(f"a forged request was answered {response.status}")

            return work

        ours: list[float] = []
        theirs: list[float] = []
        for number in range(effort.rounds + 1):
            mine, other = await cpu_of(bot, post(bot), 20, 1), await cpu_of(bare, post(bare), 5, 1)
            if number:
                ours, theirs = [*ours, mine], [*theirs, other]
    what = f"a forged 1 MiB form of 262,144 fields, CPU ({seconds(ours)})"
    return times(what, "bare Bolt", ours, theirs, 1 / 50)
