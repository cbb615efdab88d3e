"""`portout-bot run`: how it starts, and what ends the start: as a process where the exit code is what counts."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import __version__
from bot.settings import SettingsError
from bot.startup import SlackUnreachableError
from sandbox import faults
from sandbox.faults import Fault
from sandbox.serve import unused_port
from tests.bot.processes import outcome, portout_bot, process_bot
from tests.conftest import Bot, Environment, need_redis


async def test_the_version_is_printed() -> None:
    """Whoever reports a problem can say which release it is, without settings."""
    assert await outcome(await portout_bot({}, "--version")) == (0, f"portout-bot {__version__}\n", "")


async def problems(environment: Environment, **changes: str) -> str:
    """Return what a bot with these variables changed says is wrong with its settings."""
    with pytest.raises(SettingsError) as raised:
        async with environment.bot(**changes):
            pass
    return str(raised.value)


async def test_a_start_without_settings_names_all_that_is_missing() -> None:
    """Exit code 2, every variable at once; a start is what happens without a command, too."""
    code, out, err = await outcome(await portout_bot({}))

    assert (code, out) == (2, "")
    for variable in ("TELNYX_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        assert variable in err


async def test_a_start_with_wrong_settings_shows_no_secret() -> None:
    """Exit code 2; a secret in the wrong variable is not printed either."""
    variables = {
        "TELNYX_API_KEY": "KEY two-parts",
        "SLACK_BOT_TOKEN": "shhh-not-a-token",
        "SLACK_SIGNING_SECRET": "shhh,shhh,shhh",
        "PORT": "shhh-port",
    }

    code, out, err = await outcome(await portout_bot(variables, "run"))

    assert (code, out) == (2, "")
    assert all(variable in err for variable in variables)
    assert "shhh" not in err
    assert "two-parts" not in err


async def test_a_token_that_slack_refuses_ends_the_start(environment: Environment) -> None:
    """Exit code 2 names the variable and Slack's reason, without a traceback."""
    variables = environment.bot_variables(SLACK_BOT_TOKEN="xoxb-revoked")

    code, _, err = await outcome(await portout_bot(variables, "run"))

    assert code == 2
    assert "SLACK_BOT_TOKEN: Slack refused it (invalid_auth)" in err
    assert "xoxb-revoked" not in err
    assert "Traceback" not in err


async def test_a_slack_that_does_not_answer_ends_the_process(environment: Environment) -> None:
    """Exit code 1: the settings may be right, and the platform starts the bot again."""
    environment.slack.script.always(faults.status(503), key="auth.test")

    code, _, err = await outcome(await portout_bot(environment.bot_variables(), "run"))

    assert code == 1
    assert "Slack's Web API does not answer" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "fault",
    [
        faults.reset(),
        faults.status(503),
        faults.raw(b"<html>Bad gateway</html>", content_type="text/html"),
        faults.raw(b"<html>Bad gateway</html>"),
        faults.raw(b"Not found", content_type="text/plain", status=404),
        faults.raw(b"[]"),
        faults.raw(b'{"ok": false, "error": "internal_error"}'),
        faults.raw(b'{"ok": false, "error": "team_added_to_org"}'),
        faults.raw(b'{"ok": false, "error": "ratelimited"}'),
        faults.rate_limited(30),
    ],
    ids=[
        "connection reset",
        "503",
        "HTML",
        "HTML said to be JSON",
        "text",
        "a list",
        "an error of its own",
        "a migration",
        "too many calls",
        "429",
    ],
)
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_slack_that_does_not_answer_ends_the_start(environment: Environment, fault: Fault, method: str) -> None:
    """Whatever it says instead, and whichever call it is."""
    environment.slack.script.always(fault, key=method)

    with pytest.raises(SlackUnreachableError):
        async with environment.bot(SLACK_APP_TOKEN=environment.slack.app_token):
            pass


