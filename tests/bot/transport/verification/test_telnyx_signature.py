"""Which webhooks are accepted: those that Telnyx signed with the account's key, within 5 minutes, once."""

import asyncio
import itertools
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from bot.transport.verification.bodies import MAX_BODY
from bot.transport.verification.timestamps import MAX_STALE
from sandbox.redis_server import RedisServer
from tests.amount import examples
from tests.bot.transport.requests import BODY as COMMAND
from tests.bot.transport.requests import post
from tests.bot.transport.requests import signed as signed_by_slack
from tests.bot.transport.verification.test_slack_signature import LAST_REQUEST, changed, changes, without
from tests.bot.transport.webhooks import BODY, KEY, VARIABLES, WakeableBot, send, signed, wakeable_bot
from tests.conftest import Environment
from tests.portout.telemetry.test_metrics import series_now

TIMESTAMP, SIGNATURE = "telnyx-timestamp", "telnyx-signature-ed25519"
OTHER_KEY = SigningKey(bytes(range(1, 33)))
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519's group: a signature's second half is a number below it."""

Forge = Callable[[dict[str, str]], dict[str, str]]


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[WakeableBot]:
    """A bot's HTTP server that counts what wakes it."""
    async with wakeable_bot(environment) as bot:
        yield bot


def resigned(message: Callable[[bytes], bytes], key: SigningKey = KEY) -> Forge:
    """Return a function that signs another message, which `message` makes of the timestamp."""

    def forge(headers: dict[str, str]) -> dict[str, str]:
        signature = key.sign(message(headers[TIMESTAMP].encode())).signature
        return headers | {SIGNATURE: b64encode(signature).decode()}

    return forge


def respelled(spell: Callable[[bytes], str]) -> Forge:
    """Return a function that writes the bytes of the signature in another way."""
    return lambda headers: headers | {SIGNATURE: spell(b64decode(headers[SIGNATURE]))}


def plain(signature: bytes) -> str:
    """Return a signature as Telnyx writes it."""
    return b64encode(signature).decode()


def with_larger_number(signature: bytes) -> bytes:
    """Return another signature that the same equation holds for, without the key: RFC 8032 forbids it."""
    number = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + number.to_bytes(32, "little")


def with_spare_bits(signature: bytes) -> str:
    """Return base64 that decodes to the same bytes, and is not how they are encoded."""
    text = plain(signature)
    return f"{text[:-3]}{chr(ord(text[-3]) + 1)}=="


