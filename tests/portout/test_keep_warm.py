"""Connections that are opened before they are needed, and stay open: against a real server."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from portout.http_session import Proxy, keep_warm, open_session
from sandbox.serve import serve


class Server:
    """A server that notes who comes. ports: the client's, one for each request. is_chunked: answers in pieces."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.status = 200
        self.is_chunked = False
        self.change = asyncio.Condition()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def requests(self, number: int) -> None:
        """Wait for so many requests."""
        async with asyncio.timeout(60), self.change:
            await self.change.wait_for(lambda: len(self.ports) >= number)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        async with self.change:
            self.ports.append(request.get_extra_info("peername")[1])
            self.change.notify_all()
        if not self.is_chunked:
            return web.Response(status=self.status, text="not here")
        response = web.StreamResponse(status=self.status)
        await response.prepare(request)
        for piece in (b"not ", b"here"):
            await response.write(piece)
            for _ in range(20):  # rounds of the event loop, in which the client reads the piece alone
                await asyncio.sleep(0)
        return response


class Connections:
    """Counts the connections of a session that were opened, and how often one was used again."""

    def __init__(self) -> None:
        self.opened = self.reused = 0
        self.change = asyncio.Condition()

    def tracing(self) -> aiohttp.TraceConfig:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._count_opened)
        trace.on_connection_reuseconn.append(self._count_reused)
        return trace

    async def used_again(self, times: int) -> None:
        """Wait until a connection was used again so often."""
        async with asyncio.timeout(60), self.change:
            await self.change.wait_for(lambda: self.reused >= times)

    async def _count_opened(self, *_: object) -> None:
        self.opened += 1

    async def _count_reused(self, *_: object) -> None:
        async with self.change:
            self.reused += 1
            self.change.notify_all()


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("number", [1, 4])
async def test_connections_are_opened_and_stay_open(number: int, *, is_chunked: bool) -> None:
    """As many as are wanted; whatever the server says there, in one piece or many, all of them are used each time."""
    server, connections = Server(), Connections()
    server.status, server.is_chunked = 404, is_chunked
    async with serve(server.app()) as url, aiohttp.ClientSession(trace_configs=[connections.tracing()]) as session:
        warming = asyncio.create_task(keep_warm(session, f"{url}/v2", number, seconds=0))
        await connections.used_again(3 * number)
        warming.cancel()
        await asyncio.wait({warming})

    each_time = [set(server.ports[start : start + number]) for start in range(0, 3 * number, number)]
    assert each_time == [set(server.ports)] * 3
    assert len(set(server.ports)) == number
    assert connections.opened == number


async def test_a_server_that_is_away_does_not_end_it() -> None:
    """It goes on trying, and the connection is there again when the server is."""
    server = Server()
    async with open_session(timeout=aiohttp.ClientTimeout(total=5), proxy=Proxy()) as session:
        async with serve(server.app()) as url:
            warming = asyncio.create_task(keep_warm(session, url, seconds=0.01))
            await server.requests(1)
        before = len(server.ports)
        async with serve(server.app(), port=int(url.rpartition(":")[2])):
            await server.requests(before + 2)
        warming.cancel()
        await asyncio.wait({warming})

    assert warming.cancelled()
