"""The session to Telnyx and Slack: connections that died silently, addresses that moved, and hosts without a proxy."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from socket import AF_INET

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from portout.http_session import FIRST_BYTE_SECONDS, Connector, Proxy
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import UpstreamError
from sandbox import faults
from sandbox.serve import serve
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox
from tests.tls_server import tls_server


@asynccontextmanager
async def telnyx_over(
    connector: Connector, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[TelnyxSandbox, TelnyxClient]]:
    """Run Telnyx with a client that uses this connector, by this host name."""
    sandbox = TelnyxSandbox(samples(datetime.now(UTC)))
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    async with serve(sandbox.app()) as url, aiohttp.ClientSession(connector=connector, headers=headers) as session:
        yield sandbox, TelnyxClient(session, f"{url.replace('127.0.0.1', host)}/v2")


async def test_a_kept_connection_that_is_dead_is_given_up(log_text: Callable[[], str]) -> None:
    """It was idle and says nothing: the call is sent again over a new connection, within its deadline."""
    async with telnyx_over(Connector(Proxy(), idle_seconds=0)) as (telnyx, client):
        event_id = telnyx.samples.names["pending"]
        await client.event(event_id)
        telnyx.script.then(event_id, faults.held(asyncio.Event()))

        event = await client.event(event_id)

        assert event.id == event_id
        assert (len(telnyx.calls), telnyx.connections) == (3, 2)
    assert log_text().count("connection.replaced") == 1


async def test_the_second_attempt_uses_no_other_idle_connection() -> None:
    """All of them may be dead: of four that are idle, none is tried after the first."""
    async with telnyx_over(Connector(Proxy(), idle_seconds=0)) as (telnyx, client):
        event_id, together = telnyx.samples.names["pending"], asyncio.Event()
        telnyx.script.always(faults.held(together))
        first = [asyncio.create_task(client.event(event_id)) for _ in range(4)]
        await telnyx.called(event_id, 4)
        together.set()
        await asyncio.gather(*first)
        telnyx.script.then(event_id, faults.held(asyncio.Event()))

        await client.event(event_id)

        assert (len(telnyx.calls), telnyx.connections) == (6, 5)


async def test_a_post_is_not_given_up() -> None:
    """Nobody sends it again, and it may have been done: over a connection that was idle, too, it may take its time."""
    calls = []

    async def take(request: web.Request) -> web.Response:
        calls.append(await request.text())
        await asyncio.sleep(FIRST_BYTE_SECONDS + 0.5 if len(calls) == 2 else 0)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    connector = Connector(Proxy(), idle_seconds=0)
    async with serve(app) as url, aiohttp.ClientSession(connector=connector) as session:
        statuses = [(await session.post(url, data=str(number))).status for number in range(2)]

    assert statuses == [200, 200]
    assert calls == ["0", "1"]


async def test_a_connection_in_use_may_be_slow() -> None:
    """Telnyx takes its time over a connection that was just used: the call is sent once."""
    async with telnyx_over(Connector(Proxy())) as (telnyx, client):
        event_id = telnyx.samples.names["pending"]
        await client.event(event_id)
        telnyx.script.then(event_id, faults.slow(2))

        await client.event(event_id)

        assert (len(telnyx.calls), telnyx.connections) == (2, 1)


async def test_a_new_connection_may_be_slow() -> None:
    """Only one that was idle is suspected."""
    async with telnyx_over(Connector(Proxy(), idle_seconds=0)) as (telnyx, client):
        event_id = telnyx.samples.names["pending"]
        telnyx.script.then(event_id, faults.slow(2))

        await client.event(event_id)

        assert len(telnyx.calls) == 1


class MovingName(AbstractResolver):
    """A name whose address changes: the first answers are those of a host that is gone."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(self, host: str, port: int = 0, family: int = AF_INET) -> list[ResolveResult]:  # noqa: ARG002
        """Return the next address; the last one for ever."""
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=int(AF_INET), proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


async def test_an_address_that_refuses_is_asked_for_again() -> None:
    """Answers of DNS are kept for ten minutes, but not when nobody is there any more."""
    connector = Connector(Proxy(), ttl_dns_cache=600, resolver=MovingName("127.0.0.2", "127.0.0.1"))
    async with telnyx_over(connector, "telnyx.example") as (telnyx, client):
        event_id = telnyx.samples.names["pending"]

        assert (await client.event(event_id)).id == event_id


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")
async def test_a_certificate_that_is_not_trusted_is_named(tmp_path: Path, log_text: Callable[[], str]) -> None:
    """With OpenSSL's own reason, and where the trusted CAs are: a proxy of the company's may need its own."""
    async with tls_server(tmp_path) as url, TelnyxClient.connect("key", f"{url}/v2") as client:
        with pytest.raises(UpstreamError) as caught:
            await client.order("3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a")

    assert caught.value.reason is not None
    assert caught.value.reason.startswith("certificate: self-signed certificate; trusted are the CAs of /")
    assert "self-signed certificate" in log_text()


@pytest.mark.parametrize(
    ("exceptions", "host", "is_used"),
    [
        ("", "api.telnyx.com", True),
        ("*", "api.telnyx.com", False),
        ("api.telnyx.com", "api.telnyx.com", False),
        ("API.Telnyx.com", "api.telnyx.com", False),
        ("telnyx.com", "api.telnyx.com", False),
        (".telnyx.com", "api.telnyx.com", False),
        (".telnyx.com", "telnyx.com", False),
        ("*.telnyx.com", "api.telnyx.com", False),
        ("nyx.com", "api.telnyx.com", True),
        ("slack.com,telnyx.com", "api.telnyx.com", False),
        ("telnyx.com:443", "api.telnyx.com", False),
        ("telnyx.com:8443", "api.telnyx.com", True),
        ("10.0.0.0/8", "10.1.2.3", False),
        ("10.0.0.0/8", "11.1.2.3", True),
        ("10.0.0.0/8", "api.telnyx.com", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1:443", "127.0.0.1", False),
        ("127.0.0.1:80", "127.0.0.1", True),
        ("::1", "::1", False),
        ("[::1]", "::1", False),
        ("[::1]:443", "::1", False),
        ("fd00::/8", "fd12::1", False),
        ("localhost,,", "api.telnyx.com", True),
        (":443", "api.telnyx.com", True),
        ("http://x", "api.telnyx.com", True),
    ],
)
def test_what_is_reached_without_the_proxy(exceptions: str, host: str, is_used: bool) -> None:  # noqa: FBT001
    """Hosts, domains with all below them, addresses and networks, each also with a port; `*` is everything."""
    proxy = Proxy("http://proxy.example:3128", tuple(exceptions.split(",")))

    assert proxy.is_used_for(host, 443) is is_used


def test_no_proxy_is_never_used() -> None:
    """Without a proxy there is nothing to except."""
    assert not Proxy().is_used_for("api.telnyx.com", 443)
