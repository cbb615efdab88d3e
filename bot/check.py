"""`portout-bot check`: is everything set up as it has to be? A line each, and what to do."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Final
from uuid import uuid4

import msgspec
from msgspec import Struct
from rich.console import Console
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import configure_logs
from bot.manifest import SCOPES
from bot.settings import Settings, SettingsError, read_settings
from bot.slack import slack_session, web_client
from bot.steady import open_store
from bot.telnyx.client import TelnyxClient
from bot.telnyx.protocol import NotFoundError, TelnyxError

_SECRET_LENGTH: Final = 32


class Result(Struct, frozen=True):
    """What came of one check. what: is checked. advice: what to do, or what was found."""

    what: str
    is_good: bool
    advice: str


async def check(environment: Mapping[str, str], *, as_json: bool) -> int:
    """Check everything and print it; 0 when all is well, 1 when not."""
    configure_logs("console", "error")
    try:
        settings = read_settings(Settings, environment)
    except SettingsError as error:
        results = [Result("settings", is_good=False, advice=problem) for problem in error.problems]
    else:
        results = [Result("settings", is_good=True, advice="complete"), *[one async for one in _results(settings)]]
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(results)).decode() + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for one in results:
            mark = "[green]✓[/]" if one.is_good else "[red]✗[/]"
            console.print(f"{mark} [bold]{one.what}[/]  ", end="")
            console.print(one.advice, markup=False)
    return 0 if all(one.is_good for one in results) else 1


async def _results(settings: Settings) -> AsyncIterator[Result]:
    async with AsyncExitStack() as stack:
        client = web_client(await stack.enter_async_context(slack_session()), settings)
        scopes: set[str] | None = None
        try:
            answer = await client.auth_test()
        except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
            yield Result("Slack token", is_good=False, advice=f"SLACK_BOT_TOKEN: {_reason(error)}")
        else:
            scopes = set((answer.headers.get("x-oauth-scopes") or "").split(","))
            yield Result("Slack token", is_good=True, advice=f"{answer.get('user')} in {answer.get('team')}")
        yield _scopes(scopes)
        yield _secret(settings)
        if settings.slack_app_token:
            yield await _socket(client, settings.slack_app_token)
        for channel in sorted(settings.alert_channel_ids):
            yield await _channel(client, channel)
        yield await _telnyx(settings)
        if settings.redis_url:
            store = await stack.enter_async_context(open_store(settings.redis_url, lambda: None))
            is_shared = await store.is_shared()
            advice = "answers" if is_shared else "REDIS_URL: no answer; processes would not share what they did"
            yield Result("Redis", is_shared, advice)


def _scopes(granted: set[str] | None) -> Result:
    if granted is None:
        return Result("scopes", is_good=False, advice="not known without a token that works")
    missing, more = set(SCOPES) - granted, granted - set(SCOPES)
    if missing:
        advice = f"missing: {', '.join(sorted(missing))}; paste the manifest again and reinstall the app"
        return Result("scopes", is_good=False, advice=advice)
    if more:
        return Result("scopes", is_good=False, advice=f"more than needed: {', '.join(sorted(more))}; remove them")
    return Result("scopes", is_good=True, advice="those of the manifest")


def _secret(settings: Settings) -> Result:
    if not settings.signing_secrets:
        return Result("signing secret", is_good=True, advice="not needed in Socket Mode")
    odd = [one for one in settings.signing_secrets if len(one) != _SECRET_LENGTH or not one.isalnum()]
    advice = f"SLACK_SIGNING_SECRET: not {_SECRET_LENGTH} letters and digits; copy it from Basic Information"
    return Result("signing secret", not odd, advice if odd else "looks like one")


async def _socket(client: AsyncWebClient, app_token: str) -> Result:
    try:
        await client.apps_connections_open(app_token=app_token)
    except Exception as error:  # noqa: BLE001  as above
        return Result("Socket Mode", is_good=False, advice=f"SLACK_APP_TOKEN: {_reason(error)}")
    return Result("Socket Mode", is_good=True, advice="a connection can be opened")


async def _channel(client: AsyncWebClient, channel: str) -> Result:
    try:
        await client.conversations_history(channel=channel, limit=1)
    except Exception as error:  # noqa: BLE001  as above
        return Result(f"channel {channel}", is_good=False, advice=f"{_reason(error)}; type /invite @Port-out there")
    return Result(f"channel {channel}", is_good=True, advice="the bot is in it")


async def _telnyx(settings: Settings) -> Result:
    async with TelnyxClient.connect(settings.telnyx_base_url.rstrip("/"), settings.telnyx_api_key) as telnyx:
        try:
            await telnyx.event(str(uuid4()))
        except NotFoundError:
            return Result("Telnyx key", is_good=True, advice="may look port-outs up")
        except TelnyxError as error:
            advice = f"TELNYX_API_KEY, TELNYX_BASE_URL: {error.outcome}"
            return Result("Telnyx key", is_good=False, advice=advice + (f" ({error.status})" if error.status else ""))
    return Result("Telnyx key", is_good=False, advice="TELNYX_BASE_URL: knows an id that was made up just now")


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError) and isinstance(error.response.get("error"), str):
        return f"Slack refused it ({error.response['error']})"
    return f"Slack does not answer ({type(error).__name__})"
