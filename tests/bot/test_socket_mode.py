"""Socket Mode: the same command over the websocket that the bot opens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from bot.cards.blocks import Message
from bot.settings import SettingsError
from sandbox import faults
from sandbox.slack.payloads import command
from tests.conftest import Bot, World
from tests.oracles import judge


@pytest.fixture
async def socket_bot(world: World) -> AsyncIterator[Bot]:
    """A bot in Socket Mode, connected."""
    async with world.bot(SLACK_APP_TOKEN=world.slack.app_token, SLACK_SIGNING_SECRET="") as bot:
        await world.slack.socket_mode.connected()
        yield bot


def fields(world: World, text: str) -> dict[str, Any]:
    """A command's payload."""
    return command(text, response_url=world.response_url())


async def ask(world: World, name: str) -> Message:
    """Type the command, with a sample event's id, and read the acknowledgement."""
    payload = fields(world, world.telnyx.samples.names[name])
    answer = await world.slack.socket_mode.deliver("slash_commands", payload, timeout=5)
    assert answer is not None
    return msgspec.convert(answer, Message)


@pytest.mark.usefixtures("socket_bot")
async def test_a_command_is_answered_in_its_acknowledgement(world: World) -> None:
    """The card comes back over the websocket, in one go."""
    message = await ask(world, "pending")

    judge(message)
    assert "Waiting for your answer" in message.text


async def test_a_command_is_answered_after_the_connection_was_lost(world: World, socket_bot: Bot) -> None:
    """The bot connects again by itself, and is not ready meanwhile."""
    await world.slack.socket_mode.drop_connections()
    await world.slack.socket_mode.connected(2)

    assert "Authorized" in (await ask(world, "authorized")).text
    assert (await socket_bot.get("/readyz"))[0] == 200


@pytest.mark.usefixtures("socket_bot")
async def test_a_slow_look_up_is_acknowledged_and_the_card_follows(world: World) -> None:
    """As over HTTP: "still looking" in time, the card by response_url."""
    event_id = world.telnyx.samples.names["pending"]
    world.telnyx.script.always(faults.slow(2.5), key=event_id)
    payload = fields(world, event_id)

    waiting = await world.slack.socket_mode.deliver("slash_commands", payload, timeout=2.5)
    late = await world.slack.response(payload["response_url"], timeout=5)

    assert waiting is not None
    assert "Still looking up" in waiting["text"]
    assert "Waiting for your answer" in late["text"]


@pytest.mark.usefixtures("socket_bot")
async def test_an_envelope_that_makes_no_sense_is_not_acknowledged(world: World) -> None:
    """Bolt would raise on it; the next one is answered."""
    odd = {"type": "event_callback", "event": "message"}

    assert await world.slack.socket_mode.deliver("events_api", odd, timeout=0.2) is None
    assert "Ported" in (await ask(world, "ported")).text


async def test_a_stop_answers_what_was_accepted(world: World) -> None:
    """The connection closes after the drain, or acknowledgements would be lost."""
    answered = asyncio.Event()
    event_id = world.telnyx.samples.names["pending"]
    world.telnyx.script.always(faults.held(answered), key=event_id)

    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(world.bot(SLACK_APP_TOKEN=world.slack.app_token))
        await world.slack.socket_mode.connected()
        asking = asyncio.create_task(ask(world, "pending"))
        await world.telnyx.called(event_id)
        stopping = asyncio.create_task(stack.pop_all().aclose())
        async with asyncio.timeout(5):
            while (await bot.get("/readyz"))[0] == 200:
                pass
        answered.set()
        await stopping

    assert "Waiting for your answer" in (await asking).text


async def test_the_http_server_has_health_only(socket_bot: Bot) -> None:
    """In Socket Mode nothing that Slack signs comes over HTTP."""
    assert (await socket_bot.get("/healthz"))[0] == 200
    async with socket_bot.session.post(f"{socket_bot.url}/slack/events", data=b"") as response:
        assert response.status == 404


async def test_a_wrong_app_token_ends_the_start(world: World) -> None:
    """The variable is named, the token isn't, and the bot does not try for ever."""
    with pytest.raises(SettingsError, match=r"^SLACK_APP_TOKEN: Slack refused it \(\w+\)$"):
        async with world.bot(SLACK_APP_TOKEN="xapp-wrong"):
            pass


async def test_a_connection_that_slack_replaces_is_replaced(world: World, socket_bot: Bot) -> None:
    """Every few hours Slack asks for it; commands notice nothing."""
    await world.slack.socket_mode.replace_connections()
    await world.slack.socket_mode.connected(2)

    assert "Ported" in (await ask(world, "ported")).text
    assert (await socket_bot.get("/readyz"))[0] == 200


async def test_a_connection_that_fell_silent_is_replaced(world: World, socket_bot: Bot) -> None:
    """It is open, and nothing comes over it: noticed by the pings that nobody answers."""
    world.slack.socket_mode.mute_connections()
    async with asyncio.timeout(30):
        await world.slack.socket_mode.connected(2)

    assert "Ported" in (await ask(world, "ported")).text
    assert (await socket_bot.get("/readyz"))[0] == 200


async def test_a_token_that_is_revoked_later_shows_in_health(world: World, socket_bot: Bot) -> None:
    """The bot can't connect again: it is not ready, and it tries on until it can."""
    refused = faults.raw(b'{"ok": false, "error": "invalid_auth"}')
    world.slack.script.always(refused, key="apps.connections.open")
    await world.slack.socket_mode.drop_connections()
    async with asyncio.timeout(20):
        while (await socket_bot.get("/readyz"))[0] == 200:
            pass
    problems = (await socket_bot.get("/readyz"))[1]["problems"]
    world.slack.script.reset()
    async with asyncio.timeout(30):
        await world.slack.socket_mode.connected(2)

    assert problems == ["socket disconnected"]
    assert "Ported" in (await ask(world, "ported")).text
