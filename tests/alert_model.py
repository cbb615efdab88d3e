"""A model of alerts: what happens to them, what Slack delivers of it, and which replies there are to be in the end."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import aiohttp
from msgspec import Struct

from portout.slack.event_delivery import LAST_RETRY
from portout.slack.messages.posts import METADATA
from sandbox.bot_process import BotProcess
from sandbox.slack.channels import Channels
from sandbox.slack.histories import tombstone
from sandbox.slack.payloads import event_callback
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from tests.json_strings import strings

PAUSES: Final = (0.0, 20.0, 20.0)
"""Slack's pauses before it delivers an event again, shortened: a killed bot's lease (15 s) ends before the last."""

ACTION_SECONDS: Final = 20.0
"""How long people post, edit and delete, and after their posts how long they may still edit and delete."""

_BASE: Final = 1_795_000_000

Replies: TypeAlias = dict[str, list[tuple[set[str], set[str]]]]
"""Alerts by ts, and of each reply to it the ids in its metadata, and those that its blocks show."""


class Step(Struct, frozen=True):
    """Something that happens to an alert. at: seconds from the start. ids: those in it from then on; None: deleted.

    delay: of its first delivery, in seconds, so that events of one alert may arrive in another order. bots: the number
    of the bot to which each delivery goes.
    """

    at: float
    ids: tuple[str, ...] | None
    delay: float
    bots: tuple[int, ...]


class Alert(Struct, frozen=True):
    """An alert and what happens to it: the first step posts it."""

    channel: str
    ts: str
    words: str
    steps: tuple[Step, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that it has in the end; none if it was deleted."""
        return self.steps[-1].ids or ()


def draw_alerts(dice: random.Random, count: int, channels: Sequence[str], ids: Sequence[str]) -> list[Alert]:
    """Return alerts about some of the ids, each with up to three edits, and every third of them deleted in the end."""
    return [_draw_alert(dice, number, dice.choice(channels), ids) for number in range(count)]


def _draw_alert(dice: random.Random, number: int, channel: str, pool: Sequence[str]) -> Alert:
    at = dice.uniform(0, ACTION_SECONDS)
    ts, ids, steps = _ts(at, number), tuple(dice.sample(pool, dice.choice((0, 1, 1, 2, 3)))), []
    steps.append(_step(dice, at, ids))
    for _ in range(dice.randrange(4)):
        at, ids = _later(dice, at), _edit(dice, ids, pool)
        steps.append(_step(dice, at, ids))
    if dice.random() < 1 / 3:
        steps.append(_step(dice, _later(dice, at), None))
    return Alert(channel, ts, dice.choice(("Port-out event", "Alert about")), tuple(steps))


def _later(dice: random.Random, at: float) -> float:
    return at + dice.choice((0.0, 0.1, 1.0, ACTION_SECONDS / 4)) * dice.random()


def _step(dice: random.Random, at: float, ids: tuple[str, ...] | None) -> Step:
    delay = dice.choice((0.0, 0.0, 0.1, 3.0)) * dice.random()
    return Step(at, ids, delay, tuple(dice.randrange(2) for _ in range(LAST_RETRY + 1)))


def _edit(dice: random.Random, ids: tuple[str, ...], pool: Sequence[str]) -> tuple[str, ...]:
    """Return the ids after an edit: one swapped, added or dropped, all removed, or all kept with other words."""
    others = [one for one in pool if one not in ids]
    kept = tuple(dice.sample(ids, max(0, len(ids) - 1)))
    return dice.choice(((*kept, dice.choice(others)), (*ids, dice.choice(others)), kept, (), ids))


def _ts(at: float, number: int) -> str:
    """Return Slack's time of a moment; the number makes it unique."""
    return f"{_BASE + int(at)}.{int(at % 1 * 1000):03d}{number:03d}"


