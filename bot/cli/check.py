"""`portout-bot check`: test the settings, Slack, Telnyx and Redis; one line for each, with what to do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.app_settings import missing_parts
from bot.cli.manifest import SCOPES
from bot.cli.output import can_print, printing_console, write_json
from bot.cli.results import Result, bad, good
from bot.cli.telnyx_checks import check_lists, check_phone_numbers, check_telnyx
from bot.settings import Settings, SettingsError, read_settings
from bot.startup import is_clock_wrong
from bot.transport.verification.timestamps import MAX_AGE_SECONDS
from portout.slack.client import approved_workspaces, identify, seconds_ahead, slack_session, web_client
from portout.slack.web_api import TEMPORARY_ERRORS, SlackError, SlackRejectedError, read_error
from portout.state.fallback_store import UnusableRedisError, open_store
from portout.telemetry.logging import configure_logs

_SECRET_LENGTH: Final = 32
_HELLO_SECONDS: Final = 10.0  # for a websocket and Slack's first message over it
_REINSTALL: Final = (
    "print this version's manifest (python -m bot manifest --url https://your.address, or --socket), paste it into the"
    " app and reinstall it"
)
_OLDER: Final = f"the installed app is older than this version; {_REINSTALL}"
_CONFIG_ADVICE: Final = (
    "SLACK_CONFIG_TOKEN: generate one for the app's workspace on api.slack.com/apps; it lasts 12 hours. --app: take the"
    " id from the address of the app's settings"
)
_UNSEEN: Final = (
    "events, commands and the Home tab cannot be seen with a bot token: compare App Manifest in the app's settings with"
    " python -m bot manifest, or set SLACK_CONFIG_TOKEN and give --app"
)
_BOT_ADVICE: Final = "SLACK_BOT_TOKEN: copy it again from OAuth & Permissions"
_APP_ADVICE: Final = "SLACK_APP_TOKEN: make one with connections:write in Basic Information"
_CHANNEL_ADVICE: Final = {
    "not_in_channel": "type /invite @Port-out there",
    "channel_not_found": "{variable}: copy its id again, or type /invite @Port-out there",
    "missing_scope": _REINSTALL,
}


async def check(environment: Mapping[str, str], app_id: str = "", *, as_json: bool) -> int:
    """Check everything and print each result as soon as it is known; return 0 when all is well, 1 when not.

    app_id: of the installed app, whose settings are read with `SLACK_CONFIG_TOKEN`, which nothing else uses.
    """
    configure_logs("console", "error")
    console = printing_console()
    mark_good, mark_bad = ("✓", "✗") if can_print(console, "✓✗") else ("OK", "PROBLEM")
    results = []
    async for result in _check_all(environment, app_id):
        results.append(result)
        if not as_json:
            mark = f"[green]{mark_good}[/]" if result.is_good else f"[red]{mark_bad}[/]"
            console.print(f"{mark} [bold]{result.what}[/]  ", end="", soft_wrap=True, highlight=False)
            console.print(result.advice, markup=False, soft_wrap=True, highlight=False)
    if as_json:
        write_json(msgspec.json.encode(results))
    return 0 if all(result.is_good for result in results) else 1


async def _check_all(environment: Mapping[str, str], app_id: str) -> AsyncIterator[Result]:
    try:
        settings = read_settings(Settings, environment)
    except SettingsError as error:
        for problem in error.problems:
            yield bad("settings", problem)
        return
    yield good("settings", "complete")
    async with slack_session(settings.proxy) as session:
        client = web_client(session, settings.slack_bot_token, settings.slack_api_url)
        async for result in _check_slack(client, settings):
            yield result
        config_token = environment.get("SLACK_CONFIG_TOKEN", "").strip()
        yield await _check_app_settings(client, config_token, app_id, socket=bool(settings.slack_app_token))
        key = await check_telnyx(settings)
        yield key
        if key.is_good:
            yield await check_phone_numbers(settings)
        if settings.watch_channel:
            yield await check_lists(settings)
        if settings.redis_url:
            yield await _check_redis(client, settings.redis_url)


async def _check_slack(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Result]:
    answer: Any = None
    try:
        answer = await client.auth_test()
        yield good("Slack token", f"{answer.get('user')} in {answer.get('team')}")
        yield _check_clock(seconds_ahead(answer))
    except Exception as error:  # noqa: BLE001  the SDK lets the transport's errors through as they are
        yield bad("Slack token", _failure_advice(error, _BOT_ADVICE))
    yield _check_scopes(answer.headers.get("x-oauth-scopes")) if answer else _unknown("scopes")
    if answer and answer.get("enterprise_id"):
        yield await _check_organisation(client, is_org_wide=bool(answer.get("is_enterprise_install")))
    yield _check_signing_secret(settings)
    if settings.slack_app_token:
        yield await _check_socket_mode(client, settings.slack_app_token)
    channels = dict.fromkeys(sorted(settings.alert_channels), "ALERT_CHANNELS")
    if settings.watch_channel:
        channels[settings.watch_channel] = "WATCH_CHANNEL"
    for channel, variable in channels.items():
        yield await _check_channel(client, channel, variable) if answer else _unknown(f"channel {channel}")


def _check_clock(ahead: float) -> Result:
    if is_clock_wrong(ahead):
        direction = "ahead of" if ahead > 0 else "behind"
        return bad(
            "clock", f"{abs(ahead):.0f} s {direction} Slack's; above {MAX_AGE_SECONDS} s requests are refused; set it"
        )
    return good("clock", "agrees with Slack's")


def _check_scopes(granted: str | None) -> Result:
    if granted is None:
        return bad("scopes", "SLACK_API_URL: the answer doesn't say; is something in between that drops headers?")
    scopes = {scope.strip() for scope in granted.split(",")}
    missing, unneeded = set(SCOPES) - scopes, scopes - set(SCOPES)
    if missing:
        return bad("scopes", f"missing: {', '.join(sorted(missing))}; {_OLDER}")
    if unneeded:
        return bad("scopes", f"more than needed: {', '.join(sorted(unneeded))}; remove them")
    return good("scopes", "those of the manifest")


async def _check_app_settings(client: AsyncWebClient, config_token: str, app_id: str, *, socket: bool) -> Result:
    """Compare the app's settings with this version's manifest, where a configuration token is given for it."""
    if not config_token and not app_id:
        return good("app settings", _UNSEEN)
    if not config_token or not app_id:
        return bad("app settings", "SLACK_CONFIG_TOKEN and --app go together")
    try:
        answer = await client.apps_manifest_export(app_id=app_id, token=config_token)
        missing = missing_parts(answer.get("manifest") or {}, socket=socket)
    except Exception as error:  # noqa: BLE001  as above
        return bad("app settings", _failure_advice(error, _CONFIG_ADVICE))
    if missing:
        return bad("app settings", f"missing: {', '.join(missing)}; {_OLDER}")
    return good("app settings", "have all of this version's manifest")


async def _check_organisation(client: AsyncWebClient, *, is_org_wide: bool) -> Result:
    if not is_org_wide:
        return good("organisation", "TRUSTED_TEAMS: other workspaces of it whose people may use buttons in channels")
    try:
        workspaces = await approved_workspaces(client)
    except Exception as error:  # noqa: BLE001  as above
        return bad("organisation", _failure_advice(error, _BOT_ADVICE))
    if not workspaces:
        return bad(
            "organisation", "the app is in no workspace; let an administrator of the organisation add it to some"
        )
    return good("organisation", f"installed for all of it, and in these workspaces: {', '.join(sorted(workspaces))}")


def _check_signing_secret(settings: Settings) -> Result:
    if not settings.slack_signing_secret:
        return good("signing secret", "not needed in Socket Mode")
    if any(len(secret) != _SECRET_LENGTH or not secret.isalnum() for secret in settings.slack_signing_secret):
        advice = f"SLACK_SIGNING_SECRET: not {_SECRET_LENGTH} letters and digits; copy it from Basic Information"
        return bad("signing secret", advice)
    return good("signing secret", "has the right format; only a request from Slack shows whether it is the app's")


async def _check_socket_mode(client: AsyncWebClient, app_token: str) -> Result:
    """Open a connection as the bot does: a firewall may let the Web API through and block websockets."""
    try:
        url = (await client.apps_connections_open(app_token=app_token))["url"]
    except Exception as error:  # noqa: BLE001  as above
        return bad("Socket Mode", _failure_advice(error, _APP_ADVICE))
    try:
        async with asyncio.timeout(_HELLO_SECONDS), client.session.ws_connect(url) as socket:  # type: ignore[union-attr]
            await socket.receive_json()
    except Exception as error:  # noqa: BLE001  as above
        kind = type(error).__name__
        return bad("Socket Mode", f"no websocket ({kind}); let this machine reach wss://*.slack.com, port 443")
    return good("Socket Mode", "a connection can be opened")


async def _check_channel(client: AsyncWebClient, channel: str, variable: str) -> Result:
    """Read a channel's history. variable: the setting that names the channel."""
    try:
        await client.conversations_history(channel=channel, limit=1)
    except Exception as error:  # noqa: BLE001  as above
        failure = read_error(error)
        advice = _CHANNEL_ADVICE.get(failure.reason, "look this error up").format(variable=variable)
        # Public and private channels need a scope each.
        lacking = f"it needs the scope {failure.needed}; " if failure.needed else ""
        return bad(f"channel {channel}", _failure_advice(error, lacking + advice))
    return good(f"channel {channel}", "the bot is in it")


