"""The stand-in for Slack: its Web API, its side of Socket Mode, and response URLs, in one invented workspace."""

import asyncio
from collections import Counter, defaultdict
from typing import Any, Final
from uuid import uuid4

from aiohttp import WSMsgType, web
from msgspec import Struct

from sandbox.faults import FaultScript, abort_connection
from sandbox.slack.channels import Channels
from sandbox.slack.modals import Modals
from sandbox.slack.workspace import (
    APP_ID,
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER_ID,
    SIGNING_SECRET,
    TEAM_DOMAIN,
    TEAM_ID,
)

RESPONSE_URL: Final = "response_url"
"""The script's key for posts to a response URL; calls of the Web API go by their method's name."""

_CHANNEL_METHODS: Final = frozenset(
    {
        "chat.postMessage",
        "chat.postEphemeral",
        "chat.update",
        "chat.delete",
        "conversations.history",
        "conversations.replies",
    }
)
_MODAL_METHODS: Final = frozenset({"views.open", "views.update"})
_MOST_RESPONSES: Final = 5
_RESPONSE_SECONDS: Final = 30 * 60
_LONGEST_WAIT: Final = 60.0


class ApiCall(Struct, frozen=True):
    """A call of the Web API: its method's name and its arguments, without the token."""

    method: str
    body: dict[str, Any]


