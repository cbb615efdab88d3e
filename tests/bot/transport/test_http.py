"""The HTTP server: how it answers signed requests, what it logs of them, and the health pages."""

import itertools
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from sandbox.slack.payloads import command
from tests.amount import examples
from tests.bot.transport.requests import BODY, post, signed
from tests.conftest import Bot, message_of


async def test_nothing_of_a_refused_body_is_logged(bot: Bot, log_text: Callable[[], str]) -> None:
    """The log contains the refusal and its reason, not the body."""
    await post(bot, b"text=very-private-text", {})
    await post(bot, b"{very-private-text", signed(bot, b"{very-private-text"))

    assert log_text().count("http.rejected") == 2
    assert "very-private-text" not in log_text()


async def test_each_request_has_a_reference_of_its_own(bot: Bot, log_text: Callable[[], str]) -> None:
    """Also one that is refused at once, on whatever path."""
    await post(bot, BODY, signed(bot, BODY))
    async with bot.session.get(f"{bot.url}/healthz", headers={"Content-Encoding": "gzip"}) as response:
        assert response.status == 400
    helped, rejected = map(msgspec.json.decode, log_text().splitlines()[-2:])

    assert (helped["event"], rejected["event"]) == ("command.helped", "http.rejected")
    assert helped["reference"] != rejected["reference"]


async def test_a_url_verification_is_answered(bot: Bot) -> None:
    """Slack's check of the request URL gets its challenge back."""
    body = msgspec.json.encode({"type": "url_verification", "challenge": "c4a11e46e", "token": "t"})

    status, text = await post(bot, body, signed(bot, body))

    assert status == 200
    assert "c4a11e46e" in text


async def test_an_event_that_no_surface_handles_is_acknowledged(bot: Bot) -> None:
    """Slack counts other answers as failures, and in the end sends no more events."""
    answer = await bot.sender.event({"type": "emoji_changed", "event_ts": "1.0"})

    assert answer.status == 200


async def test_that_slack_drops_events_is_acknowledged_logged_and_counted(
    bot: Bot, log_text: Callable[[], str]
) -> None:
    """It is a callback without an event, and the only sign that events are missing."""
    body = {"type": "app_rate_limited", "team_id": "T0SANDBOX", "minute_rate_limited": 1790000100}
    name = "portout_events_dropped_total"
    before = REGISTRY.get_sample_value(name) or 0

    answer = await bot.sender.callback(body)

    assert answer.status == 200
    assert REGISTRY.get_sample_value(name) == before + 1
    assert '"slack.events_dropped"' in log_text()


async def test_a_command_that_is_not_ours_is_not_found(bot: Bot) -> None:
    """The bot answers only its own command."""
    fields = command("help", response_url="https://hooks.slack.com/commands/1") | {"command": "/other"}

    assert (await bot.sender.command(fields)).status == 404


async def test_pasted_json_with_the_word_payload_is_a_command_like_any_other(bot: Bot) -> None:
    """People paste webhooks; Bolt's own parser would lose a form that holds this word."""
    event_id = next(iter(bot.environment.telnyx.samples.events))

    message = message_of(await bot.command(f'{{"data": {{"id": "{event_id}", "payload": {{}}}}}}'))

    assert event_id in str(message)


async def test_health(bot: Bot) -> None:
    """A running bot is alive and ready; other addresses are not found."""
    assert await bot.get("/healthz") == (200, {"alive": True})
    assert await bot.get("/readyz") == (200, {"ready": True, "degraded": []})
    async with bot.session.get(f"{bot.url}/") as response:
        assert response.status == 404


_AGES = itertools.cycle(range(200))


@examples(150, HealthCheck.function_scoped_fixture)
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: urlencode({"payload": text}).encode()))
async def test_no_body_gets_an_unexpected_answer(bot: Bot, body: bytes) -> None:
    """Any body gets one of four answers, signed or not, and never a 500."""
    assert (await post(bot, body, {}))[0] == 401
    # The same body may come up twice within a second, and is then no replay.
    assert (await post(bot, body, signed(bot, body, age=next(_AGES))))[0] in {200, 400, 404}
