"""HTTPS_PROXY, for hosts that reach the outside only through a proxy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from sandbox.serve import serve
from tests.bot.processes import process_bot
from tests.conftest import Environment
from tests.handlers.test_message_shortcut import alert, use_shortcut


@asynccontextmanager
async def proxy(passed: list[str]) -> AsyncIterator[str]:
    """Run a proxy and yield its URL; the origin of each request is appended to `passed`.

    Those that only keep a connection open are passed on, too, but come whenever they come.
    """
    async with aiohttp.ClientSession() as session:

        async def forward(request: web.Request) -> web.Response:
            if request.path not in ("/v2", "/api/api.test"):
                passed.append(str(request.url.origin()))
            sent = {"headers": request.headers, "data": await request.read()}
            async with session.request(request.method, request.url, **sent) as answer:  # type: ignore[arg-type]
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", forward)
        async with serve(app) as url:
            yield url


async def test_slack_and_telnyx_are_reached_through_the_proxy(environment: Environment) -> None:
    """Both APIs, and the `response_url` of a follow-up."""
    passed: list[str] = []
    pending = environment.telnyx.samples.names["pending"]
    async with proxy(passed) as url, environment.bot(HTTPS_PROXY=url) as bot:
        _, message = await use_shortcut(bot, alert(pending))

    assert "Waiting for your answer" in message.text
    assert set(passed[1:-1]) == {environment.telnyx_url}
    assert (passed[0], passed[-1]) == (environment.slack_url, environment.slack_url)


async def test_exceptions_are_reached_without_the_proxy(environment: Environment) -> None:
    """`NO_PROXY` counts for each peer, by host and port."""
    passed: list[str] = []
    exceptions = f"localhost, {environment.telnyx_url.removeprefix('http://')}"
    async with proxy(passed) as url, environment.bot(HTTPS_PROXY=url, NO_PROXY=exceptions) as bot:
        _, message = await use_shortcut(bot, alert(environment.telnyx.samples.names["pending"]))

    assert "Waiting for your answer" in message.text
    assert passed == [environment.slack_url, environment.slack_url]


async def test_socket_mode_has_the_same_exceptions(environment: Environment) -> None:
    """The address of the websocket is another one than the Web API's."""
    passed: list[str] = []
    async with (
        proxy(passed) as url,
        environment.bot(HTTPS_PROXY=url, NO_PROXY="127.0.0.0/8", SLACK_APP_TOKEN=environment.slack.app_token) as bot,
    ):
        _, ready = await bot.get("/readyz")

    assert ready["ready"] is True
    assert passed == []


async def test_another_variable_is_no_setting(environment: Environment, log_file: Path) -> None:
    """Slack's SDK reads `https_proxy` by itself, and then would reach only Slack through the proxy."""
    passed: list[str] = []
    async with proxy(passed) as url, process_bot(environment, log_file, https_proxy=url) as (bot, _):
        _, message = await use_shortcut(bot, alert(environment.telnyx.samples.names["pending"]))

    assert "Waiting for your answer" in message.text
    assert passed == []
