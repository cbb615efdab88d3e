"""The stand-in is a Slack that Slack's own clients work with."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox import faults
from sandbox.slack.server import RESPONSE_URL, ApiCall
from sandbox.slack.workspace import Installation
from tests.sandbox.conftest import Slack
from tests.sandbox.slack.conftest import web_client


async def test_auth_test_says_who_the_bot_is(http: aiohttp.ClientSession, slack: Slack) -> None:
    """The right token is told its team, its user, its bot and its scopes."""
    response = await web_client(slack, http, slack.sandbox.bot_token).auth_test()

    assert (response["team_id"], response["user_id"], response["bot_id"]) == ("T0SANDBOX", "U0BOT", "B0BOT")
    assert response.headers["x-oauth-scopes"] == ",".join(slack.sandbox.scopes)
    assert slack.sandbox.calls == [ApiCall("auth.test", {})]


async def test_auth_test_says_where_the_bot_is_installed(http: aiohttp.ClientSession, slack: Slack) -> None:
    """A workspace by itself has no organisation; one installation may be for a whole organisation."""
    client = web_client(slack, http, slack.sandbox.bot_token)
    alone = await client.auth_test()
    slack.sandbox.installation = Installation("E0ORG", "E0ORG", is_enterprise_install=True)

    organisation = await client.auth_test()

    assert alone["is_enterprise_install"] is False
    assert "enterprise_id" not in alone.data
    assert [organisation[name] for name in ("team_id", "enterprise_id", "is_enterprise_install")] == [
        "E0ORG",
        "E0ORG",
        True,
    ]


async def test_the_workspaces_of_an_organisation_are_listed_in_pages(http: aiohttp.ClientSession, slack: Slack) -> None:
    """Each page but the last has the cursor of the next."""
    client = web_client(slack, http, slack.sandbox.bot_token)
    slack.sandbox.installation = Installation("E0ORG", "E0ORG", True, ("T0A", "T0B", "T0C"))

    first = await client.auth_teams_list(limit=2)
    last = await client.auth_teams_list(limit=2, cursor=first["response_metadata"]["next_cursor"])

    assert [[team["id"] for team in page["teams"]] for page in (first, last)] == [["T0A", "T0B"], ["T0C"]]
    assert last["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(("token", "error"), [("xoxb-other", "invalid_auth"), (None, "not_authed")])
async def test_a_wrong_token_is_refused(
    http: aiohttp.ClientSession, slack: Slack, token: str | None, error: str
) -> None:
    """A call without the right token is refused in Slack's words."""
    with pytest.raises(SlackApiError) as refused:
        await web_client(slack, http, token).auth_test()

    assert refused.value.response["error"] == error


@pytest.mark.parametrize("form", ["data", "json", "header"])
async def test_a_token_is_found_wherever_it_is(http: aiohttp.ClientSession, slack: Slack, form: str) -> None:
    """As a form field, a JSON field or a header, and it never gets into the record."""
    token = slack.sandbox.bot_token
    where = {"headers": {"Authorization": f"Bearer {token}"}} if form == "header" else {form: {"token": token}}
    async with http.post(f"{slack.url}/api/auth.test", **where) as response:  # type: ignore[arg-type]
        answer = await response.json()

    assert answer["ok"]
    assert slack.sandbox.calls == [ApiCall("auth.test", {})]


async def test_an_unknown_method_is_named_so(http: aiohttp.ClientSession, slack: Slack) -> None:
    """What the bot doesn't use isn't there, and the attempt is on record with its arguments."""
    with pytest.raises(SlackApiError, match="unknown_method"):
        await web_client(slack, http, slack.sandbox.bot_token).chat_unfurl(channel="C0DESK", ts="1.0", unfurls={})

    (call,) = slack.sandbox.calls
    assert (call.method, call.body["ts"]) == ("chat.unfurl", "1.0")


async def test_the_bot_posts_where_it_is_a_member(http: aiohttp.ClientSession, slack: Slack) -> None:
    """A message stands in the channel, under a ts of its own; elsewhere the bot is told that it isn't in."""
    client = web_client(slack, http, slack.sandbox.bot_token)

    first = await client.chat_postMessage(channel="C0DESK", thread_ts="1.0", text="Hi")
    second = await client.chat_postMessage(channel="C0DESK", text="Again")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postMessage(channel="C0ELSEWHERE", text="Hi")

    posted = slack.sandbox.channels.messages["C0DESK"]
    assert [(one["text"], one["ts"]) for one in posted] == [("Hi", first["ts"]), ("Again", second["ts"])]
    assert posted[0]["thread_ts"] == "1.0"


async def test_the_web_api_goes_wrong_by_method(http: aiohttp.ClientSession, slack: Slack) -> None:
    """One scripted failure, and then all is well."""
    slack.sandbox.script.then("auth.test", faults.status(503, body=b"{}"))
    client = web_client(slack, http, slack.sandbox.bot_token)

    with pytest.raises(SlackApiError):
        await client.auth_test()

    assert (await client.auth_test())["ok"]


async def test_a_response_url_hands_its_messages_over_in_order(http: aiohttp.ClientSession, slack: Slack) -> None:
    """What is posted can be waited for, by address or by its last part, before or after it came."""
    url = f"{slack.url}/response/one"
    waiting = asyncio.create_task(slack.sandbox.response(url))
    webhook = AsyncWebhookClient(url, session=http)

    statuses = [(await webhook.send(text=text)).status_code for text in ("first", "second")]

    assert statuses == [200, 200]
    assert await waiting == {"text": "first"}
    assert await slack.sandbox.response("one") == {"text": "second"}
    with pytest.raises(TimeoutError):
        await slack.sandbox.response("one", timeout=0.01)


async def test_a_response_url_works_five_times(http: aiohttp.ClientSession, slack: Slack) -> None:
    """The sixth message is refused and not kept; a scripted failure uses nothing up."""
    slack.sandbox.script.then(RESPONSE_URL, faults.status(500, body=b"no"))
    webhook = AsyncWebhookClient(f"{slack.url}/response/one", session=http)

    responses = [await webhook.send(text=str(number)) for number in range(7)]

    assert [response.status_code for response in responses] == [500, 200, 200, 200, 200, 200, 404]
    assert responses[-1].body == '{"ok": false, "error": "used_url"}'
    assert [message["text"] for message in slack.sandbox.posted["one"]] == ["1", "2", "3", "4", "5"]


async def test_a_response_url_ends_after_half_an_hour(http: aiohttp.ClientSession, slack: Slack) -> None:
    """Past its time it is refused, whether it was used or not."""
    url = f"{slack.url}/response/one"
    slack.sandbox.expire(url)

    response = await AsyncWebhookClient(url, session=http).send(text="late")

    assert (response.status_code, response.body) == (404, '{"ok": false, "error": "expired_url"}')
    assert not slack.sandbox.posted["one"]
