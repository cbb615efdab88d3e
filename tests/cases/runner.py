"""Runs a case on a bot among its stand-ins, and returns all that the bot sent and answered."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

import msgspec
import redis.asyncio
from msgspec import Struct, field
from prometheus_client import REGISTRY

from handlers.message_shortcut import CALLBACK
from sandbox import faults
from sandbox.redis_server import RedisServer, redis_server
from sandbox.slack.payloads import (
    EPHEMERAL_TS,
    MessageLocation,
    button_press,
    command,
    event_callback,
    message_shortcut,
)
from sandbox.slack.sender import BotResponse
from tests.cases.case import Answer, Case, Press, Shortcut, Step
from tests.conftest import Bot, Environment, need_redis
from tests.handlers.button_clicks import buttons

ALERTS: Final = "C0ALERTS"

_SHOWING_METHODS: Final = frozenset(
    {"chat.postMessage", "chat.postEphemeral", "chat.update", "views.open", "views.update"}
)
_PICKED: Final = {"type": "message", "ts": "1790000100.000100"}


class Card(Struct, frozen=True):
    """A message of the bot, and where it stands."""

    message: dict[str, Any]
    location: MessageLocation


class Transcript(Struct):
    """What the bot did. statuses: its HTTP answers. acknowledged: the bodies of those. private: by a response_url."""

    statuses: list[int] = field(default_factory=list)
    acknowledged: list[Any] = field(default_factory=list)
    private: list[dict[str, Any]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)


async def run_case(case: Case, environment: Environment) -> Transcript:
    """Run the steps of a case in order, each after all that the one before caused; return with the bot stopped."""
    _prepare(case, environment)
    async with AsyncExitStack() as stack:
        variables, server = {"ALERT_CHANNELS": ALERTS}, None
        if case.redis:
            need_redis()
            server = await stack.enter_async_context(redis_server())
            variables["REDIS_URL"] = server.url
        bot = await stack.enter_async_context(environment.bot(**variables))
        run = _Run(case, bot, Transcript(), server)
        for step in case.steps:
            await run.take(step)
        return run.transcript


def shown_by(environment: Environment, transcript: Transcript) -> list[Any]:
    """Return everything that the bot sent or answered for people to see."""
    calls = [call.body for call in environment.slack.calls if call.method in _SHOWING_METHODS]
    return [*transcript.acknowledged, *transcript.private, *calls]


def _prepare(case: Case, environment: Environment) -> None:
    account, slack = environment.telnyx.samples, environment.slack
    account.comments.clear()
    for resources, existing in ((account.events, case.telnyx.events), (account.orders, case.telnyx.orders)):
        resources.clear()
        resources.update({resource["id"]: resource for resource in existing})
    slack.installation = case.auth_test
    slack.channels.gone.update(case.gone)
    for method, answers in case.faults.items():
        slack.script.then(method, *map(_fault, answers))


def _fault(answer: Answer) -> faults.Fault:
    return faults.status(answer.status, answer.headers, msgspec.json.encode(answer.body))


class _Run(Struct, frozen=True):
    """A case that is being run. server: of the shared ledger."""

    case: Case
    bot: Bot
    transcript: Transcript
    server: RedisServer | None

    async def take(self, step: Step) -> None:
        """Run a step, and return when everything that it causes is done."""
        if step.wait is not None:
            await asyncio.sleep(step.wait)
        elif step.expire:
            await self._expire()
        else:
            url = self.bot.environment.response_url()
            answer = await self._request(step, url)
            self.transcript.statuses.append(answer.status)
            async with asyncio.timeout(step.settle):
                # The requests that are being answered, and the jobs that go on after their answers. The bot runs in
                # this process; its page of metrics may be a second old.
                while REGISTRY.get_sample_value("portout_in_flight"):  # noqa: ASYNC110  a gauge has no event
                    await asyncio.sleep(0.01)
            self._record(answer, url, self._channel(step))

    async def _request(self, step: Step, url: str) -> BotResponse:
        sender = self.bot.sender
        match step:
            case Step(event=dict() as event):
                callback = event_callback(event, ext_shared=step.ext_shared, installation=self.case.auth_test)
                return await sender.event_callback(callback, 0, None)
            case Step(shortcut=Shortcut() as shortcut):
                payload = message_shortcut(CALLBACK, {**_PICKED, **shortcut.message}, response_url=url)
                return await sender.interaction(_with(payload, shortcut))
            case Step(command=dict() as fields):
                return await sender.command(command("", response_url=url) | fields)
            case Step(press=Press() as press):
                button, location = self._button(press.action_id)
                return await sender.interaction(_with(button_press(button, response_url=url, location=location), press))
            case Step(raw=dict() as body):
                return await sender.callback(body)
            case _:
                raise ValueError("a step without anything that happens")

    async def _expire(self) -> None:
        assert self.server is not None, "only a shared ledger can be made to forget"
        async with redis.asyncio.Redis.from_url(self.server.url) as client:
            await client.flushdb()

    def _button(self, action_id: str) -> tuple[dict[str, Any], MessageLocation]:
        for card in reversed(self.transcript.cards):
            if button := buttons(card.message).get(action_id):
                return button, card.location
        # No AssertionError, which would pass for an expectation that does not hold.
        raise LookupError(f"no card has the button {action_id}")

    def _channel(self, step: Step) -> str:
        """Return the channel in which the answers to a step appear."""
        match step:
            case Step(command={"channel_id": channel}) | Step(shortcut=Shortcut(more={"channel": {"id": channel}})):
                return str(channel)
            case Step(press=Press() as press):
                return self._button(press.action_id)[1].channel
            case _:
                return "C0DESK"

    def _record(self, answer: BotResponse, url: str, channel: str) -> None:
        """Add what came of a step: its acknowledgement, its private answers, then what was posted."""
        slack, transcript = self.bot.environment.slack, self.transcript
        if answer.body.startswith(b"{"):
            transcript.acknowledged.append(answer.json())
            transcript.cards.append(Card(answer.json(), MessageLocation(channel)))
        elif answer.body:
            transcript.acknowledged.append(answer.body.decode())
        for reply in slack.posted[url.rpartition("/")[2]]:
            transcript.private.append(reply)
            transcript.cards.append(Card(reply, MessageLocation(channel, EPHEMERAL_TS, reply.get("thread_ts"))))
        known = {card.location.ts for card in transcript.cards}
        for posted_in, messages in slack.channels.messages.items():
            for message in messages:
                if message["ts"] not in known:
                    location = MessageLocation(posted_in, message["ts"], message["thread_ts"], is_ephemeral=False)
                    transcript.cards.append(Card(message, location))


def _with(payload: dict[str, Any], step: Shortcut | Press) -> dict[str, Any]:
    return {**payload, "user": {**payload["user"], **step.user}, **step.more}
