"""Where follow-ups are sent: to Slack, and nowhere else."""

from collections.abc import Callable

import pytest
from aiohttp import web
from yarl import URL

from handlers.message_shortcut import CALLBACK
from portout.slack.responder import is_of_slack
from sandbox import faults
from sandbox.serve import serve
from sandbox.slack.payloads import message_shortcut
from tests.conftest import Environment
from tests.handlers.test_message_shortcut import alert

SLACK = URL("https://slack.com")
LOOPBACK = URL("http://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("url", "own_origin"),
    [
        ("https://hooks.slack.com/commands/T0/1/x", SLACK),
        ("https://HOOKS.Slack.COM:443/commands/1", SLACK),
        ("https://slack.com/x", LOOPBACK),
        ("https://hooks.slack-gov.com/commands/1", SLACK),
        ("http://127.0.0.1:8080/response/1", LOOPBACK),
        ("https://slack.example.org/hooks/1", URL("https://slack.example.org")),
    ],
)
def test_answers_go_to_slack_or_to_the_configured_api(url: str, own_origin: URL) -> None:
    """Over https at the default port; to the configured API as it is configured."""
    assert is_of_slack(url, own_origin)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/commands/1",
        "https://hooks.slack.com:8443/commands/1",
        "https://hooks.slack.com.example.org/commands/1",
        "https://hooksslack.com/commands/1",
        "https://evil-slack.com/commands/1",
        "https://example.org/hooks.slack.com",
        "https://example.org#hooks.slack.com",
        "https://example.org?.slack.com",
        "https://example.org\\.slack.com/commands/1",
        "https://hooks.slack.com@example.org/commands/1",
        "https://user:secret@hooks.slack.com/commands/1",
        "https://example.org\\@hooks.slack.com/commands/1",
        "https://example.org\N{FULLWIDTH SOLIDUS}.slack.com/commands/1",
        "https://example.org%2F.slack.com/commands/1",
        "ftp://hooks.slack.com/commands/1",
        "//hooks.slack.com/commands/1",
        "hooks.slack.com",
        "/commands/1",
        "https://",
        "https://[::1/commands/1",
        "https://hooks.slack.com:port/commands/1",
        "https://127.0.0.1:8080/response/1",
        "http://127.0.0.1:8081/response/1",
        "http://127.0.0.1/response/1",
        "http://localhost:8080/response/1",
        "http://user@127.0.0.1:8080/response/1",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_answers_go_nowhere_else(url: str) -> None:
    """Not to a host that only looks like Slack's, not without TLS, not to another port of the configured host."""
    assert not is_of_slack(url, LOOPBACK)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(environment: Environment, status: int, log_text: Callable[[], str]) -> None:
    """Neither from a `response_url`, with what a person asked for, nor from the Web API."""
    arrived: list[str] = []

    async def take(request: web.Request) -> web.Response:
        arrived.append(await request.text())
        return web.json_response({"ok": True})

    elsewhere = web.Application()
    elsewhere.router.add_route("*", "/{path:.*}", take)
    async with serve(elsewhere) as url, environment.bot() as bot:
        redirect = faults.status(status, {"Location": f"{url}/taken"}, b"")
        environment.slack.script.always(redirect, key="response_url")
        environment.slack.script.always(redirect, key="auth.test")
        picked = alert(environment.telnyx.samples.names["pending"])
        await bot.sender.interaction(message_shortcut(CALLBACK, picked, response_url=environment.response_url()))
        ready = await bot.get("/readyz")

    assert arrived == []
    assert ready == (200, {"ready": True, "degraded": ["slack"]})
    assert '"response_url.failed"' in log_text()