def _failure_advice(error: Exception, if_rejected: str) -> str:
    """Return why a call of Slack's Web API failed, and what to do. if_rejected: what to do if Slack refused it."""
    failure = read_error(error)
    reason = failure.reason
    if reason in TEMPORARY_ERRORS:
        return f"Slack has trouble of its own ({reason}); try again in a minute"
    if isinstance(failure, SlackRejectedError):
        return f"Slack refused it ({reason}); {if_rejected}"
    if "Proxy" in reason:
        return f"not reached ({reason}); HTTPS_PROXY: is it there, and does it let this through?"
    return f"Slack does not answer ({reason}); SLACK_API_URL: does it lead to Slack, and may this machine get there?"


async def _check_redis(client: AsyncWebClient, redis_url: str) -> Result:
    """Try all that the bot does in Redis, with the bot's own keys: an ACL may allow only those."""
    prefix, reasons = "portout:check:", list[str]()
    with suppress(SlackError):
        prefix = (await identify(client)).key_prefix
    try:
        async with open_store(redis_url, prefix, reasons.append) as store:
            if await store.is_shared():
                return good("Redis", "accepts what the bot does there")
    except UnusableRedisError as error:
        return bad("Redis", f"REDIS_URL: {error}")
    return bad("Redis", f"REDIS_URL: {', '.join(reasons)}; processes would not share what they did")


def _unknown(what: str) -> Result:
    return bad(what, "not known without a token that works")
