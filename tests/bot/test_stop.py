"""`portout-bot run`, as a process: how it stops, at any moment, without losing an answer."""

import asyncio
import signal
from asyncio.subprocess import Process
from pathlib import Path

import aiohttp
import msgspec
import pytest

from sandbox import faults
from sandbox.slack.payloads import command
from tests.bot.processes import outcome, portout_bot, process_bot
from tests.bot.transport.raw_client import raw_clients, unsigned_post
from tests.conftest import Bot, Environment, message_of

HANGING_LOOK_UP = """
import socket, sys, threading
look_up = socket.getaddrinfo
def getaddrinfo(host, *arguments, **options):
    if host != "hanging.invalid":
        return look_up(host, *arguments, **options)
    sys.stderr.write("looking up\\n")
    sys.stderr.flush()
    threading.Event().wait()
socket.getaddrinfo = getaddrinfo
"""
"""Stands in for a DNS server that does not answer; Python runs a module of the name `sitecustomize` at its start."""


async def stopped(process: Process) -> int:
    """Return the exit code of a process that was told to stop."""
    async with asyncio.timeout(29):  # hosts send SIGKILL after 30 s
        return await process.wait()


async def stop(process: Process) -> None:
    """Send SIGTERM, and wait until the bot says that it stops."""
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    async with asyncio.timeout(10):
        while b"bot.stopping" not in await process.stdout.readline():
            pass


async def no_longer_listening(bot: Bot) -> None:
    """Wait until new connections are refused."""
    async with asyncio.timeout(20), aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        while True:
            try:
                await (await session.get(f"{bot.url}/healthz")).read()
            except aiohttp.ClientConnectorError:
                return


async def test_a_stop_answers_all_that_was_accepted(environment: Environment, log_file: Path) -> None:
    """After SIGTERM during slow look-ups every user gets the card, and the exit code is 0."""
    ids, release = list(environment.telnyx.samples.events), asyncio.Event()
    environment.telnyx.script.always(faults.held(release))
    urls = [environment.response_url() for _ in ids]

    async with process_bot(environment, log_file) as (bot, process):
        commands = [bot.command(id_, response_url=url) for id_, url in zip(ids, urls, strict=True)]
        acknowledgements = await asyncio.gather(*commands)
        await stop(process)
        release.set()
        late = await asyncio.gather(*(environment.slack.response(url, timeout=20) for url in urls))
        code = await stopped(process)

    assert all("Still looking up" in message_of(answer).text for answer in acknowledgements)
    assert all(id_ in msgspec.json.encode(message).decode() for id_, message in zip(ids, late, strict=True))
    assert code == 0


async def test_requests_are_served_while_routers_learn_of_the_stop(environment: Environment, log_file: Path) -> None:
    """`/readyz` says 503 at once; commands are answered as before, and each answer closes its connection."""
    event_id = environment.telnyx.samples.names["pending"]

    async with process_bot(environment, log_file, DRAIN_SECONDS="5") as (bot, process):
        assert (await bot.get("/readyz"))[0] == 200
        await stop(process)
        ready, alive = await bot.get("/readyz"), await bot.get("/healthz")
        message = message_of(await bot.command(event_id))
        async with bot.session.get(f"{bot.url}/healthz") as response:
            connection = response.headers["Connection"]
        code = await stopped(process)

    assert ready == (503, {"ready": False})
    assert alive == (200, {"alive": True})
    assert "Waiting for your answer" in message.text
    assert connection == "close"
    assert code == 0


