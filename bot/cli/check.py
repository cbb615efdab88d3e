"""`portout-bot check`: is everything set up as it has to be? A line each, and what to do."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import msgspec
from msgspec import Struct
from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.manifest import SCOPES
from bot.settings import Settings, SettingsError, TelnyxSettings, read_settings
from portout.cards.error_card import describe
from portout.slack.client import slack_session, web_client
from portout.slack.web_api import PASSING, SlackRejectedError, read_error
from portout.state.fallback_store import UnusableRedisError, open_store
from portout.telemetry.logging import configure_logs
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import NotFoundError, TelnyxError

_SECRET_LENGTH: Final = 32
_HELLO_SECONDS: Final = 10.0
_REINSTALL: Final = "paste the manifest again and reinstall the app"
_NEW_FOR_BOT: Final = "SLACK_BOT_TOKEN: copy it again from OAuth & Permissions"
_NEW_FOR_APP: Final = "SLACK_APP_TOKEN: make one with connections:write in Basic Information"
_CHANNEL_MOVES: Final = {
    "not_in_channel": "type /invite @Port-out there",
    "channel_not_found": "ALERT_CHANNELS: copy its id again, or type /invite @Port-out there",
    "missing_scope": _REINSTALL,
}


class Result(Struct, frozen=True):
    """What came of one check. what: is checked. advice: what to do, or what was found."""

    what: str
    is_good: bool
    advice: str


async def check(environment: Mapping[str, str], *, as_json: bool) -> int:
    """Check everything and print it as it is found; 0 when all is well, 1 when not."""
    configure_logs("console", "error")
    console = Console(highlight=False, soft_wrap=True)
    results = []
    async for one in _results(environment):
        results.append(one)
        if not as_json:
            mark = "[green]✓[/]" if one.is_good else "[red]✗[/]"
            console.print(f"{mark} [bold]{one.what}[/]  ", end="")
            console.print(one.advice, markup=False)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(results)).decode() + "\n")
    return 0 if all(one.is_good for one in results) else 1


async def _results(environment: Mapping[str, str]) -> AsyncIterator[Result]:
    try:
        settings = read_settings(Settings, environment)
    except SettingsError as error:
        for problem in error.problems:
            yield _bad("settings", problem)
        return
    yield _good("settings", "complete")
    async with slack_session(settings.https_proxy) as session:
        async for one in _slack(web_client(session, settings.slack_bot_token, settings.slack_api_url), settings):
            yield one
    yield await _telnyx(settings)
    if settings.redis_url:
        yield await _redis(settings.redis_url)


async def _slack(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Result]:
    answer: Any = None
    try:
        answer = await client.auth_test()
        yield _good("Slack token", f"{answer.get('user')} in {answer.get('team')}")
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        yield _bad("Slack token", _why(error, _NEW_FOR_BOT))
    yield _scopes(answer.headers.get("x-oauth-scopes")) if answer else _unknown("scopes")
    yield _secret(settings)
    if settings.slack_app_token:
        yield await _socket(client, settings.slack_app_token)
    for channel in sorted(settings.alert_channel_ids):
        yield await _channel(client, channel) if answer else _unknown(f"channel {channel}")


def _scopes(granted: str | None) -> Result:
    if granted is None:
        return _bad("scopes", "SLACK_API_URL: the answer doesn't say; is something in between that drops headers?")
    scopes = {scope.strip() for scope in granted.split(",")}
    missing, more = set(SCOPES) - scopes, scopes - set(SCOPES)
    if missing:
        return _bad("scopes", f"missing: {', '.join(sorted(missing))}; {_REINSTALL}")
    if more:
        return _bad("scopes", f"more than needed: {', '.join(sorted(more))}; remove them")
    return _good("scopes", "those of the manifest")


def _secret(settings: Settings) -> Result:
    if not settings.signing_secrets:
        return _good("signing secret", "not needed in Socket Mode")
    if any(len(one) != _SECRET_LENGTH or not one.isalnum() for one in settings.signing_secrets):
        advice = f"SLACK_SIGNING_SECRET: not {_SECRET_LENGTH} letters and digits; copy it from Basic Information"
        return _bad("signing secret", advice)
    return _good("signing secret", "looks like one")


async def _socket(client: AsyncWebClient, app_token: str) -> Result:
    """Open a connection as the bot would: where the API can be reached, websockets may still be held back."""
    try:
        url = (await client.apps_connections_open(app_token=app_token))["url"]
    except Exception as error:  # noqa: BLE001  as above
        return _bad("Socket Mode", _why(error, _NEW_FOR_APP))
    try:
        async with asyncio.timeout(_HELLO_SECONDS), client.session.ws_connect(url) as socket:  # type: ignore[union-attr]
            await socket.receive_json()
    except Exception as error:  # noqa: BLE001  as above
        kind = type(error).__name__
        return _bad("Socket Mode", f"no websocket ({kind}); let this machine reach wss://*.slack.com, port 443")
    return _good("Socket Mode", "a connection can be opened")


async def _channel(client: AsyncWebClient, channel: str) -> Result:
    try:
        await client.conversations_history(channel=channel, limit=1)
    except Exception as error:  # noqa: BLE001  as above
        move = _CHANNEL_MOVES.get(read_error(error).reason, "look this error up")
        return _bad(f"channel {channel}", _why(error, move))
    return _good(f"channel {channel}", "the bot is in it")


def _why(error: Exception, move: str) -> str:
    """Return why a call of Slack's failed. move: what to do if Slack refused it."""
    failure = read_error(error)
    reason = failure.reason
    if reason in PASSING:
        return f"Slack has trouble of its own ({reason}); try again in a minute"
    if isinstance(failure, SlackRejectedError):
        return f"Slack refused it ({reason}); {move}"
    if "Proxy" in reason:
        return f"not reached ({reason}); HTTPS_PROXY: is it there, and does it let this through?"
    return f"Slack does not answer ({reason}); SLACK_API_URL: does it lead to Slack, and may this machine get there?"


async def _telnyx(settings: TelnyxSettings) -> Result:
    """Ask for what can't be there: 404 where both the key and the address are right, and an empty list."""
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.https_proxy) as telnyx:
        try:
            with suppress(NotFoundError):
                await telnyx.event(str(uuid4()))
                return _bad(
                    "Telnyx key", "TELNYX_BASE_URL: does not lead to Telnyx, or it knows what was made up just now"
                )
            # Many a server says 404; only Telnyx lists the events of an order that there isn't.
            await telnyx.events_of(str(uuid4()))
        except TelnyxError as error:
            by_proxy = "; does HTTPS_PROXY let this through?" if settings.https_proxy else ""
            return _bad("Telnyx key", _telnyx_advice(error) + by_proxy)
    return _good("Telnyx key", "may look port-outs up")


def _telnyx_advice(error: TelnyxError) -> str:
    status = f" ({error.status})" if error.status else ""
    return f"{error.outcome}{status}; {describe(error).operator}"


async def _redis(redis_url: str) -> Result:
    reasons: list[str] = []
    try:
        async with open_store(redis_url, reasons.append) as store:
            if await store.is_shared():
                return _good("Redis", "keeps what it is given")
    except UnusableRedisError as error:
        return _bad("Redis", f"REDIS_URL: {error}")
    return _bad("Redis", f"REDIS_URL: {', '.join(reasons)}; processes would not share what they did")


def _good(what: str, found: str) -> Result:
    return Result(what, is_good=True, advice=found)


def _bad(what: str, advice: str) -> Result:
    return Result(what, is_good=False, advice=advice)


def _unknown(what: str) -> Result:
    return _bad(what, "not known without a token that works")
