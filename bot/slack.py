"""Slack's side: one shared session, who we are in the workspace, and Bolt set up for that."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import aiohttp
from cachetools import TTLCache
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.settings import Settings, SettingsError

PASSING: Final = frozenset(
    {"fatal_error", "internal_error", "rate_limited", "ratelimited", "request_timeout", "service_unavailable"}
)
"""Errors of Slack's own: they say nothing of a token, and the next call may be taken (docs.slack.dev, auth.test)."""

_WATCH_SECONDS: Final = 10
_WATCH_PATIENCE: Final = 2.0  # seconds; whoever asks for health waits no longer than that

# Told the level, Bolt and the SDK don't make up their debug texts, which quote whole requests. Their warnings are
# about the environment, which is settled here, and about requests that nobody wants, which get their 404.
_library_log = logging.getLogger("slack")
_library_log.setLevel(logging.ERROR)


class SlackUnreachableError(Exception):
    """Slack's Web API did not answer when the bot started, or not with an answer."""


@asynccontextmanager
async def slack_session(proxy: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Open the session that all calls to Slack share. proxy: by way of which; empty for none."""
    connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
    timeout = aiohttp.ClientTimeout(total=10, connect=2)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, proxy=proxy or None) as session:
        yield session


def web_client(session: aiohttp.ClientSession, settings: Settings) -> AsyncWebClient:
    """Make the client of Slack's Web API."""
    base_url = settings.slack_api_url.rstrip("/") + "/"
    client = AsyncWebClient(
        settings.slack_bot_token,
        base_url=base_url,
        session=session,
        # The default one repeats a call whose answer was lost, which would post twice.
        retry_handlers=[],
        logger=_library_log,
    )
    client.proxy = None  # the session's holds; the SDK looks into the environment by itself
    return client


def webhook_client(session: aiohttp.ClientSession | None, url: str) -> AsyncWebhookClient:
    """Make the client of one `response_url`."""
    client = AsyncWebhookClient(url, session=session, logger=_library_log)
    client.proxy = None  # as above
    return client


class Identity(Struct, frozen=True):
    """Who we are in the workspace."""

    team_id: str | None
    enterprise_id: str | None
    bot_id: str | None
    bot_user_id: str | None


async def identify(client: AsyncWebClient) -> Identity:
    """Ask Slack once who we are; raises `SettingsError` or `SlackUnreachableError`."""
    with token_in("SLACK_BOT_TOKEN"):
        answer = await client.auth_test()
    return Identity(
        answer.get("team_id"),
        answer.get("enterprise_id"),
        answer.get("bot_id"),
        answer.get("user_id"),
    )


class TokenWatch:
    """Tells whether the token still works, asked by health; never by a person's request."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Ask with `client`."""
        self._client = client
        self._asking = asyncio.Lock()
        self._known: TTLCache[str, list[str]] = TTLCache(1, _WATCH_SECONDS)

    async def problems(self) -> list[str]:
        """Say what is wrong with the token, or with Slack; known for 10 s."""
        async with self._asking:
            if (known := self._known.get("")) is None:
                known = self._known[""] = await self._ask()
        return known

    async def _ask(self) -> list[str]:
        try:
            async with asyncio.timeout(_WATCH_PATIENCE):
                await identify(self._client)
        except SettingsError:
            return ["Slack token refused"]
        except (SlackUnreachableError, TimeoutError):
            return ["Slack does not answer"]
        return []


def bolt_app(client: AsyncWebClient, identity: Identity) -> AsyncApp:
    """Make the app, which knows who it is and never asks."""
    result = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
        bot_token=client.token,
    )

    async def authorize() -> AuthorizeResult:
        return result

    return AsyncApp(
        # Without one, Bolt looks for a name in every module that is loaded.
        name="portout",
        logger=_library_log,
        client=client,
        authorize=authorize,
        # The answer goes out when the listener is done, and a listener that fails is not acknowledged.
        process_before_response=True,
        # Workflow steps and assistants, which this app has none of.
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        # The front door has verified already; Bolt wants a secret all the same.
        request_verification_enabled=False,
        signing_secret="verified at the front door",  # noqa: S106
    )


@contextmanager
def token_in(variable: str) -> Iterator[None]:
    """Tell a token that Slack refuses, which the operator must change, from a Slack that is away."""
    try:
        yield
    except SlackApiError as error:
        status, name = read_refusal(error)
        if status != 200 or name is None or name in PASSING:
            raise SlackUnreachableError(name or "no readable answer") from None
        raise SettingsError([f"{variable}: Slack refused it ({name})"]) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SlackUnreachableError(type(error).__name__) from None
    except (AttributeError, TypeError, ValueError):
        # The SDK trips over an answer that is no JSON object: a proxy's, or another server's.
        raise SlackUnreachableError("no readable answer") from None


def read_refusal(error: SlackApiError) -> tuple[int | None, str | None]:
    """Give the HTTP status and Slack's own name for what a call came to, as far as the SDK could read them."""
    data = getattr(error.response, "data", None)
    name = data.get("error") if isinstance(data, dict) else None
    return getattr(error.response, "status_code", None), name if isinstance(name, str) else None
