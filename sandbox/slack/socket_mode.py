"""Slack's side of Socket Mode: WebSocket connections, the envelopes sent over them, and their acknowledgements."""

import asyncio
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from sandbox.faults import abort_connection
from sandbox.slack.workspace import APP_ID


class SocketMode:
    """The connections that the bot has opened, and what Slack does with them."""

    def __init__(self) -> None:
        """Start without connections."""
        self._connections: dict[web.WebSocketResponse, web.Request] = {}
        self._muted: set[web.WebSocketResponse] = set()
        self._opened = self._addresses = self._refused_until = 0
        self._acknowledgements: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._change = asyncio.Condition()

    async def connected(self, count: int = 1) -> None:
        """Wait until as many connections have been opened since the start."""
        async with self._change:
            await self._change.wait_for(lambda: self._opened >= count)

    async def disconnected(self) -> None:
        """Wait until no connection is open."""
        async with self._change:
            await self._change.wait_for(lambda: not self._connections)

    async def deliver(
        self,
        envelope_type: str,
        payload: dict[str, Any],
        *,
        timeout: float = 3,  # noqa: ASYNC109  Slack's own
    ) -> dict[str, Any] | None:
        """Send an envelope over the newest connection; returns the payload of its acknowledgement, None without one.

        An acknowledgement counts whichever connection it comes over, and is {} when it has no payload.
        """
        if not self._connections:
            return None
        envelope = _envelope(envelope_type, payload)
        acknowledgement = self._acknowledgements[envelope["envelope_id"]] = asyncio.Future()
        try:
            await next(reversed(self._connections)).send_json(envelope)
            async with asyncio.timeout(timeout):
                return await acknowledgement
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._acknowledgements[envelope["envelope_id"]]

    async def replace_connections(self) -> None:
        """Ask for another connection in the place of every open one, as Slack does every few hours."""
        for connection in list(self._connections):
            await connection.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    def refuse_next_address(self) -> None:
        """Refuse connections at the address that is given out next, and at earlier ones, for ever."""
        self._refused_until = self._addresses + 1

    def new_address(self) -> str:
        """Return the number of a new address for a connection."""
        self._addresses += 1
        return str(self._addresses)

    def mute_connections(self) -> None:
        """Send nothing more over the open connections, not even a pong, without closing them."""
        self._muted |= set(self._connections)

    async def drop_connections(self) -> None:
        """Abort the TCP connection under every open WebSocket, without a closing handshake."""
        for request in self._connections.values():
            abort_connection(request)
        self._connections.clear()

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        """Accept a connection, and read from it until it closes; refuse one at an address that is not good any more."""
        if int(request.query.get("ticket", "1")) <= self._refused_until:
            raise web.HTTPNotFound
        connection = web.WebSocketResponse(autoping=False)
        await connection.prepare(request)
        self._connections[connection] = request
        try:
            await connection.send_json(_hello(len(self._connections)))
            async with self._change:
                self._opened += 1
                self._change.notify_all()
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.json())
                elif message.type is WSMsgType.PING and connection not in self._muted:
                    await connection.pong(message.data)
        finally:
            self._connections.pop(connection, None)
            self._muted.discard(connection)
            async with self._change:
                self._change.notify_all()
        return connection

    def _acknowledge(self, message: dict[str, Any]) -> None:
        waiting = self._acknowledgements.get(message["envelope_id"])
        # Too late, or twice: nobody waits any more.
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload") or {})


def _hello(connections: int) -> dict[str, Any]:
    debug = {"host": "sandbox", "approximate_connection_time": 18_060}
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": debug,
        "connection_info": {"app_id": APP_ID},
    }


def _envelope(envelope_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    envelope = {"type": envelope_type, "envelope_id": str(uuid4()), "payload": payload}
    if envelope_type == "events_api":
        # Unlike HTTP, Socket Mode counts retries from the first delivery on.
        return {**envelope, "accepts_response_payload": False, "retry_attempt": 0, "retry_reason": ""}
    return {**envelope, "accepts_response_payload": True}
