"""What the tests of the stand-in for Slack share: Slack's own client."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.conftest import Slack


def web_client(slack: Slack, http: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """Slack's own client, pointed at the stand-in."""
    return AsyncWebClient(token, base_url=f"{slack.url}/api/", session=http)
