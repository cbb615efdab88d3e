"""Which requests are accepted: those that Slack signed within 5 minutes, with a body that can be decoded."""

import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from bot.transport import connections
from bot.transport.verification.timestamps import MAX_STALE
from portout.telemetry.metrics import REJECTION_REASONS
from tests.bot.transport.raw_client import raw_clients
from tests.bot.transport.requests import BODY, post, signed
from tests.conftest import Bot, Environment
from tests.portout.telemetry.test_metrics import series_now

TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
LAST_REQUEST = "portout_last_request_timestamp_seconds"


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return a function that removes one header."""
    return lambda headers: {key: value for key, value in headers.items() if key.lower() != name}


def changed(name: str, value: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return a function that changes one header."""
    return lambda headers: without(name)(headers) | {name: value}


def changes(before: dict[str, float], after: dict[str, float], name: str) -> dict[str, float]:
    """Return by how much the series of a counter have grown, without those that have not."""
    grown = {series: value - before.get(series, 0) for series, value in after.items() if series.startswith(name + "{")}
    return {series: value for series, value in grown.items() if value}


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


async def test_a_series_of_stale_timestamps_is_named_as_a_wrong_clock(bot: Bot, log_text: Callable[[], str]) -> None:
    """Once a minute, with the difference; single ones are not, nor those between good requests."""
    for good in (BODY, BODY + b"&more=1"):
        for _ in range(MAX_STALE - 1):
            await post(bot, BODY, signed(bot, BODY, age=1000))
        await post(bot, good, signed(bot, good))
    quiet = log_text()
    for _ in range(3 * MAX_STALE):
        await post(bot, BODY, signed(bot, BODY, age=1000))
    lines = [line for line in log_text().splitlines() if "clock.suspected" in line]

    assert "clock.suspected" not in quiet
    assert [msgspec.json.decode(line)["stale"] for line in lines] == [MAX_STALE]
    assert 1000 <= msgspec.json.decode(lines[0])["ahead_seconds"] < 1100


REASONS: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], float]] = {
    "timestamp_missing": (without(TIMESTAMP), 0),
    "timestamp_stale": (dict, 301),
    "signature_missing": (without(SIGNATURE), 0),
    "signature_wrong": (changed(SIGNATURE, "v0=" + "0" * 64), 0),
    "body_encoded": (changed("Content-Encoding", "gzip"), 0),
}


@pytest.mark.parametrize("reason", REASONS)
async def test_a_refusal_is_counted_with_its_reason(bot: Bot, reason: str) -> None:
    """Under one reason, and as no request from Slack."""
    forge, age = REASONS[reason]
    before = series_now()

    await post(bot, BODY, forge(signed(bot, BODY, age=age)))

    after = series_now()
    assert changes(before, after, "portout_http_rejected_total") == {
        f'portout_http_rejected_total{{reason="{reason}"}}': 1
    }
    assert after[LAST_REQUEST] == before[LAST_REQUEST]


async def test_a_request_that_is_no_http_is_counted(bot: Bot) -> None:
    """It reaches no handler."""
    before = series_now()
    async with raw_clients(bot) as (client,):
        await client.send(b"nonsense\r\n\r\n")
        await client.rest()

    expected = {'portout_http_rejected_total{reason="not_http"}': 1}
    assert changes(before, series_now(), "portout_http_rejected_total") == expected


async def test_the_time_of_the_last_good_request_is_shown(bot: Bot) -> None:
    """As Unix time: an alert on it shows an outage in which nothing arrives."""
    sent_at = time.time()

    await post(bot, BODY, signed(bot, BODY))

    assert sent_at <= series_now()[LAST_REQUEST] <= time.time()


def test_every_reason_of_a_refusal_has_a_series() -> None:
    """From the start; `other` is for what aiohttp refuses by itself."""
    code = "".join(path.read_text() for path in Path(connections.__file__).parent.rglob("*.py"))
    reasons = {reason.lower().replace(" ", "_") for reason in re.findall(r'reason="([^"]+)"', code)}

    assert reasons | {"other"} == set(REJECTION_REASONS)
