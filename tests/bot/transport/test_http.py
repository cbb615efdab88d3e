"""The front door: what Slack sent is let in, everything else is turned away unparsed; and health."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.payloads import command
from sandbox.slack.sender import signed_headers
from tests.conftest import Bot, Environment, message_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = urlencode(command("help", response_url="https://hooks.slack.com/commands/1")).encode()


async def post(bot: Bot, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Knock: the answer's status and text."""
    async with bot.session.post(f"{bot.url}/slack/events", data=BytesIO(body), headers=FORM | headers) as response:
        return response.status, await response.text()


def signed(bot: Bot, body: bytes, *, secret: str | None = None, age: float = 0) -> dict[str, str]:
    """The headers with which Slack would send this body."""
    secret = secret or bot.environment.slack.signing_secret
    return signed_headers(secret, body, timestamp=int(time.time() - age))


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Leave one header out."""
    return lambda headers: {key: value for key, value in headers.items() if key.lower() != name}


def changed(name: str, value: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Change one header."""
    return lambda headers: without(name)(headers) | {name: value}


TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(without(TIMESTAMP), id="no timestamp"),
        pytest.param(without(SIGNATURE), id="no signature"),
        pytest.param(changed(TIMESTAMP, "abc"), id="timestamp no number"),
        pytest.param(changed(TIMESTAMP, "١٧٩٥٤٣٥٢٠٠"), id="timestamp in Arabic digits"),
        pytest.param(changed(TIMESTAMP, "9" * 400), id="timestamp far too long"),
        pytest.param(changed(SIGNATURE, "v0=" + "0" * 64), id="signature of nothing"),
        pytest.param(changed(SIGNATURE, "v0=ü"), id="signature not ASCII"),
        pytest.param(changed(SIGNATURE, ""), id="signature empty"),
    ],
)
async def test_a_request_that_slack_did_not_sign_is_turned_away(
    bot: Bot, forge: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """A missing, malformed or wrong timestamp or signature is a 401."""
    assert (await post(bot, BODY, forge(signed(bot, BODY))))[0] == 401


@pytest.mark.parametrize("age", [301, -330])
async def test_a_replayed_request_is_turned_away(bot: Bot, age: float) -> None:
    """A signature is good for 5 minutes, either way."""
    assert (await post(bot, BODY, signed(bot, BODY, age=age)))[0] == 401


async def test_a_changed_body_is_turned_away(bot: Bot) -> None:
    """The signature is over the bytes that arrive."""
    assert (await post(bot, BODY + b"&text=other", signed(bot, BODY)))[0] == 401


async def test_a_good_request_is_let_in_after_bad_ones(bot: Bot) -> None:
    """Turning one away has no effect on the next."""
    await post(bot, b"{", {})
    await post(bot, BODY, signed(bot, BODY, secret="wrong"))

    assert (await post(bot, BODY, signed(bot, BODY)))[0] == 200


async def test_each_of_two_secrets_is_good(environment: Environment) -> None:
    """While the signing secret is being replaced, Slack may use the old or the new one."""
    async with environment.bot(SLACK_SIGNING_SECRET="old, new") as bot:
        statuses = {
            secret: (await post(bot, BODY, signed(bot, BODY, secret=secret)))[0] for secret in ("old", "new", "older")
        }

    assert statuses == {"old": 200, "new": 200, "older": 401}


NOT_UNDERSTOOD = {
    "truncated JSON": b'{"type": "event_callback", "event": {',
    "bad UTF-8 in JSON": b'{"type": "\xff"}',
    "bad UTF-8 in a form": b"command=\xff",
    "payload no JSON": b"payload=zz",
    "payload a list": b"payload=%5B%5D",
    "payload null": b"payload=null",
    "event null": b'{"type": "event_callback", "event": null}',
    "event a string": b'{"type": "event_callback", "event": "message"}',
    "authorizations a string": b'{"type": "event_callback", "event": {}, "authorizations": "x"}',
    "enterprise a number": b'{"type": "event_callback", "event": {}, "enterprise": 5}',
    "nested too deep": b'{"event": ' + b"[" * 100_000,
    "a thousand fields": b"&".join(b"a%d=1" % number for number in range(1000)),
}


@pytest.mark.parametrize("body", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
async def test_a_signed_body_that_makes_no_sense_is_a_bad_request(
    bot: Bot, body: bytes, log_text: Callable[[], str]
) -> None:
    """What can't be understood is a 400 without a traceback, signed or not."""
    assert (await post(bot, body, signed(bot, body)))[0] == 400
    assert "frames" not in log_text()


async def test_an_oversized_body_is_refused_before_it_is_read(bot: Bot) -> None:
    """Its declared length is enough for a 413, signed or not."""
    body = b"x" * (2 * 2**20 + 1)

    assert (await post(bot, body, signed(bot, body)))[0] == 413


async def test_an_oversized_body_that_hides_its_size_is_refused(bot: Bot) -> None:
    """A body in chunks is read up to the limit, and no further."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    async with bot.session.post(f"{bot.url}/slack/events", data=chunks(), headers=signed(bot, b"")) as response:
        assert response.status == 413


async def test_nothing_of_a_refused_body_is_logged(bot: Bot, log_text: Callable[[], str]) -> None:
    """The log says that and why, not what."""
    await post(bot, b"text=very-private-text", {})
    await post(bot, b"{very-private-text", signed(bot, b"{very-private-text"))

    assert log_text().count("http.rejected") == 2
    assert "very-private-text" not in log_text()


async def test_slacks_check_of_the_address_is_answered(bot: Bot) -> None:
    """A signed url_verification gets its challenge back."""
    body = msgspec.json.encode({"type": "url_verification", "challenge": "c4a11e46e", "token": "t"})

    status, text = await post(bot, body, signed(bot, body))

    assert status == 200
    assert "c4a11e46e" in text


async def test_an_event_that_nobody_wants_is_acknowledged(bot: Bot) -> None:
    """Slack counts other answers as failures, and in the end sends no more events."""
    answer = await bot.sender.event({"type": "emoji_changed", "event_ts": "1.0"})

    assert answer.status == 200


async def test_a_command_that_is_not_ours_is_not_found(bot: Bot) -> None:
    """The bot answers for its own command only."""
    fields = command("help", response_url="https://hooks.slack.com/commands/1") | {"command": "/other"}

    assert (await bot.sender.command(fields)).status == 404


async def test_pasted_json_with_the_word_payload_is_a_command_like_any_other(bot: Bot) -> None:
    """People paste webhooks; Bolt's own parser would lose a form that holds this word."""
    event_id = next(iter(bot.environment.telnyx.samples.events))

    message = message_of(await bot.command(f'{{"data": {{"id": "{event_id}", "payload": {{}}}}}}'))

    assert event_id in str(message)


async def test_health(bot: Bot) -> None:
    """A running bot is alive and ready; other addresses are not found."""
    assert await bot.get("/healthz") == (200, {"alive": True})
    assert await bot.get("/readyz") == (200, {"ready": True, "problems": []})
    async with bot.session.get(f"{bot.url}/") as response:
        assert response.status == 404


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: urlencode({"payload": text}).encode()))
async def test_no_body_gets_an_unexpected_answer(bot: Bot, body: bytes) -> None:
    """Whatever knocks, signed or not, the answer is one of four, and never the bot's own failure."""
    assert (await post(bot, body, {}))[0] == 401
    assert (await post(bot, body, signed(bot, body)))[0] in {200, 400, 404}


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (faults.raw(b'{"ok": false, "error": "token_revoked"}'), "Slack token refused"),
        (faults.status(503), "Slack does not answer"),
        (faults.reset(), "Slack does not answer"),
        (faults.held(asyncio.Event()), "Slack does not answer"),
        (faults.raw(b"[]"), "Slack does not answer"),
    ],
    ids=["revoked", "failing", "away", "hanging", "no answer at all"],
)
async def test_a_token_that_no_longer_works_shows_in_health(bot: Bot, failure: Fault, problem: str) -> None:
    """Not ready, and why; alive all the same; and Slack is asked once for many who ask."""
    bot.environment.slack.script.always(failure, key="auth.test")

    async with asyncio.timeout(6):  # as probers give up; a call that hangs is otherwise waited for for 10 s
        answers = await asyncio.gather(*(bot.get("/readyz") for _ in range(10)))

    assert answers == [(503, {"ready": False, "problems": [problem]})] * 10
    assert (await bot.get("/healthz"))[0] == 200
    assert [call.method for call in bot.environment.slack.calls] == ["auth.test"] * 2


async def test_an_encoded_body_is_not_unpacked(bot: Bot) -> None:
    """Nor does it lead to a traceback, whether it is what it says or not."""
    headers = {"Content-Encoding": "gzip", "X-Slack-Signature": f"v0={'0' * 64}"}

    status, _ = await post(bot, BODY, {**signed(bot, BODY), **headers})

    assert status == 400
