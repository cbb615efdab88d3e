"""Clients that are idle, slow, hostile or many: each loses its connection, and nobody else's request fails."""

import asyncio
import gzip
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import aiohttp
import msgspec
import pytest
from aiohttp import web

from bot.transport.connections import MAX_CONNECTIONS, MAX_HEADER, Connection
from bot.transport.http import create_server
from bot.transport.listener import bound
from bot.transport.verification.bodies import MAX_BODY, MAX_UNVERIFIED
from tests.bot.processes import process_bot
from tests.bot.transport.raw_client import POST, raw_clients, unsigned_post
from tests.bot.transport.requests import BODY, post, signed
from tests.conftest import Bot, Environment

ENCODINGS = {
    "gzip": b"Content-Encoding: gzip\r\n",
    "deflate": b"content-encoding: deflate\r\n",
    "identity": b"Content-Encoding: identity\r\n",
    "nothing": b"Content-Encoding:\r\n",
    "twice": b"Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
    "a list": b"Content-Encoding: gzip, gzip\r\n",
}


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Enough descriptors for both ends of every connection that the bot accepts."""
    needed, (soft, hard) = 3 * MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip("not enough file descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
async def test_an_encoded_body_is_refused_on_every_path(bot: Bot, encoding: bytes) -> None:
    """At once, without its body, whatever it claims to be; then the connection is closed."""
    paths = (b"POST /slack/events", b"GET /healthz", b"GET /readyz", b"GET /metrics", b"POST /nothing")
    async with raw_clients(bot, len(paths)) as clients:
        for client, path in zip(clients, paths, strict=True):
            await client.send(path + b" HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n" + encoding + b"\r\nnot gzip")
        answers = await asyncio.gather(*(client.rest() for client in clients))

    assert all(answer.startswith(b"HTTP/1.1 400") and b"Connection: close" in answer for answer in answers)


async def test_a_body_is_never_unpacked(bot: Bot) -> None:
    """Eight that unpack to 128 MiB cost less time than to unpack two; the bot runs in this process."""
    bomb = gzip.compress(bytes(2**27), compresslevel=9)
    head = unsigned_post(b"", len(bomb))
    before = time.process_time()
    gzip.decompress(bomb)
    one = time.process_time() - before

    before = time.process_time()
    async with raw_clients(bot, 8) as clients:
        for client in clients:
            await client.send(head.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") + bomb)
        answers = await asyncio.gather(*(client.rest() for client in clients))
    eight = time.process_time() - before

    assert all(answer.startswith(b"HTTP/1.1 400") for answer in answers)
    assert eight < 2 * one


REFUSED: dict[str, tuple[Callable[[], bytes], bytes]] = {
    "unsigned": (lambda: POST + b"Content-Length: 9\r\n\r\n", b"401"),
    "a wrong signature": (lambda: unsigned_post(b"a=1"), b"401"),
    "too large": (lambda: unsigned_post(b"a", MAX_BODY + 1), b"413"),
    "no such page": (lambda: b"GET /nothing HTTP/1.1\r\nHost: bot\r\n\r\n", b"404"),
    "another method": (lambda: b"PUT /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n\r\n", b"405"),
    "another expectation": (lambda: POST + b"Expect: tea\r\nContent-Length: 9\r\n\r\n", b"417"),
    "broken chunks": (
        lambda: unsigned_post(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"zz\r\n",
        b"400",
    ),
    "no HTTP": (lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    "a header too long": (lambda: POST + b"X: " + b"x" * (MAX_HEADER + 1) + b"\r\n\r\n", b"400"),
}


@pytest.mark.parametrize(("request_bytes", "status"), REFUSED.values(), ids=REFUSED)
async def test_a_refused_client_loses_its_connection(
    bot: Bot, request_bytes: Callable[[], bytes], status: bytes, log_text: Callable[[], str]
) -> None:
    """Whatever it was refused for; it does not learn what serves it, and the log has no traceback of it."""
    async with raw_clients(bot) as (client,):
        await client.send(request_bytes())
        everything = await client.rest()

    assert everything.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in everything.lower()
    assert b"server:" not in everything.lower()
    assert b"aiohttp" not in everything.lower()
    assert "frames" not in log_text()


async def test_slow_clients_lose_their_connections_after_ten_seconds(bot: Bot) -> None:
    """Those that send nothing, half a head, half a head after an answer, or half a body; an idle one stays longer."""
    async with raw_clients(bot, 5) as (silent, slow_head, slow_again, slow_body, idle):
        await slow_head.send(POST)
        for client in (slow_again, idle):
            await client.send(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
            assert (await client.answer()).startswith(b"HTTP/1.1 200")
        await slow_again.send(b'{"a')
        await slow_body.send(unsigned_post(b"a=", 100))
        async with asyncio.timeout(20):  # far less than the 75 s after which an idle one is closed
            assert all(await asyncio.gather(silent.is_closed(), slow_head.is_closed()))
            await slow_again.rest()
            assert (await slow_body.rest()).startswith(b"HTTP/1.1 408")
        await idle.send(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        # Its first answer's body comes before the second answer's head.
        assert b"HTTP/1.1 200" in await idle.answer()


@pytest.mark.usefixtures("many_descriptors")
async def test_one_connection_too_many_costs_the_one_that_is_idle_longest_its_own(
    bot: Bot, log_text: Callable[[], str]
) -> None:
    """So a command is answered, however many others do nothing; and the log says so once."""
    async with raw_clients(bot, MAX_CONNECTIONS) as clients:
        first = asyncio.create_task(clients[0].is_closed())
        answer = await bot.command("help")
        assert await first
        async with raw_clients(bot, 20):
            assert all(await asyncio.gather(*(client.is_closed() for client in clients[1:21])))

    assert answer.status == 200
    assert log_text().count('"http.connections_full"') == 1


@pytest.mark.usefixtures("many_descriptors")
async def test_one_connection_too_many_costs_an_unverified_request_where_none_is_idle(bot: Bot) -> None:
    """The one that takes longest: slow bodies keep nobody out."""
    async with raw_clients(bot, MAX_CONNECTIONS) as clients:
        for client in clients:
            await client.send(unsigned_post(b"a=", 100))
        for _ in range(20):
            assert (await bot.get("/healthz"))[0] == 200
        answer = await bot.command("help")
        first = await clients[0].rest()

    assert answer.status == 200
    assert not first.startswith(b"HTTP/1.1 408")


@pytest.mark.usefixtures("many_descriptors")
async def test_one_connection_too_many_is_refused_where_all_requests_are_verified(environment: Environment) -> None:
    """With 503, at once; the others are answered, and then the next one is served."""
    arrived, release = asyncio.Semaphore(0), asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        cast("Connection", request.protocol).accept_request()
        arrived.release()
        await release.wait()
        return web.Response()

    server = create_server([web.get("/held", handle)])
    async with bound(server, "127.0.0.1", 0) as listener, aiohttp.ClientSession() as session:
        await listener.start()
        bot = Bot(environment, session, listener.port)
        async with raw_clients(bot, MAX_CONNECTIONS) as clients:
            for client in clients:
                await client.send(b"GET /held HTTP/1.1\r\nHost: bot\r\n\r\n")
                await arrived.acquire()
            async with raw_clients(bot) as (late,):
                refusal = await late.rest()
            release.set()
            answers = await asyncio.gather(*(client.answer() for client in clients))
            async with session.get(f"{bot.url}/held") as answer:
                assert answer.status == 200

    assert refusal.startswith(b"HTTP/1.1 503")
    assert all(one.startswith(b"HTTP/1.1 200") for one in answers)


async def test_unverified_bodies_take_no_more_memory_than_they_may(bot: Bot) -> None:
    """The one that is read for longest is given up with 503, and a command is answered meanwhile."""
    almost = bytes(MAX_BODY - 1)
    count = MAX_UNVERIFIED // len(almost) + 1
    async with raw_clients(bot, count) as clients:
        for client in clients:
            await client.send(unsigned_post(almost, MAX_BODY))
        first = await clients[0].answer()
        answer = await bot.command("help")
        await clients[-1].send(b"x")
        last = await clients[-1].answer()

    assert first.startswith(b"HTTP/1.1 503")
    assert answer.status == 200
    assert last.startswith(b"HTTP/1.1 401")


async def test_a_full_descriptor_table_is_logged_once(environment: Environment, log_file: Path) -> None:
    """Not for each of the connections that wait; afterwards the bot accepts again."""
    async with process_bot(environment, log_file) as (bot, process):
        used = sum(1 for _ in os.scandir(f"/proc/{process.pid}/fd"))
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used, hard))
        assert process.stdout is not None
        async with raw_clients(bot, 50):
            first = await process.stdout.readline()
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        answer = await bot.command("help")
        process.terminate()
        log = (first + await process.stdout.read()).decode().splitlines()

    assert answer.status == 200
    events = [msgspec.json.decode(line)["event"] for line in log]
    assert events.count("http.no_descriptors") == 1
    assert "library" not in events


async def test_a_long_header_is_taken(bot: Bot) -> None:
    """A proxy may pass on the certificate of its client, which has up to 32 kB."""
    body = BODY
    headers = signed(bot, body) | {"X-Client-Certificate": "x" * 2**15}

    assert (await post(bot, body, headers))[0] == 200


async def test_an_ipv6_wildcard_serves_both_families(environment: Environment) -> None:
    """`HOST=::` is every address of this machine, as it is with other servers."""
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine cannot serve both with one socket")
    async with environment.bot(HOST="::") as bot:
        port = bot.url.rpartition(":")[2]
        for host in ("127.0.0.1", "[::1]"):
            bot.url = f"http://{host}:{port}"
            assert await bot.get("/healthz") == (200, {"alive": True})
            assert (await bot.get("/readyz"))[1]["degraded"] == []