class SlackSandbox:
    """One workspace with the bot installed.

    scopes: what the bot may do, free to be changed. channels: those it is in, and what it posted there. modals: those
    it opened.
    script: the faults, by Web API method or `RESPONSE_URL`. script_after_effect: those after a call took effect.
    calls: every call of the Web API so far. posted: the messages that each response URL took, by its last path part.
    """

    bot_token: Final = BOT_TOKEN
    app_token: Final = APP_TOKEN
    signing_secret: Final = SIGNING_SECRET

    def __init__(self) -> None:
        """Open a workspace in which nothing has happened."""
        self.scopes = ["app_mentions:read", "channels:history", "chat:write", "commands", "groups:history"]
        self.channels: Final = Channels("C0DESK", "C0ALERTS")
        self.modals: Final = Modals()
        self.script: Final = FaultScript()
        self.script_after_effect: Final = FaultScript()
        self.calls: Final[list[ApiCall]] = []
        self.posted: Final[defaultdict[str, list[dict[str, Any]]]] = defaultdict(list)
        self._answered: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._expiry: dict[str, float] = {}
        self._sockets: dict[web.WebSocketResponse, web.Request] = {}
        self._muted: set[web.WebSocketResponse] = set()
        self._sockets_opened = 0
        self._acknowledgements: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Condition()

    def app(self) -> web.Application:
        """Make the web application that is this workspace."""
        app = web.Application(client_max_size=2**20)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        app.router.add_get("/socket", self._socket)
        app.router.add_post("/response/{token}", self._respond)
        app.on_shutdown.append(lambda _app: self.drop_socket())
        return app

    async def response(self, url: str, timeout: float = 5) -> dict[str, Any]:  # noqa: ASYNC109  reads best in a test
        """Wait for the next message posted to a response URL; raises TimeoutError."""
        token = _token(url)
        async with asyncio.timeout(timeout), self._news:
            await self._news.wait_for(lambda: len(self.posted[token]) > self._seen[token])
        self._seen[token] += 1
        return self.posted[token][self._seen[token] - 1]

    def expire(self, url: str) -> None:
        """Let a response URL's 30 minutes be over. They start with its first use, when this stand-in hears of it."""
        self._expiry[_token(url)] = 0

    async def called(self, method: str, times: int = 1) -> None:
        """Wait until so many calls of a Web API method have been answered; raises TimeoutError."""
        async with asyncio.timeout(_LONGEST_WAIT), self._news:
            await self._news.wait_for(lambda: self._answered[method] >= times)

    async def asked(self, method: str) -> None:
        """Wait until a Web API method has been called, answered or not; raises TimeoutError."""
        async with asyncio.timeout(_LONGEST_WAIT), self._news:
            await self._news.wait_for(lambda: any(call.method == method for call in self.calls))

    async def socket_connected(self, count: int = 1) -> None:
        """Wait until as many connections have been opened since the start."""
        async with self._news:
            await self._news.wait_for(lambda: self._sockets_opened >= count)

    async def socket_deliver(
        self,
        envelope_type: str,
        payload: dict[str, Any],
        *,
        timeout: float = 3,  # noqa: ASYNC109  Slack's own
    ) -> dict[str, Any] | None:
        """Send an envelope over the newest connection, and give what its acknowledgement says; None if there is none.

        An acknowledgement counts whichever connection it comes over, and says {} when it has no payload.
        """
        if not self._sockets:
            return None
        envelope = _envelope(envelope_type, payload)
        acknowledgement = self._acknowledgements[envelope["envelope_id"]] = asyncio.Future()
        try:
            await next(reversed(self._sockets)).send_json(envelope)
            async with asyncio.timeout(timeout):
                return await acknowledgement
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._acknowledgements[envelope["envelope_id"]]

    async def replace_socket(self) -> None:
        """Ask for another connection in the place of every open one, as Slack does every few hours."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    def mute_socket(self) -> None:
        """Keep the open connections, and say nothing over them any more, not even that they are alive."""
        self._muted |= set(self._sockets)

    async def drop_socket(self) -> None:
        """Cut the TCP connection under every open socket, without a word."""
        for request in self._sockets.values():
            abort_connection(request)
        self._sockets.clear()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the Web API; a refusal is a 200 that says so."""
        method = str(request.match_info["method"])
        token, arguments = await _arguments(request)
        self.calls.append(ApiCall(method, arguments))
        async with self._news:
            self._news.notify_all()
        try:
            return await self._answer(request, method, token, arguments)
        finally:
            async with self._news:
                self._answered[method] += 1
                self._news.notify_all()

    async def _answer(
        self, request: web.Request, method: str, token: str, arguments: dict[str, Any]
    ) -> web.StreamResponse:
        scripted = await self.script.play(request, method)
        if scripted is not None:
            return scripted
        match method, token:
            case "auth.test", self.bot_token:
                return self._auth_test()
            case "apps.connections.open", self.app_token:
                url = f"ws://{request.host}/socket?ticket={uuid4()}&app_id={APP_ID}"
                return web.json_response({"ok": True, "url": url})
            case _, self.bot_token if method in _CHANNEL_METHODS | _MODAL_METHODS:
                if method in _MODAL_METHODS:
                    answer = self.modals.answer(method, arguments)
                else:
                    answer = await self.channels.answer(method, arguments)
                return await self.script_after_effect.play(request, method) or answer
            case _ if method in {"auth.test", "apps.connections.open", *_CHANNEL_METHODS, *_MODAL_METHODS}:
                return web.json_response({"ok": False, "error": "invalid_auth" if token else "not_authed"})
            case _:
                return web.json_response({"ok": False, "error": "unknown_method", "req_method": method})

    def _auth_test(self) -> web.Response:
        identity = {
            "ok": True,
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": "Sandbox",
            "user": "port_out",
            "team_id": TEAM_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }
        return web.json_response(identity, headers={"x-oauth-scopes": ",".join(self.scopes)})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._sockets[socket] = request
        try:
            await socket.send_json(_hello(len(self._sockets)))
            async with self._news:
                self._sockets_opened += 1
                self._news.notify_all()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.json())
                elif message.type is WSMsgType.PING and socket not in self._muted:
                    await socket.pong(message.data)
        finally:
            self._sockets.pop(socket, None)
            self._muted.discard(socket)
        return socket

    def _acknowledge(self, said: dict[str, Any]) -> None:
        waiting = self._acknowledgements.get(said["envelope_id"])
        # Too late, or twice: nobody waits any more.
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload") or {})

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        """Take a message at a response URL, which works five times and for 30 minutes."""
        scripted = await self.script.play(request, RESPONSE_URL)
        if scripted is not None:
            return scripted
        token = request.match_info["token"]
        message = await request.json()
        now = asyncio.get_running_loop().time()
        if now >= self._expiry.setdefault(token, now + _RESPONSE_SECONDS):
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if len(self.posted[token]) >= _MOST_RESPONSES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self.posted[token].append(message)
        async with self._news:
            self._news.notify_all()
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> tuple[str, dict[str, Any]]:
    """Read a call's token and its arguments: from the address, a form or JSON, and the token from its header."""
    arguments: dict[str, Any] = dict(request.query)
    arguments |= await (request.json() if request.content_type == "application/json" else request.post())
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return arguments.pop("token", token), arguments


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


def _token(url: str) -> str:
    return url.rpartition("/")[2]
