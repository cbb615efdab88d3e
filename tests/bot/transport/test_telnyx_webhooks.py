"""Telnyx's webhooks: where they are served, what they cause, and what happens at a stop."""

import asyncio
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from bot.transport.verification.bodies import MAX_BODY, MAX_UNVERIFIED
from tests.bot.processes import process_bot
from tests.bot.test_stop import stop, stopped
from tests.bot.transport.raw_client import raw_clients, unsigned_post
from tests.bot.transport.webhooks import BODY, VARIABLES, send, signed, wakeable_bot
from tests.conftest import Bot, Environment
from tests.watching import CHANNEL, Desk

EVENTS = "/v2/portouts/events"


async def test_without_a_key_there_is_no_such_address(bot: Bot) -> None:
    """Signed or not, it is a 404."""
    assert [await send(bot, BODY, headers) for headers in ({}, signed(BODY))] == [404, 404]


async def test_with_a_key_only_posts_are_accepted(environment: Environment) -> None:
    """Whoever opens the address in a browser gets a 405."""
    async with environment.bot(**VARIABLES) as bot:
        async with bot.session.get(f"{bot.url}/telnyx/webhooks") as response:
            assert response.status == 405
        assert await send(bot, BODY, signed(BODY)) == 200


async def test_webhooks_are_served_in_socket_mode(environment: Environment) -> None:
    """Telnyx reaches a bot by HTTP however Slack does."""
    socket_mode = {"SLACK_APP_TOKEN": environment.slack.app_token, "SLACK_SIGNING_SECRET": ""}
    async with environment.bot(**VARIABLES, **socket_mode) as bot:
        assert [await send(bot, BODY, headers) for headers in (signed(BODY), {})] == [200, 401]


async def test_a_refused_webhook_looks_nothing_up(environment: Environment, log_text: Callable[[], str]) -> None:
    """Forged, old, unsigned, oversized or replayed: nobody is woken, Telnyx is not asked, no body is logged."""
    good, too_large = signed(BODY), bytes(MAX_BODY + 1)
    async with wakeable_bot(environment) as bot:
        accepted = await send(bot, BODY, good)
        refused = [await send(bot, BODY, one) for one in (signed(BODY + b" "), signed(BODY, age=1000), {}, good)]
        refused.append(await send(bot, too_large, signed(too_large)))

    assert (accepted, refused) == (200, [401, 401, 401, 401, 413])
    assert bot.wakes == log_text().count('"webhook.received"') == 1
    assert environment.telnyx.calls == []
    assert "eef3340b" not in log_text()


async def test_a_webhook_starts_a_cycle_of_the_watch(environment: Environment) -> None:
    """A new port-out announces itself long before the next timed cycle; a forged webhook does nothing for it."""
    desk = Desk(environment)
    async with environment.bot(**VARIABLES, WATCH_SECONDS="3600") as bot, asyncio.timeout(10):
        await environment.slack.channels.posted(CHANNEL, 1)  # by the first cycle, which has read both lists by then
        order_id = desk.account.open_order()
        forged = await send(bot, BODY + b" ", signed(BODY))
        await bot.get("/readyz")
        cycles = [desk.calls()[EVENTS]]
        accepted = await send(bot, BODY, signed(BODY))
        await environment.slack.channels.posted(CHANNEL, 2)
        cycles.append(desk.calls()[EVENTS])

    assert (forged, accepted) == (401, 200)
    assert cycles == [1, 2]
    assert desk.message_of(order_id)


async def test_what_a_webhook_says_is_neither_believed_nor_logged(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """That one came is logged, and no more."""
    async with environment.bot(**VARIABLES) as bot:
        assert await send(bot, BODY, signed(BODY)) == 200

    assert log_text().count('"webhook.received"') == 1
    assert "eef3340b" not in log_text()


async def test_an_error_of_who_is_woken_does_not_become_the_answer(environment: Environment) -> None:
    """Telnyx would send the webhook again, for nothing."""
    calls = list[str]()

    def fail() -> None:
        calls.append("called")
        raise ValueError

    async with wakeable_bot(environment, fail) as bot:
        assert await send(bot, BODY, signed(BODY)) == 200

    assert calls == ["called"]


async def test_a_bot_that_stops_leaves_a_webhook_to_another(environment: Environment) -> None:
    """It answers 503 and wakes nobody; the same request is accepted elsewhere, as its signature was not used."""
    headers = signed(BODY)
    async with wakeable_bot(environment) as bot:
        bot.shutdown.has_begun = True
        statuses = [await send(bot, BODY, one) for one in (headers, signed(BODY + b" "))]
        wakes = bot.wakes
        bot.shutdown.has_begun = False
        again = await send(bot, BODY, headers)

    assert (statuses, wakes) == ([503, 401], 0)
    assert again == 200


async def test_webhooks_are_refused_from_sigterm_on(environment: Environment, log_file: Path) -> None:
    """While Slack's requests are still served, as routers have not noticed yet."""
    async with process_bot(environment, log_file, **VARIABLES, DRAIN_SECONDS="4") as (bot, process):
        before = await send(bot, BODY, signed(BODY))
        await stop(process)
        after = await send(bot, BODY, signed(BODY, age=5))
        answer = await bot.command("help")
        code = await stopped(process)

    assert (before, after) == (200, 503)
    assert answer.status == 200
    assert code == 0


def unsigned_webhook(body: bytes, length: int) -> bytes:
    """Return a webhook whose signature has the right form only. length: the declared one of its body."""
    head = [b"POST /telnyx/webhooks HTTP/1.1", b"Host: bot", b"Content-Length: %d" % length]
    head += [f"{name}: {value}".encode() for name, value in signed(b"").items()]
    return b"\r\n".join([*head, b"", body])


async def test_bodies_of_both_senders_share_one_limit(environment: Environment) -> None:
    """Beyond it, the one that is read for longest is given up, and both senders are answered meanwhile."""
    almost = bytes(MAX_BODY - 1)
    count = MAX_UNVERIFIED // len(almost) + 1
    async with environment.bot(**VARIABLES) as bot, raw_clients(bot, count) as clients:
        for client, request in zip(clients, cycle((unsigned_webhook, unsigned_post)), strict=False):
            await client.send(request(almost, MAX_BODY))
        first = await clients[0].answer()
        answer, status = await bot.command("help"), await send(bot, BODY, signed(BODY))

    assert first.startswith(b"HTTP/1.1 503 Too many bodies")
    assert (answer.status, status) == (200, 200)
