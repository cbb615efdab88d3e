"""The garbage of the process, and its end."""

import asyncio
import re
import subprocess
import sys

import aiohttp

from sandbox import faults
from sandbox.bot_process import BotProcess
from sandbox.slack.payloads import command
from sandbox.slack.sender import SignedSender
from tests.bot.processes import ROOT
from tests.conftest import Environment
from tests.many_alerts import add_events

COLLECTING = """
import gc
from bot.process import collect_garbage

def note(phase, info):
    if phase == "start":
        looked_at.append(sum(len(gc.get_objects(number)) for number in range(info["generation"] + 1)))

looked_at = []
gc.disable()
of_the_start = [[] for _ in range(500_000)]
collect_garbage()
gc.callbacks.append(note)
in_work = [[] for _ in range(250_000)]
print(len(looked_at), max(looked_at))
"""

HANGING = """
import threading
from bot.process import leave
for _ in range(150):
    threading.Thread(target=threading.Event().wait).start()
leave(3)
"""


def test_many_hanging_threads_are_waited_for_together() -> None:
    """As many as there may be cost no more than one: 0.2 s for each would be more than a host's 30 s."""
    done = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, timeout=20, check=False)  # noqa: S603

    assert done.returncode == 3


def test_no_run_of_the_garbage_collector_looks_at_all_that_is_in_work() -> None:
    """Nor at what the start has left: only at what is new, while no more is in work than in a flood of 1,000 alerts.

    What it looks at is the time that everybody waits.
    """
    printed = subprocess.check_output([sys.executable, "-c", COLLECTING], cwd=ROOT, timeout=60)  # noqa: S603
    runs, most = map(int, printed.split())

    assert runs > 100
    assert most < 50_000


async def test_the_collector_of_a_bot_looks_at_everything_seldom(environment: Environment) -> None:
    """It is on when the bot has started, and in a flood it runs for new objects."""
    events = add_events(environment, 100)
    answered = asyncio.Event()
    environment.telnyx.script.always(faults.held(answered))
    bot = BotProcess(environment.bot_variables())
    async with aiohttp.ClientSession() as session:
        await bot.start()
        try:
            sender = SignedSender(session, f"{bot.url}/slack/events", environment.slack.signing_secret)
            before = await collections(session, bot.url)
            typed = [
                command(one, response_url=environment.response_url(), user=f"U{number}")
                for number, one in enumerate(events)
            ]
            # Telnyx answers none of them: until the acknowledgements are due, all are in work at the same time.
            await asyncio.gather(*(sender.command(one) for one in typed))
            after = await collections(session, bot.url)
        finally:
            answered.set()
            await bot.kill()

    assert after[0] > before[0]
    assert after[2] == before[2]


async def collections(session: aiohttp.ClientSession, url: str) -> list[float]:
    """Return how often a bot's garbage collector has run, by generation."""
    async with session.get(f"{url}/metrics") as page:
        runs = re.findall(r'^python_gc_collections_total\{generation="(\d)"\} (\S+)$', await page.text(), re.MULTILINE)
    assert [generation for generation, _ in runs] == ["0", "1", "2"]
    return [float(number) for _, number in runs]
