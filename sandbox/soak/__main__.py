"""Run several bots on one Redis under mixed traffic, with faults in Slack and Telnyx and kills of the bots.

Slack's own pauses before it delivers an event again are 0, 60 and 300 s. Here they are shorter, yet longer than the
lease that a killed bot leaves behind. Meanwhile port-outs happen, which the bots watch; when the traffic is over,
nothing fails any more, and the watch has some cycles to tell the rest. The result is a table, and exit code 1 if an
alert was lost or answered twice, a command that no kill cut off was not answered, or the watch's channel does not have
one message for each port-out, one line for each later event, and the last state of each.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import aiohttp

from sandbox import faults
from sandbox.bot_process import BotProcess, bot_variables
from sandbox.serve import serve
from sandbox.slack.payloads import command, event_callback
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.soak import hostile
from sandbox.soak.portouts import CHANNEL as WATCH_CHANNEL
from sandbox.soak.portouts import Portouts
from sandbox.soak.redis_trouble import RedisTrouble, troubled_redis
from sandbox.soak.report import Tally, print_table
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

CHANNELS: Final = tuple(f"C0ALERTS{number}" for number in range(20))
PAUSES: Final = (0.0, 20.0, 60.0)
USER_COUNT: Final = 200
LATE_ANSWER_SECONDS: Final = 15.0
SIMULTANEOUS: Final = 0.2  # the part of the alerts that goes to all bots at once


class Soak:
    """One run. bots: the processes that take the traffic. tally: the counts so far."""

    def __init__(
        self,
        options: argparse.Namespace,
        slack: SlackSandbox,
        slack_url: str,
        redis: RedisTrouble,
        event_ids: list[str],
    ) -> None:
        """Prepare the traffic, the same for the same `--seed`."""
        self._options = options
        self._slack = slack
        self._slack_url = slack_url
        self._ids = event_ids
        self.redis = redis
        self._dice = random.Random(options.seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.bots: list[BotProcess] = []
        self.tally = Tally()

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Send alerts and commands for the given minutes, kill bots meanwhile, and wait for the last redelivery."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        seconds = self._options.minutes * 60
        breaking = [asyncio.create_task(self._kill(seconds))] if self._options.kill_every else []
        if self._options.redis_every:
            breaking.append(asyncio.create_task(self.redis.make(self._options.redis_every, seconds)))
        number = 0
        while (now := loop.time() - start) < seconds:
            while number < now * self._options.rate:
                self._spawn(self._alert(session, number))
                self._spawn(self._command(session, number))
                number += 1
            await asyncio.sleep(0.05)
        for task in breaking:
            await task
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sender(self, session: aiohttp.ClientSession, bot: BotProcess) -> SignedSender:
        return SignedSender(session, f"{bot.url}/slack/events", self._slack.signing_secret)

    async def _alert(self, session: aiohttp.ClientSession, number: int) -> None:
        """Post an alert, and deliver it as Slack does until a bot accepts it."""
        ts = f"1795{number:06d}.000100"
        alert = {"type": "message", "bot_id": "B0MONITOR", "channel": self._dice.choice(CHANNELS), "ts": ts}
        event = alert | {"event_ts": ts, "text": f"Port-out event {self._dice.choice(self._ids)}"}
        callback, to_all = event_callback(event), self._dice.random() < SIMULTANEOUS
        self.tally.alerts[ts] = time.monotonic()
        reason: str | None = None
        for retry, pause in enumerate((0.0, *PAUSES)):
            await asyncio.sleep(pause)
            # After a pause a load balancer knows which bots run, and Slack's last delivery must not depend on how long
            # a bot takes to start on this machine.
            reachable = [bot for bot in self.bots if not bot.is_down] if pause else self.bots
            to = self.bots if to_all and not retry else [self._dice.choice(reachable or self.bots)]
            answers = [self._sender(session, one).event_callback(callback, retry, reason) for one in to]
            reasons = [answer.retry_reason for answer in await asyncio.gather(*answers)]
            self.tally.redeliveries += bool(retry)
            if None in reasons:
                return
            reason = reasons[0]

    async def _command(self, session: aiohttp.ClientSession, number: int) -> None:
        """Send a command, and wait for its answer, or for the late one at its response URL."""
        url = f"{self._slack_url}/response/{uuid4().hex}"
        typed = command(self._dice.choice(self._ids), response_url=url, user=f"U{number % USER_COUNT}")
        started = time.monotonic()
        bot = self._dice.choice(self.bots)
        kills, was_down = bot.kills, bot.is_down
        answer = await self._sender(session, bot).command(typed)
        is_answered = answer.status == 200
        if is_answered and answer.json()["text"].startswith("Still looking up"):
            with suppress(TimeoutError):
                is_answered = bool(await self._slack.response(url, timeout=LATE_ANSWER_SECONDS))
        if is_answered:
            self.tally.commands.append(time.monotonic() - started)
        elif was_down or bot.kills > kills:
            # A person whose bot was killed asks again; this answer can't come.
            self.tally.cut_off += 1
        else:
            self.tally.unanswered += 1

    async def _kill(self, seconds: float) -> None:
        """Kill one bot after the other, and start each again."""
        for number in range(int(seconds / self._options.kill_every)):
            await asyncio.sleep(self._options.kill_every)
            bot = self.bots[number % len(self.bots)]
            self.tally.kills += 1
            await bot.kill()
            await bot.start()

    def count(self) -> None:
        """Count the replies in the thread of each alert."""
        messages = [message for channel in CHANNELS for message in self._slack.channels.messages[channel]]
        replies = Counter(message["thread_ts"] for message in messages)
        self.tally.lost = sum(replies[ts] == 0 for ts in self.tally.alerts)
        self.tally.twice = sum(replies[ts] > 1 for ts in self.tally.alerts)
        for message in messages:
            sent = self.tally.alerts[message["thread_ts"]]
            self.tally.placed.append(self._slack.channels.posted_at[message["ts"]] - sent)


def let_calls_fail(options: argparse.Namespace, slack: SlackSandbox, telnyx: TelnyxSandbox) -> None:
    """Make a part of the calls to Telnyx fail, and of the posts and changes in Slack, some after they took effect."""
    failures = [faults.status(500), faults.reset(), faults.slow(1), faults.rate_limited(retry_after=1)]
    telnyx.script.always(faults.sometimes(options.telnyx_faults, failures, random.Random(1)))
    rate = options.slack_faults / 2
    refused, lost = [faults.status(503), faults.rate_limited(retry_after=1)], [faults.reset()]
    for method in ("chat.postMessage", "chat.update", "conversations.history", "conversations.replies"):
        slack.script.always(faults.sometimes(rate, refused, random.Random(2)), key=method)
        slack.script_after_effect.always(faults.sometimes(rate, lost, random.Random(3)), key=method)


async def main(options: argparse.Namespace) -> int:
    """Run the soak test and print its result; returns the exit code."""
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    slack.channels.messages.update({channel: [] for channel in CHANNELS})
    portouts = Portouts(slack, telnyx, random.Random(options.seed))
    let_calls_fail(options, slack, telnyx)
    async with AsyncExitStack() as stack:
        slack_url = await stack.enter_async_context(serve(slack.app()))
        telnyx_url = await stack.enter_async_context(serve(telnyx.app()))
        redis = await stack.enter_async_context(troubled_redis())
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        watch = {"WATCH_CHANNEL": WATCH_CHANNEL, "WATCH_SECONDS": "5"}
        shared = {"REDIS_URL": redis.name.url, "ALERT_CHANNELS": ",".join(CHANNELS)} | watch
        soak = Soak(options, slack, slack_url, redis, list(telnyx.samples.names.values()))
        for _ in range(options.replicas):
            bot = BotProcess(bot_variables(slack, slack_url, telnyx, telnyx_url) | shared)
            stack.push_async_callback(bot.kill)
            await bot.start()
            soak.bots.append(bot)
        soak.tally.memory_at_start = [bot.resident_bytes for bot in soak.bots]
        await asyncio.gather(soak.run(session), portouts.run(options.portouts, options.minutes * 60))
        soak.tally.memory_at_end = [bot.resident_bytes for bot in soak.bots]
        for script in (slack.script, slack.script_after_effect, telnyx.script):
            script.reset()
        await portouts.settle()
        # A bot that is stopped finishes what it accepted.
        soak.tally.exit_codes = [await bot.stop() for bot in soak.bots]
        soak.count()
        soak.tally.told = portouts.count()
        soak.tally.redis_troubles = redis.count
    print_table(options, soak.tally)
    return 0 if soak.tally.is_good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", type=float, default=8, help="alerts, and as many commands, a second")
    parser.add_argument("--portouts", type=float, default=1, help="orders opened a second, each with later events")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=5, help="seconds between kills of a bot; 0: none")
    parser.add_argument("--redis-every", type=float, default=13, help="seconds between troubles of Redis; 0: none")
    parser.add_argument("--telnyx-faults", type=float, default=0.05, help="part of the calls to Telnyx that fail")
    parser.add_argument("--slack-faults", type=float, default=0.05, help="part of the posts to Slack that fail")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", action="store_true", help="instead: a person's command with and without attackers")
    arguments = parser.parse_args()
    sys.exit(asyncio.run(hostile.run(arguments) if arguments.hostile else main(arguments)))
