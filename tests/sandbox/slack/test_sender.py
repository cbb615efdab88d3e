"""Deliveries are Slack's in their signature, their shape and their persistence."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import msgspec
import pytest
from aiohttp import web
from msgspec import Struct
from slack_sdk.signature import SignatureVerifier

from sandbox.faults import FaultScript, held, status, truncated
from sandbox.serve import serve
from sandbox.slack.payloads import app_rate_limited, command, event_callback
from sandbox.slack.sender import SignedSender, signed_headers
from sandbox.slack.workspace import SIGNING_SECRET, VERIFICATION_TOKEN, Installation


class Delivered(Struct, frozen=True):
    """A request as the bot gets it."""

    body: bytes
    headers: dict[str, str]


class Bot(Struct):
    """A bot that runs into the faults of its script. sender: delivers to it."""

    script: FaultScript
    url: str
    sender: SignedSender
    taken: list[Delivered]

    @property
    def callbacks(self) -> list[dict[str, Any]]:
        """The events it was sent, in their wrapping."""
        return [msgspec.json.decode(each.body) for each in self.taken]

    @property
    def retries(self) -> list[tuple[str | None, str | None]]:
        """The retry headers of each delivery."""
        return [(x.headers.get("x-slack-retry-num"), x.headers.get("x-slack-retry-reason")) for x in self.taken]


@pytest.fixture
async def bot(http: aiohttp.ClientSession) -> AsyncIterator[Bot]:
    """Run a bot that says {"ok": true} to everything."""
    script, taken = FaultScript(), list[Delivered]()

    async def take(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        taken.append(Delivered(await request.read(), headers))
        return await script.play(request, "bot") or web.json_response({"ok": True})

    app = web.Application()
    app.add_routes([web.post("/slack/events", take)])
    async with serve(app) as base:
        url = f"{base}/slack/events"
        yield Bot(script, url, SignedSender(http, url, SIGNING_SECRET), taken)


def test_a_signature_is_slacks() -> None:
    """Slack's own verifier takes it, and turns away another body, another secret and another day."""
    verifier = SignatureVerifier(SIGNING_SECRET)
    headers = signed_headers(SIGNING_SECRET, b"body")
    old = signed_headers(SIGNING_SECRET, b"body", timestamp=int(time.time()) - 301)

    assert verifier.is_valid_request(b"body", headers)
    assert not verifier.is_valid_request(b"other", headers)
    assert not verifier.is_valid_request(b"body", signed_headers("other", b"body"))
    assert not verifier.is_valid_request(b"body", old)


async def test_a_command_is_a_signed_form(bot: Bot) -> None:
    """Every field arrives, signed, and the answer comes back with its time."""
    fields = command("a & b", response_url="http://127.0.0.1/response/one")

    answer = await bot.sender.command(fields)

    (taken,) = bot.taken
    assert dict(parse_qsl(taken.body.decode(), keep_blank_values=True)) == fields
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(taken.body, taken.headers)
    assert (answer.status, answer.json(), answer.retry_reason) == (200, {"ok": True}, None)
    assert answer.elapsed > 0


async def test_an_interaction_is_json_in_a_signed_form(bot: Bot) -> None:
    """The one form field holds the payload."""
    payload = {"type": "message_action", "message": {"text": "+ & é"}}

    await bot.sender.interaction(payload)

    (taken,) = bot.taken
    ((field, value),) = parse_qsl(taken.body.decode())
    assert (field, msgspec.json.decode(value)) == ("payload", payload)
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(taken.body, taken.headers)


async def test_an_event_is_wrapped_under_an_id_of_its_own(bot: Bot) -> None:
    """The same event sent twice is two callbacks; one that says it is a repetition says so in its headers."""
    mention = {"type": "app_mention", "text": "hi"}

    await bot.sender.event(mention)
    await bot.sender.event(mention, ext_shared=True, retry_num=2, retry_reason="http_error")

    first, second = bot.callbacks
    assert first["type"] == "event_callback"
    assert first["event"] == second["event"] == mention
    assert first["event_id"] != second["event_id"]
    assert (first["is_ext_shared_channel"], second["is_ext_shared_channel"]) == (False, True)
    assert first["authorizations"][0]["user_id"] == "U0BOT"
    assert bot.retries == [(None, None), ("2", "http_error")]


async def test_an_event_names_the_installation_that_sees_it(bot: Bot) -> None:
    """One for a whole organisation names no workspace; the event still comes from one."""
    organisation = Installation("E0ORG", "E0ORG", is_enterprise_install=True)

    await bot.sender.event_callback(event_callback({"type": "message"}, installation=organisation), 0, None)

    (callback,) = bot.callbacks
    (authorization,) = callback["authorizations"]
    assert (callback["team_id"], callback["enterprise_id"]) == ("T0SANDBOX", "E0ORG")
    assert (authorization["team_id"], authorization["enterprise_id"]) == (None, "E0ORG")
    assert authorization["is_enterprise_install"] is True


async def test_a_callback_may_hold_no_event(bot: Bot) -> None:
    """It arrives signed, as it is."""
    await bot.sender.callback(app_rate_limited(1_790_000_100))

    (taken,) = bot.taken
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(taken.body, taken.headers)
    assert bot.callbacks == [
        {
            "token": VERIFICATION_TOKEN,
            "type": "app_rate_limited",
            "team_id": "T0SANDBOX",
            "minute_rate_limited": 1_790_000_100,
            "api_app_id": "A0SANDBOX",
        }
    ]


async def test_an_event_is_delivered_again_until_it_is_accepted(bot: Bot) -> None:
    """The same callback comes again, says how often and why, and stops with the first 2xx."""
    bot.script.then("bot", status(503), truncated())

    answers = await bot.sender.event_until_accepted({"type": "message"}, pauses=(0, 0, 0))

    first, *others = bot.callbacks
    assert [answer.status for answer in answers] == [503, 0, 200]
    assert all(other == first for other in others)
    assert bot.retries == [(None, None), ("1", "http_error"), ("2", "connection_failed")]


async def test_slack_gives_up_after_the_last_pause(bot: Bot) -> None:
    """Four deliveries in all, and the last answer says that it wasn't accepted."""
    bot.script.always(status(500))

    answers = await bot.sender.event_until_accepted({"type": "message"}, pauses=(0, 0, 0))

    assert [answer.status for answer in answers] == [500] * 4
    assert answers[-1].retry_reason == "http_error"


async def test_a_bot_that_doesnt_answer_in_time_has_not_answered(bot: Bot, http: aiohttp.ClientSession) -> None:
    """Slack waits three seconds, here less, and counts what would come later as nothing."""
    bot.script.always(held(asyncio.Event()))

    answer = await SignedSender(http, bot.url, SIGNING_SECRET, timeout=0.05).event({"type": "message"})

    assert (answer.status, answer.body, answer.retry_reason) == (0, b"", "http_timeout")
    assert answer.elapsed >= 0.05
