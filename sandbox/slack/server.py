"""The stand-in for Slack: the Web API, response URLs and Socket Mode of one invented workspace."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from sandbox.faults import FaultScript
from sandbox.slack.channels import Channels
from sandbox.slack.home_tabs import HomeTabs
from sandbox.slack.modals import Modals
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.workspace import (
    APP_ID,
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER_ID,
    CONFIG_TOKEN,
    SIGNING_SECRET,
    TEAM_DOMAIN,
    Installation,
)

RESPONSE_URL: Final = "response_url"
"""The script's key for posts to a response URL; the key of a call of the Web API is its method's name."""

_AUTH_METHODS: Final = frozenset({"auth.test", "auth.teams.list"})
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
_MODAL_METHODS: Final = frozenset({"views.open", "views.push", "views.update"})
_VIEW_METHODS: Final = _MODAL_METHODS | {"views.publish"}
_MAX_RESPONSES: Final = 5
_RESPONSE_SECONDS: Final = 30 * 60
_WAIT_SECONDS: Final = 60.0


class ApiCall(Struct, frozen=True):
    """A call of the Web API. method: its name. body: its arguments without the token."""

    method: str
    body: dict[str, Any]


class SlackSandbox:
    """One workspace with the bot installed.

    scopes: what the bot may do, free to be changed. app_manifest: the app's settings, free to be changed.
    installation: where the bot is installed, free to be changed; the callbacks of events take it as an argument.
    channels: those it is in, and what it posted there. modals: those it opened. home_tabs: what it published there.
    socket_mode: its connections.
    script: the faults, by Web API method or `RESPONSE_URL`. script_after_effect: those after a call took effect.
    calls: every call of the Web API so far, except `api.test`, which only keeps a connection open. has_visitor: there
    was one of these. posted: the messages at each response URL, by its last path part.
    """

    bot_token: Final = BOT_TOKEN
    app_token: Final = APP_TOKEN
    config_token: Final = CONFIG_TOKEN
    signing_secret: Final = SIGNING_SECRET

    def __init__(self) -> None:
        """Open a workspace without messages, modals or connections."""
        self.scopes = ["app_mentions:read", "channels:history", "chat:write", "commands", "groups:history"]
        self.app_manifest: dict[str, Any] = {}
        self.installation = Installation()
        self.channels: Final = Channels("C0DESK", "C0ALERTS", "C0WATCH")
        self.modals: Final = Modals()
        self.home_tabs: Final = HomeTabs()
        self.socket_mode: Final = SocketMode()
        self.script: Final = FaultScript()
        self.script_after_effect: Final = FaultScript()
        self.calls: Final[list[ApiCall]] = []
        self.has_visitor = asyncio.Event()
        self.posted: Final[defaultdict[str, list[dict[str, Any]]]] = defaultdict(list)
        self._answered: Counter[str] = Counter()
        self._read: Counter[str] = Counter()
        self._expiry: dict[str, float] = {}
        self._change = asyncio.Condition()

    def app(self) -> web.Application:
        """Return the web application that serves this workspace."""
        app = web.Application(client_max_size=2**20)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        app.router.add_get("/socket", self.socket_mode.accept)
        app.router.add_post("/response/{token}", self._respond)
        app.on_shutdown.append(lambda _app: self.socket_mode.drop_connections())
        return app

    async def response(self, url: str, timeout: float = 5) -> dict[str, Any]:  # noqa: ASYNC109  reads best in a test
        """Return the next message posted to a response URL, once it is there; raises TimeoutError."""
        token = _token(url)
        async with asyncio.timeout(timeout), self._change:
            await self._change.wait_for(lambda: len(self.posted[token]) > self._read[token])
        self._read[token] += 1
        return self.posted[token][self._read[token] - 1]

    def expire(self, url: str) -> None:
        """End a response URL's 30 minutes. They start with its first use, when this stand-in sees it first."""
        self._expiry[_token(url)] = 0

    async def called(self, method: str, times: int = 1) -> None:
        """Wait until `times` calls of a Web API method have been answered; raises TimeoutError."""
        await self.until(lambda: self._answered[method] >= times)

    async def asked(self, method: str, times: int = 1) -> None:
        """Wait until a Web API method has been called `times` times, answered or not; raises TimeoutError."""
        await self.until(lambda: sum(call.method == method for call in self.calls) >= times)

    async def until(self, is_so: Callable[[], bool], seconds: float = _WAIT_SECONDS) -> None:
        """Wait until something is so, which is asked again after each change in Slack; raises TimeoutError."""
        async with asyncio.timeout(seconds), self._change:
            await self._change.wait_for(is_so)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the Web API; a refusal is a 200 that says so."""
        method = str(request.match_info["method"])
        if method == "api.test":
            self.has_visitor.set()
            return web.json_response({"ok": True})
        token, arguments = await _arguments(request)
        self.calls.append(ApiCall(method, arguments))
        async with self._change:
            self._change.notify_all()
        try:
            return await self._answer(request, method, token, arguments)
        finally:
            async with self._change:
                self._answered[method] += 1
                self._change.notify_all()

    async def _answer(
        self, request: web.Request, method: str, token: str, arguments: dict[str, Any]
    ) -> web.StreamResponse:
        scripted = await self.script.play(request, method)
        if scripted is not None:
            return scripted
        match method, token:
            case _, self.bot_token if method in _AUTH_METHODS:
                return self._auth_test() if method == "auth.test" else self._auth_teams_list(arguments)
            case ("apps.connections.open", self.app_token) | ("apps.manifest.export", self.config_token):
                return self._about_app(request.host, method, arguments)
            case _, self.bot_token if method in _CHANNEL_METHODS | _VIEW_METHODS:
                if method in _MODAL_METHODS:
                    answer = self.modals.answer(method, arguments)
                elif method in _VIEW_METHODS:
                    answer = self.home_tabs.publish(arguments)
                else:
                    answer = await self.channels.answer(method, arguments)
                return await self.script_after_effect.play(request, method) or answer
            case _ if method in {
                "apps.connections.open",
                "apps.manifest.export",
                *_AUTH_METHODS,
                *_CHANNEL_METHODS,
                *_VIEW_METHODS,
            }:
                return web.json_response({"ok": False, "error": "invalid_auth" if token else "not_authed"})
            case _:
                return web.json_response({"ok": False, "error": "unknown_method", "req_method": method})

    def _about_app(self, host: str, method: str, arguments: Mapping[str, Any]) -> web.Response:
        """Open a connection of Socket Mode, or export the app's settings."""
        if method == "apps.connections.open":
            url = f"ws://{host}/socket?ticket={self.socket_mode.new_address()}&app_id={APP_ID}"
            return web.json_response({"ok": True, "url": url})
        if arguments.get("app_id") != APP_ID:
            return web.json_response({"ok": False, "error": "app_not_found"})
        return web.json_response({"ok": True, "manifest": self.app_manifest})

    def _auth_test(self) -> web.Response:
        installed = self.installation
        identity = {
            "ok": True,
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": "Sandbox",
            "user": "port_out",
            "team_id": installed.team_id,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "is_enterprise_install": installed.is_enterprise_install,
            **({"enterprise_id": installed.enterprise_id} if installed.enterprise_id else {}),
        }
        return web.json_response(identity, headers={"x-oauth-scopes": ",".join(self.scopes)})

    def _auth_teams_list(self, arguments: Mapping[str, Any]) -> web.Response:
        """List the workspaces in pages; the cursor is the number of those that were listed already."""
        workspaces = self.installation.workspaces
        start = int(arguments.get("cursor") or 0)
        end = start + int(arguments.get("limit") or 100)
        page = [{"id": team_id, "name": TEAM_DOMAIN} for team_id in workspaces[start:end]]
        cursor = str(end) if end < len(workspaces) else ""
        return web.json_response({"ok": True, "teams": page, "response_metadata": {"next_cursor": cursor}})

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        """Accept a message at a response URL, which works five times and for 30 minutes."""
        scripted = await self.script.play(request, RESPONSE_URL)
        if scripted is not None:
            return scripted
        token = request.match_info["token"]
        message = await request.json()
        now = asyncio.get_running_loop().time()
        if now >= self._expiry.setdefault(token, now + _RESPONSE_SECONDS):
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if len(self.posted[token]) >= _MAX_RESPONSES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self.posted[token].append(message)
        async with self._change:
            self._change.notify_all()
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> tuple[str, dict[str, Any]]:
    """Return a call's token and its arguments: from the query, a form or JSON, and the token from its header."""
    arguments: dict[str, Any] = dict(request.query)
    arguments |= await (request.json() if request.content_type == "application/json" else request.post())
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return arguments.pop("token", token), arguments


def _token(url: str) -> str:
    return url.rpartition("/")[2]
