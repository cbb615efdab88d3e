"""Replays: whoever has recorded a signed request cannot send it again."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transport.verification.used_signatures import MAX_ENTRIES, UsedSignatures
from sandbox import faults
from sandbox.redis_server import RedisServer
from sandbox.slack.payloads import button_press, command, event_callback
from tests.bot.transport.requests import post, signed
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import buttons
from tests.handlers.buttons.messages import ask

CHANNEL = "C0ALERTS"


def typed(bot: Bot) -> bytes:
    """Return the body of a new command."""
    return urlencode(command("help", response_url=bot.environment.response_url())).encode()


def alert(bot: Bot) -> bytes:
    """Return the body of a new alert's event."""
    text = f"Port-out event {bot.environment.telnyx.samples.names['pending']}"
    message = {"type": "message", "bot_id": "B0MONITOR", "channel": CHANNEL, "ts": "1795000000.1", "text": text}
    return msgspec.json.encode(event_callback(message))


async def test_a_replayed_command_is_refused(bot: Bot, log_text: Callable[[], str]) -> None:
    """The same bytes with the same signature are a 401, within their five minutes too, and the log says why."""
    body = typed(bot)
    headers = signed(bot, body, age=200)

    statuses = [(await post(bot, body, headers))[0] for _ in range(3)]

    assert statuses == [200, 401, 401]
    assert log_text().count("Signature used before") == 2


async def test_of_two_identical_requests_at_once_one_is_served(bot: Bot) -> None:
    """The second one is refused although the first one has no answer yet."""
    event_id, release = bot.environment.telnyx.samples.names["pending"], asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=event_id)
    body = urlencode(command(event_id, response_url=bot.environment.response_url())).encode()
    headers = signed(bot, body)

    first = asyncio.create_task(post(bot, body, headers))
    await bot.environment.telnyx.called(event_id)
    again = await post(bot, body, headers)
    release.set()

    assert (await first)[0] == 200
    assert again[0] == 401


async def test_a_post_that_is_replayed_posts_once(bot: Bot) -> None:
    """The same click on *Post*, three times at once: one post."""
    button = buttons(await ask(bot, bot.environment.telnyx.samples.names["pending"]))["post"]
    url = bot.environment.response_url()
    body = urlencode({"payload": msgspec.json.encode(button_press(button, response_url=url))}).encode()
    headers = signed(bot, body)

    answers = await asyncio.gather(*(post(bot, body, headers) for _ in range(3)))
    await bot.environment.slack.response(url)

    assert sorted(status for status, _ in answers) == [200, 401, 401]
    assert len(bot.environment.slack.channels.messages["C0DESK"]) == 1


async def test_the_same_request_signed_again_is_no_replay(bot: Bot) -> None:
    """Slack delivers an event again under a new timestamp, and so with a new signature."""
    body = typed(bot)

    assert [(await post(bot, body, signed(bot, body, age=age)))[0] for age in (2, 1)] == [200, 200]


async def test_an_event_that_was_not_accepted_may_come_again_with_the_same_signature(environment: Environment) -> None:
    """Slack's first redelivery comes at once, perhaps within the same second: it is served, the next one refused."""
    environment.telnyx.script.always(faults.status(503))
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        body = alert(bot)
        headers = signed(bot, body)
        first = await post(bot, body, headers)
        environment.telnyx.script.reset()
        retries = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
        again, once_more = [await post(bot, body, headers | retries) for _ in range(2)]

    assert [status for status, _ in (first, again, once_more)] == [503, 200, 401]
    assert len(environment.slack.channels.messages[CHANNEL]) == 1


