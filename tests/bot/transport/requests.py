"""Requests to the HTTP server, signed as Slack signs them."""

import time
from io import BytesIO
from urllib.parse import urlencode

from sandbox.slack.payloads import command
from sandbox.slack.sender import signed_headers
from tests.conftest import Bot

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = urlencode(command("help", response_url="https://hooks.slack.com/commands/1")).encode()


async def post(bot: Bot, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Post a body; return the answer's status and text."""
    async with bot.session.post(f"{bot.url}/slack/events", data=BytesIO(body), headers=FORM | headers) as response:
        return response.status, await response.text()


def signed(bot: Bot, body: bytes, *, secret: str | None = None, age: float = 0) -> dict[str, str]:
    """Return the headers with which Slack would send this body. age: of the timestamp, in seconds."""
    secret = secret or bot.environment.slack.signing_secret
    return signed_headers(secret, body, timestamp=int(time.time() - age))
