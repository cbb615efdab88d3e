"""Which requests are accepted: those that Slack signed within 5 minutes, with a body that can be decoded."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.bot.transport.requests import BODY, post, signed
from tests.conftest import Bot, Environment

TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return a function that removes one header."""
    return lambda headers: {key: value for key, value in headers.items() if key.lower() != name}


def changed(name: str, value: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return a function that changes one header."""
    return lambda headers: without(name)(headers) | {name: value}


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
async def test_a_request_that_slack_did_not_sign_is_refused(
    bot: Bot, forge: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """A missing, malformed or wrong timestamp or signature is a 401."""
    assert (await post(bot, BODY, forge(signed(bot, BODY))))[0] == 401


@pytest.mark.parametrize("age", [301, -330])
async def test_a_replayed_request_is_refused(bot: Bot, age: float) -> None:
    """A signature is valid for 5 minutes before and after its timestamp."""
    assert (await post(bot, BODY, signed(bot, BODY, age=age)))[0] == 401


async def test_a_changed_body_is_refused(bot: Bot) -> None:
    """The signature is over the bytes that arrive."""
    assert (await post(bot, BODY + b"&text=other", signed(bot, BODY)))[0] == 401


async def test_a_body_is_not_decoded_before_its_signature_is_verified(bot: Bot) -> None:
    """One that can't be decoded is refused for its signature."""
    assert (await post(bot, b"{", signed(bot, b"{", secret="wrong")))[0] == 401


async def test_a_good_request_is_accepted_after_bad_ones(bot: Bot) -> None:
    """Refusing one request has no effect on the next."""
    await post(bot, b"{", {})
    await post(bot, BODY, signed(bot, BODY, secret="wrong"))

    assert (await post(bot, BODY, signed(bot, BODY)))[0] == 200


async def test_each_of_two_secrets_is_valid(environment: Environment) -> None:
    """While the signing secret is being replaced, Slack may use the old or the new one."""
    async with environment.bot(SLACK_SIGNING_SECRET="old-secret, new-secret") as bot:
        statuses = {
            secret: (await post(bot, BODY, signed(bot, BODY, secret=secret)))[0]
            for secret in ("old-secret", "new-secret", "older-secret")
        }

    assert statuses == {"old-secret": 200, "new-secret": 200, "older-secret": 401}


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
async def test_a_signed_body_that_cannot_be_decoded_is_a_bad_request(
    bot: Bot, body: bytes, log_text: Callable[[], str]
) -> None:
    """It is a 400, without a traceback in the log."""
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


async def test_an_encoded_body_is_not_unpacked(bot: Bot) -> None:
    """It is a 400, whether it is encoded as declared or not."""
    headers = {"Content-Encoding": "gzip", "X-Slack-Signature": f"v0={'0' * 64}"}

    status, _ = await post(bot, BODY, {**signed(bot, BODY), **headers})

    assert status == 400
