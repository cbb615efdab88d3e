"""Random requests to the whole bot: each gets an answer, and none causes a traceback."""

import io
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sandbox.slack.sender import signed_headers
from sandbox.slack.workspace import BOT_USER_ID, TEAM_ID
from tests.amount import examples
from tests.conftest import Bot, Environment
from tests.portout.strategies import hostile_texts, json_values

ALLOWED = {200, 400, 401, 404, 413}
NAMES = (
    *(
        "type",
        "subtype",
        "event",
        "channel",
        "channel_id",
        "user",
        "user_id",
        "team",
        "team_id",
        "command",
        "text",
        "ts",
    ),
    *("message", "actions", "container", "trigger_id", "response_url", "callback_id", "view", "authorizations"),
    *("enterprise", "enterprise_id", "is_enterprise_install", "api_app_id", "payload", "ssl_check", "challenge"),
    *("thread_ts", "event_ts", "blocks", "attachments", "bot_id", "action_id", "action_ts", "value", "id", "view_id"),
    *("is_ext_shared_channel", "message_ts", "previous_message", "block_id", "function_data", "inputs", "bot_profile"),
    *("tab", "title", "close"),
)
LIKELY = (
    *(
        "event_callback",
        "block_actions",
        "message_action",
        "url_verification",
        "view_submission",
        "message",
        "shortcut",
    ),
    *("app_mention", "/portout-event", "look_up_port_outs", "refresh", "details", "history", "post", "portal", TEAM_ID),
    *("app_home_opened", "home", "modal", "own_details", "home_refresh", "waiting_later", "orders", "orders_later"),
    *("C0DESK", "U0ALICE", BOT_USER_ID, "1795000000.000100", "message_changed", "message_deleted", "0", "1", "true"),
    *("eef3340b-8903-4466-b445-89b697315a3a", '{"ids": ["eef3340b-8903-4466-b445-89b697315a3a"]}', ""),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(LIKELY) | json_values,
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=8) | st.lists(inner, max_size=2),
    max_leaves=12,
)
payloads = st.dictionaries(st.sampled_from(NAMES), values, max_size=10)
# As Slack sends them, with fields left out or changed.
commands = st.fixed_dictionaries(
    {"command": st.just("/portout-event"), "text": hostile_texts | st.sampled_from(LIKELY)},
    optional={name: st.sampled_from(LIKELY) for name in ("user_id", "channel_id", "team_id")},
)
clicks = st.fixed_dictionaries(
    {"type": st.just("block_actions"), "actions": st.lists(payloads, max_size=2)},
    optional=dict.fromkeys(("user", "channel", "container", "response_url", "trigger_id", "team", "view"), values),
)
events = st.fixed_dictionaries(
    {"type": st.just("event_callback"), "event": payloads},
    optional=dict.fromkeys(("authorizations", "team_id"), values),
)


def encode(value: Any) -> bytes:
    """Return JSON with lone surrogates as escapes, which msgspec would refuse to encode."""
    return json.dumps(value).encode()


bodies = st.one_of(
    st.binary(max_size=200),
    hostile_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.one_of(payloads, clicks, events, json_values).map(encode),
    commands.map(lambda form: urlencode(form, errors="surrogatepass").encode()),
    st.one_of(payloads, clicks, json_values).map(lambda value: urlencode({"payload": encode(value)}).encode()),
)
headers = st.dictionaries(
    st.sampled_from(("Content-Type", "X-Slack-Retry-Num", "X-Slack-Retry-Reason", "X-Slack-Signature", "Accept")),
    st.sampled_from(
        ("application/json", "application/x-www-form-urlencoded", "3", "-1", "x", "é", "v0=", "text/plain")
    ),
    max_size=3,
)
ages = st.sampled_from((0, 0, 0, 0, 299, -299, 400, -400, 10**15)) | st.integers(-(10**20), 10**20)


@examples(10_000, HealthCheck.function_scoped_fixture)
@given(body=bodies, more=headers, age=ages, signed=st.integers(0, 9))
async def test_ten_thousand_odd_requests(bot: Bot, body: bytes, more: dict[str, str], age: int, signed: int) -> None:
    """Signed or not, valid or not: 200, 400, 401, 404 or 413."""
    timestamp = int(time.time()) - age
    own = signed_headers(bot.environment.slack.signing_secret if signed else "guess", body, timestamp=timestamp)
    # As a stream: aiohttp warns of more than 1 MiB in one piece.
    data = io.BytesIO(body)
    async with bot.session.post(f"{bot.url}/slack/events", data=data, headers={**own, **more}) as response:
        await response.read()

    assert response.status in ALLOWED
    if not signed or abs(age) > 300:
        assert response.status == 401


async def test_after_the_fuzzing_the_bot_works(environment: Environment, log_text: Callable[[], str]) -> None:
    """A command is answered, and a payload that cannot be read is refused without a traceback."""
    async with environment.bot() as bot:
        for odd in ({"type": "block_actions", "actions": [{"action_id": "post"}]}, {"command": "/portout-event"}):
            body = encode(odd)
            headers = {"Content-Type": "application/json", **signed_headers(environment.slack.signing_secret, body)}
            async with bot.session.post(f"{bot.url}/slack/events", data=body, headers=headers) as response:
                assert response.status == 400
        answer = await bot.command(environment.telnyx.samples.names["ported"])

    assert answer.status == 200
    assert "payload.refused" in log_text()
    assert '"internal_error"' not in log_text()
