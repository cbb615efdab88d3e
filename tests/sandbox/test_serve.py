"""A stand-in comes up on a port of its own and goes down at once."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
from aiohttp import web

from sandbox.faults import stalled
from sandbox.serve import serve


async def _stall(request: web.Request) -> web.StreamResponse:
    return await stalled()(request) or web.Response()


async def _chat(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.receive()
    return socket


async def test_each_server_has_an_address_of_its_own(http: aiohttp.ClientSession) -> None:
    """Two servers run side by side, each at the address that was given."""
    async with serve(web.Application()) as one, serve(web.Application()) as other, http.get(one) as response:
        answered = response.status

    assert one != other
    assert one.startswith("http://127.0.0.1:")
    assert answered == 404


async def test_a_server_stops_at_once_whatever_its_clients_do(http: aiohttp.ClientSession) -> None:
    """A half-sent answer, an open websocket and an idle connection don't hold up the end."""
    app = web.Application()
    app.add_routes([web.get("/stalled", _stall), web.get("/chat", _chat)])
    async with AsyncExitStack() as clients, AsyncExitStack() as server:
        url = await server.enter_async_context(serve(app))
        await clients.enter_async_context(http.get(f"{url}/stalled"))
        await clients.enter_async_context(http.ws_connect(f"{url}/chat"))
        async with http.get(f"{url}/none"):
            pass
        async with asyncio.timeout(1):
            await server.aclose()


async def test_a_handler_ends_with_its_client() -> None:
    """A handler that waits for ever is cancelled when the client hangs up."""
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait(_request: web.Request) -> web.Response:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", wait)])
    async with serve(app) as url, asyncio.timeout(5):
        async with aiohttp.ClientSession() as session:
            call = asyncio.create_task(session.get(url).__aenter__())
            await began.wait()
            call.cancel()
        await ended.wait()

    assert ended.is_set()