async def test_a_replay_to_another_process_is_refused(environment: Environment, redis: RedisServer) -> None:
    """Where the ledger is shared, the use of a signature is; a delivery that was not accepted may go anywhere."""
    environment.telnyx.script.always(faults.status(503))
    variables = {"REDIS_URL": redis.url, "ALERT_CHANNELS": CHANNEL}
    async with environment.bot(**variables) as first, environment.bot(**variables) as second:
        body = typed(first)
        headers = signed(first, body)
        statuses = [(await post(bot, body, headers))[0] for bot in (first, second)]
        event = alert(first)
        headers = signed(first, event)
        not_accepted = await post(first, event, headers)
        environment.telnyx.script.reset()
        accepted = await post(second, event, headers)

    assert statuses == [200, 401]
    assert (not_accepted[0], accepted[0]) == (503, 200)


async def test_a_redis_that_is_away_delays_no_answer(
    environment: Environment, redis: RedisServer, log_text: Callable[[], str]
) -> None:
    """The process's own memory decides then: before Redis is even known to be away, and afterwards."""
    async with environment.bot(REDIS_URL=redis.url) as bot:
        redis.pause()
        body = typed(bot)
        headers = signed(bot, body)
        statuses = [(await post(bot, body, headers))[0] for _ in range(2)]
        is_known = '"ledger.degraded"' in log_text()
        async with asyncio.timeout(10):
            while '"ledger.degraded"' not in log_text():
                await bot.command("help")
        body = typed(bot)
        headers = signed(bot, body)
        statuses += [(await post(bot, body, headers))[0] for _ in range(2)]

    assert statuses == [200, 401, 200, 401]
    assert not is_known


PERIOD = 600.0
TIMES = st.lists(st.floats(0, 2 * PERIOD) | st.sampled_from([PERIOD / 2, PERIOD, 2 * PERIOD]), max_size=12)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def signature(number: int) -> str:
    """Return a signature of the right form."""
    return f"v0={number:064x}"


@given(TIMES)
async def test_a_signature_is_refused_as_long_as_its_timestamp_is_accepted(pauses: list[float]) -> None:
    """Whatever else came since, and however long nothing came before."""
    clock = Clock()
    used = UsedSignatures(PERIOD, None, clock)
    claimed_at = dict[int, float]()
    for number, pause in enumerate(pauses):
        clock.now += pause
        assert await used.claim(signature(number))
        claimed_at[number] = clock.now
        for earlier, at in claimed_at.items():
            assert clock.now - at >= PERIOD or not await used.claim(signature(earlier))


@given(TIMES, st.sampled_from([0.0, 1.0, PERIOD / 2, 5 * PERIOD]))
async def test_a_signature_is_forgotten_after_twice_that_time(pauses: list[float], more: float) -> None:
    """Memory does not grow for ever."""
    clock = Clock()
    used = UsedSignatures(PERIOD, None, clock)
    assert await used.claim(signature(0))
    first_at = clock.now
    for number, pause in enumerate(pauses, start=1):
        clock.now = min(clock.now + pause, first_at + 2 * PERIOD)
        await used.claim(signature(number))
    clock.now = first_at + 2 * PERIOD + more

    assert await used.claim(signature(0))


async def test_the_last_of_very_many_signatures_are_refused() -> None:
    """Of a flood, as many as there may be are known, and not all."""
    clock = Clock()
    used = UsedSignatures(PERIOD, None, clock)
    for number in range(2 * MAX_ENTRIES + 1):
        assert await used.claim(signature(number))

    assert not await used.claim(signature(MAX_ENTRIES))
    assert not await used.claim(signature(2 * MAX_ENTRIES))
    assert await used.claim(signature(MAX_ENTRIES - 1))


@pytest.mark.parametrize("pause", [0.0, PERIOD])
async def test_a_signature_that_was_released_may_come_again(pause: float) -> None:
    """Once, also when a new period has begun since."""
    clock = Clock()
    used = UsedSignatures(PERIOD, None, clock)
    await used.claim(signature(1))
    clock.now += pause
    await used.claim(signature(2))
    await used.release(signature(1))

    assert [await used.claim(signature(1)) for _ in range(2)] == [True, False]
