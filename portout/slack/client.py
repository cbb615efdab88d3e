"""The clients of Slack's Web API over one shared session, and the bot's identity in the workspace."""

import logging
import time
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from portout.http_session import Proxy, keep_warm, open_session
from portout.slack.web_api import read_error

_WORKSPACES_A_PAGE: Final = 1000  # Slack's maximum

# At this level Bolt and the SDK do not build their debug messages, which quote whole requests. Their warnings concern
# the environment, which the bot's settings decide, and requests without a listener, which are answered with 404.
library_log = logging.getLogger("slack")
library_log.setLevel(logging.ERROR)


def slack_session(proxy: Proxy) -> aiohttp.ClientSession:
    """Return the session that all calls to Slack share."""
    timeout = aiohttp.ClientTimeout(total=10, connect=2)
    return open_session(timeout=timeout, proxy=proxy, middlewares=[_refuse_redirect])


async def _refuse_redirect(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Return the answer to a request; raise `ClientResponseError` for a redirect.

    The SDK would follow one to any host, with the body, and Slack's API sends none.
    """
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientResponseError(response.request_info, (), status=response.status)
    return response


def web_client(session: aiohttp.ClientSession, token: str, api_url: str) -> AsyncWebClient:
    """Return the client of Slack's Web API."""
    client = AsyncWebClient(
        token,
        base_url=api_url.rstrip("/") + "/",
        session=session,
        # The default handler repeats a call whose answer was lost, which would post twice.
        retry_handlers=[],
        logger=library_log,
    )
    client.proxy = None  # the session has the proxy; the SDK would read one from the environment
    return client


async def keep_slack_warm(client: AsyncWebClient) -> None:
    """Fetch a small answer from Slack now and then, so that a connection stays open, until cancelled."""
    if client.session is not None:
        await keep_warm(client.session, f"{client.base_url}api.test")


def webhook_client(session: aiohttp.ClientSession | None, url: str) -> AsyncWebhookClient:
    """Return the client of one `response_url`."""
    # Without handlers: the responder repeats what fails.
    client = AsyncWebhookClient(url, session=session, retry_handlers=[], logger=library_log)
    client.proxy = None  # as above
    return client


class Identity(Struct, frozen=True):
    """The bot's ids in the workspace, or in the organisation where it is installed for all of it (Enterprise Grid).

    team_id: of the workspace, or of the organisation. workspaces: those of an organisation-wide installation.
    clock_ahead: the seconds that this machine's clock was ahead of Slack's; 0 if Slack did not tell the time.
    """

    team_id: str | None
    enterprise_id: str | None
    bot_id: str | None
    bot_user_id: str | None
    workspaces: frozenset[str]
    clock_ahead: float = 0.0

    @property
    def key_prefix(self) -> str:
        """Return the prefix of this app's keys, where several share a Redis."""
        return f"portout:{self.team_id}:{self.bot_id}:"


async def identify(client: AsyncWebClient) -> Identity:
    """Fetch the bot's identity in the workspace; raise a `SlackError`."""
    try:
        answer = await client.auth_test()
        clock_ahead = seconds_ahead(answer)
        workspaces = await approved_workspaces(client) if answer.get("is_enterprise_install") else frozenset()
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        raise read_error(error) from None
    return Identity(
        answer.get("team_id"),
        answer.get("enterprise_id"),
        answer.get("bot_id"),
        answer.get("user_id"),
        workspaces,
        clock_ahead,
    )


def seconds_ahead(answer: AsyncSlackResponse) -> float:
    """Return the seconds that this machine's clock is ahead of the `Date` of an answer; 0 if it has none."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return 0.0
    return time.time() - moment.timestamp()


async def approved_workspaces(client: AsyncWebClient) -> frozenset[str]:
    """Fetch the workspaces of an organisation-wide installation (docs.slack.dev/reference/methods/auth.teams.list)."""
    answer = await client.auth_teams_list(limit=_WORKSPACES_A_PAGE)
    return frozenset([team["id"] async for page in answer for team in page.get("teams") or []])
