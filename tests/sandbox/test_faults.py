"""Each fault does to a real client what it says."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from aiohttp import web
from msgspec import Struct

from sandbox import faults
from sandbox.faults import Fault, FaultScript
from sandbox.serve import serve


class Service(Struct):
    """Something that answers "fine" unless its script has it otherwise. arrived: a call has come."""

    script: FaultScript
    url: str
    arrived: asyncio.Event


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """Run a service on which anything can go wrong; its keys are its paths."""
    script, arrived = FaultScript(), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        arrived.set()
        return await script.play(request, request.match_info["key"]) or web.Response(text="fine")

    app = web.Application()
    app.add_routes([web.get("/{key}", answer)])
    async with serve(app) as url:
        yield Service(script, url, arrived)


class Seen(Struct, frozen=True):
    """An answer as the client has it."""

    status: int
    headers: dict[str, str]
    body: bytes


async def call(http: aiohttp.ClientSession, service: Service, key: str = "key") -> Seen:
    """Call the service once."""
    async with http.get(f"{service.url}/{key}", allow_redirects=False) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Seen(response.status, headers, await response.read())


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "10009"), (403, "10010"), (404, "10005"), (422, "10006"), (429, "10011"), (500, "10007"), (503, "10007")],
)
async def test_a_status_comes_with_telnyxs_error(
    http: aiohttp.ClientSession, service: Service, status: int, code: str
) -> None:
    """The statuses that Telnyx documents carry its error body, whose code is a string."""
    service.script.always(faults.status(status, {"x-request-id": "1"}))

    seen = await call(http, service)

    (error,) = msgspec.json.decode(seen.body)["errors"]
    assert (seen.status, seen.headers["x-request-id"]) == (status, "1")
    assert error["code"] == code
    assert error.keys() == {"code", "title", "detail", "meta", "source"}


async def test_a_status_may_come_with_any_body_or_none(http: aiohttp.ClientSession, service: Service) -> None:
    """A given body stands, and a status that Telnyx doesn't document has none."""
    service.script.then("key", faults.status(502, body=b"<html>Bad gateway"), faults.status(418))

    assert (await call(http, service)).body == b"<html>Bad gateway"
    assert (await call(http, service)).body == b""


@pytest.mark.parametrize(
    ("fault", "hints"),
    [
        pytest.param(faults.rate_limited(), {}, id="none"),
        pytest.param(faults.rate_limited(retry_after=2), {"retry-after": "2"}, id="retry-after"),
        pytest.param(faults.rate_limited(reset=3), {"x-ratelimit-reset": "3"}, id="reset"),
    ],
)
async def test_a_rate_limit_gives_the_hints_it_is_told_to(
    http: aiohttp.ClientSession, service: Service, fault: Fault, hints: dict[str, str]
) -> None:
    """A 429 says when to come back by one header, by the other, or not at all."""
    service.script.always(fault)

    seen = await call(http, service)

    assert seen.status == 429
    assert {name: seen.headers[name] for name in ("retry-after", "x-ratelimit-reset") if name in seen.headers} == hints


async def test_a_reset_connection_gives_no_answer(http: aiohttp.ClientSession, service: Service) -> None:
    """The client sees its connection go."""
    service.script.always(faults.reset())

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call(http, service)


async def test_a_stalled_answer_begins_and_never_ends(http: aiohttp.ClientSession, service: Service) -> None:
    """The status and half the body arrive; the rest doesn't."""
    service.script.always(faults.stalled())

    async with http.get(f"{service.url}/key") as response:
        half = await response.content.readany()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await response.content.readany()

    assert response.status == 200
    assert response.content_length == 2 * len(half)


async def test_a_truncated_answer_ends_too_soon(http: aiohttp.ClientSession, service: Service) -> None:
    """Fewer bytes come than were promised."""
    service.script.always(faults.truncated())

    with pytest.raises(aiohttp.ClientPayloadError):
        await call(http, service)


async def test_raw_bytes_arrive_as_they_are(http: aiohttp.ClientSession, service: Service) -> None:
    """No body is too odd to be sent."""
    service.script.then("key", faults.raw(b"\xff{"), faults.raw(b"<html>", "text/html", 503))

    json, html = await call(http, service), await call(http, service)

    assert (json.status, json.headers["content-type"], json.body) == (200, "application/json", b"\xff{")
    assert (html.status, html.headers["content-type"], html.body) == (503, "text/html", b"<html>")


async def test_an_oversized_answer_doesnt_announce_its_size(http: aiohttp.ClientSession, service: Service) -> None:
    """The body is good JSON, longer than asked for, and no header says how long."""
    service.script.always(faults.oversized(200_000))

    seen = await call(http, service)

    assert "content-length" not in seen.headers
    assert len(seen.body) > 200_000
    assert msgspec.json.decode(seen.body).keys() == {"data"}


async def test_an_oversized_answer_may_be_refused(http: aiohttp.ClientSession, service: Service) -> None:
    """A client that hangs up in the middle does the service no harm."""
    service.script.then("key", faults.oversized(2**26))

    async with http.get(f"{service.url}/key") as response:
        response.close()

    assert (await call(http, service)).body == b"fine"


async def test_a_redirect_points_elsewhere(http: aiohttp.ClientSession, service: Service) -> None:
    """The new address is in the header."""
    service.script.always(faults.redirect("http://elsewhere.example/"))

    seen = await call(http, service)

    assert (seen.status, seen.headers["location"]) == (302, "http://elsewhere.example/")


async def test_a_slow_answer_takes_its_time(http: aiohttp.ClientSession, service: Service) -> None:
    """The normal answer comes, no sooner than told."""
    service.script.always(faults.slow(0.05))
    started = time.perf_counter()

    seen = await call(http, service)

    assert seen.body == b"fine"
    assert time.perf_counter() - started >= 0.05


async def test_a_held_answer_waits_for_the_event(http: aiohttp.ClientSession, service: Service) -> None:
    """The normal answer comes once the event is set, not before."""
    release = asyncio.Event()
    service.script.always(faults.held(release))

    waiting = asyncio.create_task(call(http, service))
    await service.arrived.wait()
    early = waiting.done()
    release.set()

    assert not early
    assert (await waiting).body == b"fine"


async def test_a_calls_turn_comes_before_its_keys_rule_and_that_before_the_rule_for_all(
    http: aiohttp.ClientSession, service: Service
) -> None:
    """The script is read from the narrowest entry to the widest, and what it has no entry for is normal."""
    service.script.always(faults.status(500))
    service.script.always(faults.status(404), key="lost")
    service.script.then("lost", faults.ok(), faults.status(429))

    lost = [(await call(http, service, "lost")).status for _ in range(3)]
    other = (await call(http, service, "other")).status
    service.script.reset()
    after = (await call(http, service, "lost")).status

    assert (lost, other, after) == ([200, 429, 404], 500, 200)
