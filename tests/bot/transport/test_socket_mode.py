"""Socket Mode: the same commands, over a websocket that the bot opens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from bot.settings import SettingsError
from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.slack.payloads import command
from tests.conftest import Bot, Environment
from tests.oracles import assert_valid_blocks

HEALTHY = (200, {"ready": True, "degraded": []})


@pytest.fixture
async def socket_bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot in Socket Mode, connected."""
    async with environment.bot(SLACK_APP_TOKEN=environment.slack.app_token, SLACK_SIGNING_SECRET="") as bot:
        await environment.slack.socket_mode.connected()
        yield bot


def fields(environment: Environment, text: str) -> dict[str, Any]:
    """Return a command's payload."""
    return command(text, response_url=environment.response_url())


async def ask(environment: Environment, name: str) -> Message:
    """Send the command with the id of a sample event; return the message in the acknowledgement."""
    payload = fields(environment, environment.telnyx.samples.names[name])
    answer = await environment.slack.socket_mode.deliver("slash_commands", payload, timeout=5)
    assert answer is not None
    return msgspec.convert(answer, Message)


@pytest.mark.usefixtures("socket_bot")
async def test_a_command_is_answered_in_its_acknowledgement(environment: Environment) -> None:
    """The card comes over the websocket, in the acknowledgement itself."""
    message = await ask(environment, "pending")

    assert_valid_blocks(message)
    assert "Waiting for your answer" in message.text


async def test_a_command_is_answered_after_the_connection_was_lost(environment: Environment, socket_bot: Bot) -> None:
    """The bot connects again by itself."""
    await environment.slack.socket_mode.drop_connections()
    await environment.slack.socket_mode.connected(2)

    assert "Authorized" in (await ask(environment, "authorized")).text
    assert await socket_bot.get("/readyz") == HEALTHY


@pytest.mark.usefixtures("socket_bot")
async def test_a_slow_look_up_is_acknowledged_and_the_card_follows(environment: Environment) -> None:
    """As over HTTP: "Still looking up" in time, then the card by `response_url`."""
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.slow(2.5), key=event_id)
    payload = fields(environment, event_id)

    acknowledgement = await environment.slack.socket_mode.deliver("slash_commands", payload, timeout=2.5)
    late = await environment.slack.response(payload["response_url"], timeout=5)

    assert acknowledgement is not None
    assert "Still looking up" in acknowledgement["text"]
    assert "Waiting for your answer" in late["text"]


@pytest.mark.usefixtures("socket_bot")
async def test_an_envelope_that_cannot_be_read_is_not_acknowledged(environment: Environment) -> None:
    """Bolt would raise an error on it; the next envelope is answered."""
    odd = {"type": "event_callback", "event": "message"}

    assert await environment.slack.socket_mode.deliver("events_api", odd, timeout=0.2) is None
    assert "Ported" in (await ask(environment, "ported")).text


async def test_a_stop_answers_what_was_accepted(environment: Environment) -> None:
    """The connection is closed after the drain: earlier, acknowledgements would be lost."""
    release = asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(release), key=event_id)

    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(environment.bot(SLACK_APP_TOKEN=environment.slack.app_token))
        await environment.slack.socket_mode.connected()
        command_sent = asyncio.create_task(ask(environment, "pending"))
        await environment.telnyx.called(event_id)
        stopping = asyncio.create_task(stack.pop_all().aclose())
        async with asyncio.timeout(5):
            while (await bot.get("/readyz"))[0] == 200:
                pass
        release.set()
        await stopping

    assert "Waiting for your answer" in (await command_sent).text


async def test_the_http_server_has_health_only(socket_bot: Bot) -> None:
    """In Socket Mode nothing that Slack signs comes over HTTP."""
    assert (await socket_bot.get("/healthz"))[0] == 200
    async with socket_bot.session.post(f"{socket_bot.url}/slack/events", data=b"") as response:
        assert response.status == 404


async def test_a_wrong_app_token_ends_the_start(environment: Environment) -> None:
    """The error names the variable and not the token, and the bot does not retry for ever."""
    with pytest.raises(SettingsError, match=r"^SLACK_APP_TOKEN: Slack refused it \(\w+\)$"):
        async with environment.bot(SLACK_APP_TOKEN="xapp-wrong"):
            pass


async def test_a_connection_that_slack_replaces_is_replaced(environment: Environment, socket_bot: Bot) -> None:
    """Slack asks for it every few hours; commands are answered as before."""
    await environment.slack.socket_mode.replace_connections()
    await environment.slack.socket_mode.connected(2)

    assert "Ported" in (await ask(environment, "ported")).text
    assert await socket_bot.get("/readyz") == HEALTHY


async def test_a_silent_connection_is_replaced(environment: Environment, socket_bot: Bot) -> None:
    """It is open, but nothing arrives: the bot detects it by unanswered pings."""
    environment.slack.socket_mode.mute_connections()
    async with asyncio.timeout(30):
        await environment.slack.socket_mode.connected(2)

    assert "Ported" in (await ask(environment, "ported")).text
    assert await socket_bot.get("/readyz") == HEALTHY


async def test_a_token_that_is_revoked_later_shows_in_health(environment: Environment, socket_bot: Bot) -> None:
    """The bot cannot connect again: it is degraded, and retries until it can."""
    refused = faults.raw(b'{"ok": false, "error": "invalid_auth"}')
    environment.slack.script.always(refused, key="apps.connections.open")
    await environment.slack.socket_mode.drop_connections()
    async with asyncio.timeout(20):
        while (await socket_bot.get("/readyz")) == HEALTHY:
            pass
    ready = await socket_bot.get("/readyz")
    environment.slack.script.reset()
    async with asyncio.timeout(30):
        await environment.slack.socket_mode.connected(2)

    assert ready == (200, {"ready": True, "degraded": ["socket"]})
    assert "Ported" in (await ask(environment, "ported")).text


async def test_an_address_that_is_refused_is_not_tried_for_ever(environment: Environment, socket_bot: Bot) -> None:
    """The library would try it again and again: after a while the bot asks for a new one."""
    environment.slack.socket_mode.refuse_next_address()
    await environment.slack.socket_mode.drop_connections()
    async with asyncio.timeout(60):
        await environment.slack.socket_mode.connected(2)

    assert "Ported" in (await ask(environment, "ported")).text
    assert await socket_bot.get("/readyz") == HEALTHY


@pytest.mark.usefixtures("socket_bot")
async def test_an_answer_that_cannot_be_sent_over_the_connection_is_sent_by_http(environment: Environment) -> None:
    """Slack delivers no command twice: the person would wait for ever."""
    slack, go_on = environment.slack, asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(go_on), key=event_id)
    payload = fields(environment, event_id)
    delivering = asyncio.create_task(slack.socket_mode.deliver("slash_commands", payload))
    await environment.telnyx.called(event_id)
    slack.script.always(faults.status(503), key="apps.connections.open")
    await slack.socket_mode.drop_connections()
    go_on.set()

    message = await slack.response(payload["response_url"], timeout=30)

    assert "Waiting for your answer" in message["text"]
    assert await delivering is None