async def test_what_was_accepted_is_finished_after_listening_has_ended(
    environment: Environment, log_file: Path
) -> None:
    """Idle connections are closed, new ones are refused, and the command in work is answered."""
    release = asyncio.Event()
    event_id, url = environment.telnyx.samples.names["pending"], environment.response_url()
    environment.telnyx.script.always(faults.held(release), key=event_id)

    async with process_bot(environment, log_file) as (bot, process), raw_clients(bot) as (idle,):
        await idle.send(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        await idle.answer()
        waiting = asyncio.create_task(bot.command(event_id, response_url=url))
        await environment.telnyx.called(event_id)
        await stop(process)
        await no_longer_listening(bot)
        rest = await idle.rest()
        acknowledgement = await waiting
        release.set()
        late = await environment.slack.response(url, timeout=10)
        code = await stopped(process)

    assert b"HTTP/1.1" not in rest
    assert "Still looking up" in message_of(acknowledgement).text
    assert "Waiting for your answer" in late["text"]
    assert code == 0


async def test_a_request_that_is_still_arriving_is_answered(environment: Environment, log_file: Path) -> None:
    """Its headers were accepted before the bot stopped listening."""
    async with process_bot(environment, log_file) as (bot, process), raw_clients(bot) as (slow,):
        await slow.send(unsigned_post(b"", 2))
        await bot.get("/healthz")  # the headers above have been read by then
        await stop(process)
        await no_longer_listening(bot)
        await slow.send(b"{}")
        answer = await slow.rest()
        code = await stopped(process)

    assert answer.startswith(b"HTTP/1.1 401 Signature wrong")
    assert code == 0


async def test_a_socket_takes_no_new_requests_while_the_rest_is_finished(
    environment: Environment, log_file: Path
) -> None:
    """The acknowledgement is sent, then the connection is closed, and the card follows over HTTP."""
    release = asyncio.Event()
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.held(release), key=event_id)
    payload = command(event_id, response_url=environment.response_url())

    async with process_bot(environment, log_file, SLACK_APP_TOKEN=environment.slack.app_token) as (bot, process):
        await environment.slack.socket_mode.connected()
        delivery = asyncio.create_task(environment.slack.socket_mode.deliver("slash_commands", payload, timeout=5))
        await environment.telnyx.called(event_id)
        await stop(process)
        acknowledgement = await delivery
        ready = await bot.get("/readyz")
        async with asyncio.timeout(10):
            await environment.slack.socket_mode.disconnected()
        release.set()
        late = await environment.slack.response(payload["response_url"], timeout=10)
        code = await stopped(process)

    assert acknowledgement is not None
    assert "Still looking up" in acknowledgement["text"]
    assert ready == (503, {"ready": False})
    assert "Waiting for your answer" in late["text"]
    assert code == 0


@pytest.mark.full
async def test_a_stop_ends_in_time_whatever_hangs(environment: Environment, log_file: Path) -> None:
    """Hosts send SIGKILL after 30 s; the longest drain, and Slack and Telnyx that never answer, leave time to close."""
    never = asyncio.Event()
    environment.telnyx.script.always(faults.held(never))
    environment.slack.script.always(faults.held(never), key="response_url")
    environment.slack.script.always(faults.held(never), key="chat.postMessage")
    alert = {"type": "message", "channel": "C0ALERTS", "ts": "1.1", "event_ts": "1.1", "text": "port-out"}
    ids = environment.telnyx.samples.names

    async with process_bot(environment, log_file, ALERT_CHANNELS="C0ALERTS", DRAIN_SECONDS="15") as (bot, process):
        await bot.command(ids["pending"])
        waiting = asyncio.create_task(bot.sender.event(alert | {"text": f"port-out {ids['ported']}"}))
        await environment.telnyx.called(ids["ported"])
        process.send_signal(signal.SIGTERM)
        code = await stopped(process)
        await waiting

    assert code == 0


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_start_can_be_stopped(environment: Environment, method: str) -> None:
    """Even while Slack hangs: at once, with exit code 0."""
    environment.slack.script.always(faults.held(asyncio.Event()), key=method)
    process = await portout_bot(environment.bot_variables(SLACK_APP_TOKEN=environment.slack.app_token), "run")
    await environment.slack.asked(method)
    process.send_signal(signal.SIGTERM)

    code, out, err = await outcome(process)

    assert (code, err) == (0, "")
    assert msgspec.json.decode(out)["event"] == "bot.stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_start_can_be_stopped_before_its_event_loop_runs(
    environment: Environment, number: signal.Signals
) -> None:
    """While modules are imported, with exit code 0: the first process of a container gets no second chance."""
    process = await portout_bot(environment.bot_variables(), "run", options=("-X", "importtime"))
    assert process.stderr is not None
    async with asyncio.timeout(20):
        while b"msgspec" not in await process.stderr.readline():
            pass
    process.send_signal(number)

    code, out, err = await outcome(process)

    assert (code, out) == (0, "")
    assert "Traceback" not in err


@pytest.mark.parametrize("is_running", [False, True], ids=["at the start", "later"])
async def test_a_look_up_of_a_host_name_that_hangs_holds_no_exit(
    environment: Environment, tmp_path: Path, *, is_running: bool
) -> None:
    """Python would wait for its thread, for as long as the system's resolver does."""
    (tmp_path / "sitecustomize.py").write_text(HANGING_LOOK_UP)
    variable = (
        {"TELNYX_BASE_URL": "https://hanging.invalid"} if is_running else {"SLACK_API_URL": "https://hanging.invalid"}
    )
    process = await portout_bot(environment.bot_variables(PYTHONPATH=str(tmp_path), **variable), "run")
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(20):
        if is_running:
            started = msgspec.json.decode(await process.stdout.readline())
            async with aiohttp.ClientSession() as session:
                bot = Bot(environment, session, started["port"])
                await bot.command(environment.telnyx.samples.names["pending"])
        assert await process.stderr.readline() == b"looking up\n"
    process.send_signal(signal.SIGTERM)

    assert await stopped(process) == 0
    _, err = await process.communicate()
    assert b"Traceback" not in err