FORGED: dict[str, tuple[str, Forge, float]] = {
    "unsigned": ("telnyx_timestamp_missing", lambda _: {}, 0),
    "no timestamp": ("telnyx_timestamp_missing", without(TIMESTAMP), 0),
    "timestamp empty": ("telnyx_timestamp_missing", changed(TIMESTAMP, ""), 0),
    "timestamp no number": ("telnyx_timestamp_missing", changed(TIMESTAMP, "now"), 0),
    "timestamp in superscript": ("telnyx_timestamp_missing", changed(TIMESTAMP, "²²"), 0),
    "timestamp in Arabic digits": ("telnyx_timestamp_missing", changed(TIMESTAMP, "١٧٩٥٤٣٥٢٠٠"), 0),
    "timestamp with a sign": (
        "telnyx_timestamp_missing",
        lambda headers: headers | {TIMESTAMP: f"+{headers[TIMESTAMP]}"},
        0,
    ),
    "timestamp with a fraction": (
        "telnyx_timestamp_missing",
        lambda headers: headers | {TIMESTAMP: f"{headers[TIMESTAMP]}.0"},
        0,
    ),
    "timestamp in milliseconds": (
        "telnyx_timestamp_missing",
        lambda headers: headers | {TIMESTAMP: f"{headers[TIMESTAMP]}000"},
        0,
    ),
    "timestamp far too long": ("telnyx_timestamp_missing", changed(TIMESTAMP, "9" * 5000), 0),
    "timestamp too old": ("telnyx_timestamp_stale", dict, 301),
    "timestamp in the future": ("telnyx_timestamp_stale", dict, -330),
    "timestamp of another time": (
        "telnyx_signature_wrong",
        lambda headers: headers | {TIMESTAMP: str(int(headers[TIMESTAMP]) - 1)},
        0,
    ),
    "timestamp with a zero in front": (
        "telnyx_signature_wrong",
        lambda headers: headers | {TIMESTAMP: f"0{headers[TIMESTAMP]}"},
        0,
    ),
    "no signature": ("telnyx_signature_missing", without(SIGNATURE), 0),
    "signature empty": ("telnyx_signature_missing", changed(SIGNATURE, ""), 0),
    "signature not ASCII": ("telnyx_signature_missing", changed(SIGNATURE, "ü" * 86 + "=="), 0),
    "signature of Slack's kind": ("telnyx_signature_missing", changed(SIGNATURE, "v0=" + "0" * 64), 0),
    "signature in hexadecimal": ("telnyx_signature_missing", respelled(bytes.hex), 0),
    "signature without padding": ("telnyx_signature_missing", respelled(lambda one: plain(one).rstrip("=")), 0),
    "signature with more padding": ("telnyx_signature_missing", respelled(lambda one: plain(one) + "=="), 0),
    "signature with a space in it": (
        "telnyx_signature_missing",
        respelled(lambda one: plain(one)[:40] + " " + plain(one)[40:]),
        0,
    ),
    "signature with spare bits": ("telnyx_signature_missing", respelled(with_spare_bits), 0),
    "signature too short": ("telnyx_signature_missing", respelled(lambda one: plain(one[:63])), 0),
    "signature too long": ("telnyx_signature_missing", respelled(lambda one: plain(one + b"\0")), 0),
    "signature encoded twice": ("telnyx_signature_missing", respelled(lambda one: plain(plain(one).encode())), 0),
    "signature of zeros": ("telnyx_signature_wrong", respelled(lambda _: plain(bytes(64))), 0),
    "signature of the neutral element": (
        "telnyx_signature_wrong",
        respelled(lambda _: plain(b"\1" + bytes(63))),
        0,
    ),
    "signature with a larger number": (
        "telnyx_signature_wrong",
        respelled(lambda one: plain(with_larger_number(one))),
        0,
    ),
    "signature of another account": ("telnyx_signature_wrong", resigned(lambda at: at + b"|" + BODY, OTHER_KEY), 0),
    "signature of the body alone": ("telnyx_signature_wrong", resigned(lambda _: BODY), 0),
    "signature with another separator": ("telnyx_signature_wrong", resigned(lambda at: at + b"." + BODY), 0),
    "signature of Slack's message": ("telnyx_signature_wrong", resigned(lambda at: b"v0:" + at + b":" + BODY), 0),
    "signature of the body written anew": (
        "telnyx_signature_wrong",
        resigned(lambda at: at + b"|" + json.dumps(json.loads(BODY), separators=(",", ":")).encode()),
        0,
    ),
    "signature of more": ("telnyx_signature_wrong", resigned(lambda at: at + b"|" + BODY + b"\n"), 0),
    "encoded body": ("body_encoded", changed("content-encoding", "gzip"), 0),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_webhook_that_telnyx_did_not_sign_is_refused_and_counted(bot: WakeableBot, forgery: str) -> None:
    """Under one reason; it wakes nobody, counts as no request of Slack, and does not spoil the next good one."""
    reason, forge, age = FORGED[forgery]
    before = series_now()

    status = await send(bot, BODY, forge(signed(BODY, age=age)))

    assert status == (400 if reason == "body_encoded" else 401)
    assert bot.wakes == 0
    assert await send(bot, BODY, signed(BODY)) == 200
    assert bot.wakes == 1
    after = series_now()
    assert changes(before, after, "portout_http_rejected_total") == {
        f'portout_http_rejected_total{{reason="{reason}"}}': 1
    }
    assert after[LAST_REQUEST] == before[LAST_REQUEST]


async def test_base64_for_addresses_is_not_base64(bot: WakeableBot) -> None:
    """A signature is refused in the letters for addresses, and accepted in its own."""
    bodies = (b"%d" % number for number in itertools.count())
    body, headers = next((body, headers) for body in bodies if {*"+/"} & {*(headers := signed(body, age=5))[SIGNATURE]})
    other = headers | {SIGNATURE: urlsafe_b64encode(b64decode(headers[SIGNATURE])).decode()}

    assert [await send(bot, body, one) for one in (other, headers)] == [401, 200]


@pytest.mark.parametrize("age", [295, -295])
async def test_a_clock_may_differ_by_almost_five_minutes(bot: WakeableBot, age: float) -> None:
    """Either way."""
    assert await send(bot, BODY, signed(BODY, age=age)) == 200


async def test_names_of_headers_may_be_in_any_case(bot: WakeableBot) -> None:
    """A proxy may write them as it likes."""
    headers = {name.title(): value for name, value in signed(BODY).items()}

    assert await send(bot, BODY, headers) == 200


async def test_of_a_header_that_comes_twice_the_first_counts(bot: WakeableBot) -> None:
    """Nobody can add a signature to a webhook that has a wrong one."""
    good, bad = signed(BODY), signed(BODY, key=OTHER_KEY)

    async def send_both(first: str, second: str) -> int:
        headers = [(TIMESTAMP, good[TIMESTAMP]), (SIGNATURE, first), (SIGNATURE, second)]
        async with bot.session.post(f"{bot.url}/telnyx/webhooks", data=BODY, headers=headers) as response:
            return response.status

    assert await send_both(bad[SIGNATURE], good[SIGNATURE]) == 401
    assert await send_both(good[SIGNATURE], bad[SIGNATURE]) == 200


async def test_a_replayed_webhook_is_refused(bot: WakeableBot, log_text: Callable[[], str]) -> None:
    """The same bytes with the same signature are a 401, however the signature is written, and the log says why."""
    headers = signed(BODY, age=200)
    ways: list[Callable[[bytes], str]] = [plain, with_spare_bits, lambda one: plain(with_larger_number(one))]

    statuses = [await send(bot, BODY, respelled(spell)(headers)) for spell in (plain, *ways)]

    assert statuses == [200, 401, 401, 401]
    assert log_text().count("Telnyx signature used before") == 1
    assert bot.wakes == 1


async def test_of_two_identical_webhooks_at_once_one_is_accepted(bot: WakeableBot) -> None:
    """Whichever comes first."""
    headers = signed(BODY)

    assert sorted(await asyncio.gather(*(send(bot, BODY, headers) for _ in range(3)))) == [200, 401, 401]
    assert bot.wakes == 1


async def test_the_same_webhook_signed_again_is_no_replay(bot: WakeableBot) -> None:
    """Telnyx tries again under a new timestamp."""
    assert [await send(bot, BODY, signed(BODY, age=age)) for age in (2, 1)] == [200, 200]


async def test_a_replayed_webhook_is_refused_by_another_process(environment: Environment, redis: RedisServer) -> None:
    """Where the ledger is shared, the use of a signature is."""
    variables = VARIABLES | {"REDIS_URL": redis.url}
    async with environment.bot(**variables) as first, environment.bot(**variables) as second:
        headers = signed(BODY)
        statuses = [await send(bot, BODY, headers) for bot in (first, second)]

    assert statuses == [200, 401]


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
async def test_an_oversized_webhook_is_refused(bot: WakeableBot, key: SigningKey) -> None:
    """With 413, signed or not; the largest that is allowed is accepted."""
    too_large = bytes(MAX_BODY + 1)

    assert await send(bot, too_large, signed(too_large, key=key)) == 413
    assert bot.wakes == 0
    assert await send(bot, too_large[:-1], signed(too_large[:-1])) == 200
    assert bot.wakes == 1


async def test_an_oversized_webhook_that_hides_its_size_is_refused(bot: WakeableBot) -> None:
    """A body in chunks is read up to the limit, and no further."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    async with bot.session.post(f"{bot.url}/telnyx/webhooks", data=chunks(), headers=signed(b"")) as response:
        assert response.status == 413
    assert bot.wakes == 0


async def test_telnyx_cannot_speak_for_slack_nor_slack_for_telnyx(bot: WakeableBot) -> None:
    """What one signed is refused at the other's address, also with the other's headers beside its own."""
    at_slack, at_telnyx = signed(COMMAND), signed_by_slack(bot, BODY)

    assert (await post(bot, COMMAND, at_slack))[0] == 401
    assert await send(bot, BODY, at_telnyx) == 401
    assert await send(bot, BODY, at_telnyx | signed(BODY, key=OTHER_KEY)) == 401
    assert bot.wakes == 0


# Each timestamp is later than the one before: the same body may come up again, and is then no replay.
_AGES = itertools.cycle(range(290, 0, -1))


@examples(150, HealthCheck.function_scoped_fixture)
@given(body=st.binary(max_size=300), place=st.integers(0, 299), flip=st.integers(1, 255))
@example(b"", 0, 1)
@example(b"{", 0, 1)
@example(b"x", 0, 1)
@example(b"\xff|\x00", 1, 255)
async def test_any_body_is_accepted_as_it_was_signed_and_no_other(
    bot: WakeableBot, body: bytes, place: int, flip: int
) -> None:
    """Valid JSON or not: one byte more, less or different is another body."""
    headers, wakes = signed(body, age=next(_AGES)), bot.wakes
    different = bytearray(body or b"x")
    different[place % len(different)] ^= flip

    others = {bytes(different), body + b"\0", body[1:]} - {body}
    assert {await send(bot, one, headers) for one in others} == {401}
    assert bot.wakes == wakes
    assert await send(bot, body, headers) == 200
    assert bot.wakes == wakes + 1


async def test_a_series_of_stale_webhooks_is_named_as_a_wrong_clock(
    bot: WakeableBot, log_text: Callable[[], str]
) -> None:
    """As for Slack's requests."""
    for _ in range(MAX_STALE):
        await send(bot, BODY, signed(BODY, age=1000))

    assert log_text().count('"clock.suspected"') == 1


async def test_two_hundred_webhooks_among_as_many_forged_ones(bot: WakeableBot) -> None:
    """Each valid one is answered 200 and wakes; no forged one does."""
    good = [b"%d" % number for number in range(200)]

    answers = await asyncio.gather(
        *(send(bot, body, signed(body)) for body in good),
        *(send(bot, body, signed(body, key=OTHER_KEY)) for body in good),
    )

    assert answers == [200] * 200 + [401] * 200
    assert bot.wakes == 200