class Play:
    """Plays alerts: Slack shows them, and delivers each event to one of the bots until it is accepted.

    journal: what happened, in order. last_allowed: is awaited before the last delivery of an event: Slack does not make
    up for a bot that dies during it.
    """

    def __init__(self, session: aiohttp.ClientSession, slack: SlackSandbox, bots: Sequence[BotProcess]) -> None:
        """Send over `session`."""
        self._session = session
        self._slack = slack
        self._bots = bots
        self._edits = 0
        self.journal: Final[list[str]] = []
        self.last_allowed: Final = asyncio.Event()
        self.started_at: Final = asyncio.get_running_loop().time()

    async def until(self, at: float) -> None:
        """Wait until some seconds from the start have passed."""
        await asyncio.sleep(self.started_at + at - asyncio.get_running_loop().time())

    def note(self, *what: object) -> None:
        """Write into the journal."""
        elapsed = asyncio.get_running_loop().time() - self.started_at
        self.journal.append(" ".join([f"{elapsed:6.2f}", *map(str, what)]))

    async def alert(self, alert: Alert) -> None:
        """Play one alert to its end, all deliveries of its events included."""
        async with asyncio.TaskGroup() as deliveries:
            before: dict[str, Any] = {}
            for number, step in enumerate(alert.steps):
                await self.until(step.at)
                event, before = self._apply(alert, number, before)
                self.note(alert.ts, number, "deleted" if step.ids is None else step.ids)
                deliveries.create_task(self._deliver(event, step, f"{alert.ts} {number}"))

    def _apply(self, alert: Alert, number: int, before: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Apply a step in Slack; return its event, and the message as it is now."""
        channels, step = self._slack.channels, alert.steps[number]
        self._edits += 1
        event_ts = alert.ts if not number else _ts(step.at, 100 + self._edits)
        changed: dict[str, Any] = {"type": "message", "subtype": "message_changed"}
        hidden: dict[str, Any] = {"hidden": True, "channel": alert.channel, "ts": event_ts, "event_ts": event_ts}
        if step.ids is None:
            has_thread = _has_thread(channels, alert)
            del channels.roots[alert.ts]
            channels.gone.add(alert.ts)
            gone = {"message": tombstone(alert.ts)} if has_thread else {"subtype": "message_deleted"}
            return {**changed, **hidden, **gone, "deleted_ts": alert.ts, "previous_message": before}, before
        text = " ".join((alert.words, *step.ids, f"({number})"))
        message: dict[str, Any] = {"type": "message", "bot_id": "B0MONITOR", "ts": alert.ts, "text": text}
        if number:
            # The time of an edit has whole seconds.
            message["edited"] = {"user": "B0MONITOR", "ts": f"{event_ts.partition('.')[0]}.000000"}
        channels.roots[alert.ts] = message
        if not number:
            return {**message, "channel": alert.channel, "event_ts": event_ts}, message
        return {**changed, **hidden, "message": message, "previous_message": before}, message

    async def _deliver(self, event: dict[str, Any], step: Step, name: str) -> None:
        callback, reason = event_callback(event), None
        await asyncio.sleep(step.delay)
        for retry, pause in enumerate((0.0, *PAUSES)):
            await asyncio.sleep(pause)
            if retry == LAST_RETRY:
                await self.last_allowed.wait()
            bot = self._bots[step.bots[retry]]
            sender = SignedSender(self._session, f"{bot.url}/slack/events", self._slack.signing_secret)
            self.note(name, f"retry {retry} to bot {step.bots[retry]}")
            answer = await sender.event_callback(callback, retry, reason)
            self.note(name, f"retry {retry} answered {answer.status}")
            reason = answer.retry_reason
            if reason is None:
                return


def _has_thread(channels: Channels, alert: Alert) -> bool:
    return any(message["thread_ts"] == alert.ts for message in channels.messages[alert.channel])


def replies_in(channels: Channels, pool: Sequence[str]) -> Replies:
    """Return all messages of the bots as replies to alerts, those that stand outside of their thread, too."""
    replies: Replies = {}
    for message in (message for messages in channels.messages.values() for message in messages):
        assert message["metadata"]["event_type"] == METADATA
        about, ids = (message["metadata"]["event_payload"][name] for name in ("about", "ids"))
        shown = {one for text in strings(message["blocks"], {"value"}) for one in pool if one in text}
        replies.setdefault(about, []).append((set(ids), shown))
    return replies