async def test_a_websocket_that_cannot_be_opened_ends_the_start(environment: Environment) -> None:
    """A firewall may let only the Web API through: there are no endless retries."""
    opened = faults.raw(b'{"ok": true, "url": "ws://127.0.0.1:1/socket"}')
    environment.slack.script.always(opened, key="apps.connections.open")

    with pytest.raises(SlackUnreachableError, match="no websocket"):
        async with environment.bot(SLACK_APP_TOKEN=environment.slack.app_token):
            pass


@pytest.mark.parametrize(
    "address", ["redis://127.0.0.1:6379/0?foo=shhh", "redis://:shhh/x@127.0.0.1:6379/0"], ids=["options", "password"]
)
async def test_an_address_that_redis_cannot_read_ends_the_start(environment: Environment, address: str) -> None:
    """The variable is named; an address holds a password, and none of it is printed."""
    need_redis()

    problem = await problems(environment, REDIS_URL=address)

    assert "REDIS_URL" in problem
    assert "shhh" not in problem


@pytest.mark.parametrize("mode", ["HTTP", "socket"])
async def test_a_port_in_use_ends_the_start(environment: Environment, bot: Bot, mode: str) -> None:
    """It says where it could not listen; Socket Mode has accepted nothing by then."""
    port, app_token = bot.url.rpartition(":")[2], environment.slack.app_token if mode == "socket" else ""

    problem = await problems(environment, PORT=port, SLACK_APP_TOKEN=app_token)

    assert f"cannot listen on 127.0.0.1 port {port}" in problem
    assert {call.method for call in environment.slack.calls} == {"auth.test"}


async def test_a_start_that_fails_late_ends_the_process(environment: Environment, bot: Bot) -> None:
    """Connections are open by then: nothing hangs, and nobody has to read a traceback."""
    variables = environment.bot_variables(PORT=bot.url.rpartition(":")[2], SLACK_APP_TOKEN=environment.slack.app_token)
    code, _, errors = await outcome(await portout_bot(variables, "run"))

    assert code == 2
    assert "cannot listen" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("host", ["127.0.0.1", "::"])
async def test_nothing_listens_while_a_bot_starts(environment: Environment, host: str) -> None:
    """Routers send nothing to a bot that is not connected yet: they see a refused connection."""
    go_on, port = asyncio.Event(), unused_port()
    environment.slack.script.always(faults.held(go_on), key="apps.connections.open")
    settings = environment.bot(SLACK_APP_TOKEN=environment.slack.app_token, HOST=host, PORT=str(port))
    async with AsyncExitStack() as stack:
        starting = asyncio.create_task(stack.enter_async_context(settings))
        await environment.slack.asked("apps.connections.open")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        go_on.set()
        bot = await starting

        assert await bot.get("/healthz") == (200, {"alive": True})


async def test_an_alert_outlives_the_process_that_received_it(environment: Environment, log_file: Path) -> None:
    """Killed between receiving an alert and posting: the redelivery to a new process posts it."""
    event_id = environment.telnyx.samples.names["pending"]
    alert = {"type": "message", "channel": "C0ALERTS", "ts": "1.1", "event_ts": "1.1", "text": f"port-out {event_id}"}
    environment.telnyx.script.then(event_id, faults.slow(30))

    async with process_bot(environment, log_file, ALERT_CHANNELS="C0ALERTS") as (bot, process):
        delivery = asyncio.create_task(bot.sender.event(alert))
        await environment.telnyx.called(event_id)
        process.kill()
        first = await delivery
    async with process_bot(environment, log_file, ALERT_CHANNELS="C0ALERTS") as (bot, process):
        again = await bot.sender.event(alert, retry_num=1, retry_reason=first.retry_reason)

    assert (first.status, again.status) == (0, 200)
    assert len(environment.slack.channels.messages["C0ALERTS"]) == 1


@pytest.mark.parametrize("host", ["a..b", "no-such-host.invalid", "x" * 300])
async def test_a_host_that_is_none_ends_the_start(environment: Environment, host: str) -> None:
    """A sentence says so."""
    assert f"cannot listen on {host} port" in await problems(environment, HOST=host)
