"""The Home tab: what waits and what leaves, who sees what of it, and how often Telnyx is asked."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox import faults
from sandbox.slack.payloads import app_home_opened
from sandbox.slack.sender import SignedSender
from sandbox.telnyx.orders import APPROVED, OVER_24_H, OVER_48_H, WAITING
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import buttons
from tests.handlers.buttons.messages import shown
from tests.handlers.home_tabs import LISTS, clear, fill, lists_read, open_home, press, published
from tests.oracles import assert_valid_view


def carriers(view: dict[str, Any], kind: str) -> list[int]:
    """Return the numbers of the test's carriers in a view, in order."""
    return [int(number) for number in re.findall(rf"{kind} (\d{{4}})", shown(view))]


async def test_it_shows_what_waits_and_what_leaves(bot: Bot) -> None:
    """The least time first, each order with its buttons; when it was looked up; and nothing that is over."""
    view = await open_home(bot)

    assert_valid_view(view)
    text = shown(view)
    found = [text.index(order_id) for order_id in (OVER_48_H, OVER_24_H, WAITING, APPROVED)]
    assert found == sorted(found)
    assert "3 wait for your answer" in text
    assert "1 leaves (FOC date within 10 days of now)" in text
    assert "Looked up <!date^" in text
    assert "+1 312-555-0142" in text
    assert {order_id for order_id in bot.environment.telnyx.samples.orders if order_id in text} == {
        *(OVER_48_H, OVER_24_H, WAITING, APPROVED)
    }
    assert {"own_details", "history", "home_refresh", "portal"} == set(buttons(view))


async def test_an_account_without_port_outs_says_so(bot: Bot) -> None:
    """Nothing waits, nothing leaves: no empty list."""
    clear(bot.environment)

    view = await open_home(bot)

    assert_valid_view(view)
    assert "Nothing waits for your answer" in shown(view)
    assert "Nothing leaves" in shown(view)
    assert set(buttons(view)) == {"home_refresh", "portal"}


async def test_one_port_out_is_counted_as_one(bot: Bot) -> None:
    """In a sentence that people would write."""
    fill(bot.environment, waiting=1, leaving=0)

    view = await open_home(bot)

    assert_valid_view(view)
    assert carriers(view, "Carrier") == [0]
    assert "1 waits for your answer" in shown(view)
    assert "Nothing leaves" in shown(view)
    assert "page" not in shown(view)


@pytest.mark.parametrize("variables", [{}, {"DETAIL_USERS": "U0BOB"}], ids=["full", "masked"])
async def test_300_that_wait_do_not_crowd_out_what_leaves(environment: Environment, variables: dict[str, str]) -> None:
    """Each list has pages of its own, within what Slack takes; a press turns one, and keeps the other's page."""
    fill(environment, waiting=300, leaving=300)
    async with environment.bot(**variables) as bot:
        first = await open_home(bot)
        await press(bot, buttons(first)["waiting_later"])
        await environment.slack.called("views.publish", 2)
        second = environment.slack.home_tabs.views["U0ALICE"]
        await press(bot, buttons(second)["leaving_later"])
        await environment.slack.called("views.publish", 3)
        third = environment.slack.home_tabs.views["U0ALICE"]

    for view in (first, second, third):
        assert_valid_view(view)
    assert [(carriers(view, "Carrier"), carriers(view, "Gainer")) for view in (first, second, third)] == [
        ([*range(20)], [*range(20)]),
        ([*range(20, 40)], [*range(20)]),
        ([*range(20, 40)], [*range(20, 40)]),
    ]
    assert "300 wait for your answer" in shown(first)
    assert "page 2 of 15" in shown(second)
    assert lists_read(environment) == 2 * 2  # two pages of each list, once


@pytest.mark.parametrize(
    ("days", "is_shown"), [(-10.5, False), (-9.5, True), (0, True), (9.5, True), (10.5, False), (None, False)]
)
async def test_what_leaves_is_near_its_foc_date(bot: Bot, days: float | None, *, is_shown: bool) -> None:
    """From ten days ago, for as long may the numbers be taken, to ten days ahead."""
    foc = datetime.now(UTC) + timedelta(days=days or 0)
    orders = bot.environment.telnyx.samples.orders
    orders[APPROVED]["foc_date"] = None if days is None else foc.isoformat()

    assert (APPROVED in shown(await open_home(bot))) is is_shown


@pytest.mark.parametrize(("detailed", "is_full"), [("U0ALICE", True), ("U0BOB", False)])
async def test_it_is_masked_unless_the_reader_may_see_details(
    environment: Environment, log_text: Callable[[], str], detailed: str, *, is_full: bool
) -> None:
    """As in a channel; the audit log says which, and which orders."""
    async with environment.bot(DETAIL_USERS=detailed) as bot:
        view = shown(await open_home(bot))

    assert ("+1 312-555-0142" in view, "•••• 0142" in view) == (is_full, not is_full)
    (line,) = [line for line in log_text().splitlines() if '"event":"audit.shown"' in line]
    assert f'"form":"{"full" if is_full else "masked"}"' in line
    assert '"surface":"home"' in line
    assert all(order_id in line for order_id in (WAITING, APPROVED))


@pytest.mark.parametrize(
    ("ext_shared", "words"),
    [(False, "Not allowed"), (True, "This app answers members of the company")],
    ids=["not listed", "of another company"],
)
async def test_who_may_not_look_up_is_told_so(environment: Environment, *, ext_shared: bool, words: str) -> None:
    """In the tab, without a call to Telnyx."""
    async with environment.bot(ALLOWED_USERS="U0BOB") as bot:
        view = await open_home(bot, ext_shared=ext_shared)

    assert_valid_view(view)
    assert words in shown(view)
    assert environment.telnyx.calls == []


async def test_other_tabs_show_nothing(bot: Bot) -> None:
    """Slack says when the *Messages* or the *About* tab is opened, too."""
    for event in (app_home_opened(tab="messages"), {"type": "app_home_opened", "user": "U0ALICE"}):
        assert (await bot.sender.event(event)).status == 200

    await open_home(bot)
    assert published(bot.environment) == 1


async def test_fifty_people_make_one_set_of_calls(bot: Bot) -> None:
    """At the same time and one after another: each list is read once in 30 s."""
    people = [f"U{number:08}" for number in range(50)]
    # Patient, because on a busy machine some of so many at once would wait longer than Slack does, and not arrive.
    sender = SignedSender(bot.session, f"{bot.url}/slack/events", bot.environment.slack.signing_secret, timeout=60)

    answers = await asyncio.gather(*(sender.event(app_home_opened(user=user)) for user in people))
    assert {answer.status for answer in answers} == {200}
    await bot.environment.slack.called("views.publish", 50)
    await open_home(bot)

    assert set(bot.environment.slack.home_tabs.views) == {*people, "U0ALICE"}
    assert lists_read(bot.environment) == 2


async def test_refresh_asks_telnyx_anew_and_two_at_once_ask_once(bot: Bot) -> None:
    """Whatever is cached; two people who press at the same time share the calls, and each sees what is new."""
    alice, bob = await open_home(bot), await open_home(bot, "U0BOB")
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=LISTS)
    new = bot.environment.telnyx.account.open_order("+12025550177", carrier_name="Newcomer")

    await press(bot, buttons(alice)["home_refresh"])
    await press(bot, buttons(bob)["home_refresh"], "U0BOB")
    await bot.environment.telnyx.called("/portouts", 4)
    release.set()
    await bot.environment.slack.called("views.publish", 4)

    assert all(new in shown(view) for view in bot.environment.slack.home_tabs.views.values())
    assert lists_read(bot.environment) == 4


async def test_a_second_press_of_one_person_is_a_double_click(bot: Bot) -> None:
    """It is ignored; a press 3 s later counts."""
    button = buttons(await open_home(bot))["home_refresh"]
    for later in (0, 1, 5):
        await press(bot, button, later=later)

    await bot.environment.slack.called("views.publish", 3)
    assert lists_read(bot.environment) == 6


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.status(503), ["Telnyx is failing", "Press Refresh in a minute"]),
        (faults.status(403), ["Telnyx refused our key", "Port Outs permission"]),
        (faults.raw(b"<html>"), ["answer could not be read"]),
    ],
    ids=["failing", "key refused", "unreadable"],
)
async def test_without_telnyx_the_last_list_stands_with_its_time(
    environment: Environment, fault: faults.Fault, words: list[str]
) -> None:
    """It says since when the list is, and why it is not newer; the reference leads to the log."""
    async with environment.bot() as bot:
        before = await open_home(bot)
        environment.telnyx.script.always(fault, key=LISTS)
        await press(bot, buttons(before)["home_refresh"])
        await environment.slack.called("views.publish", 2)

    after = environment.slack.home_tabs.views["U0ALICE"]
    assert_valid_view(after)
    text = shown(after)
    assert text.count("Not newer: ") == text.count("This is of ") == 2
    assert all(word in text for word in [*words, "Reference `", WAITING, APPROVED, "3 wait for your answer"])
    assert "Looked up" not in text


async def test_without_telnyx_and_without_a_list_it_says_why(bot: Bot, log_text: Callable[[], str]) -> None:
    """What is not known is not said to be nothing; the failure is counted and logged."""
    bot.environment.telnyx.script.always(faults.status(503), key=LISTS)

    view = await open_home(bot)

    assert_valid_view(view)
    text = shown(view)
    assert text.count("Not known: ") == 2
    assert "What waits for your answer" in text
    assert "Nothing" not in text
    assert "lookup.failed" in log_text()


async def test_a_list_that_was_read_in_part_says_so(bot: Bot) -> None:
    """A later page failed: what is there is shown."""
    fill(bot.environment, waiting=30, leaving=0)
    bot.environment.telnyx.max_page_size = 20
    calls = 0

    async def fail_on_second_pages(request: Any) -> Any:
        nonlocal calls
        calls += 1
        return await faults.status(403)(request) if request.query.get("page[number]") else None

    bot.environment.telnyx.script.always(fail_on_second_pages, key=LISTS)
    text = shown(await open_home(bot))

    assert calls == 3
    assert "20 wait for your answer" in text
    assert "Not all is here: " in text


async def test_opening_it_costs_nobody_their_look_ups(bot: Bot, names: dict[str, str]) -> None:
    """However often it is opened, a person's commands are answered; it asks Telnyx once in 30 s."""
    for _ in range(35):
        await open_home(bot)

    answer = await bot.command(names["pending"])

    assert "Slow down" not in answer.body.decode()
    assert lists_read(bot.environment) == 2


async def test_slacks_pauses_are_kept(bot: Bot) -> None:
    """A view that Slack does not take yet is published when it does."""
    bot.environment.slack.script.then("views.publish", faults.status(429, {"Retry-After": "1"}))
    await bot.sender.event(app_home_opened())
    await bot.environment.slack.called("views.publish", 2)

    assert WAITING in shown(bot.environment.slack.home_tabs.views["U0ALICE"])


async def test_an_older_view_does_not_take_the_place_of_a_newer_one(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """A view that waits for Slack is given up for one that was drawn meanwhile."""
    async with environment.bot() as bot:
        await open_home(bot)
        environment.slack.script.then("views.publish", faults.status(429, {"Retry-After": "1"}))
        await bot.sender.event(app_home_opened())
        await environment.slack.called("views.publish", 2)
        new = environment.telnyx.account.open_order("+12025550177")
        await press(bot, buttons(environment.slack.home_tabs.views["U0ALICE"])["home_refresh"])
        await environment.slack.called("views.publish", 3)

    # The bot has stopped, so nothing waits any more.
    assert published(environment) == 3
    assert new in shown(environment.slack.home_tabs.views["U0ALICE"])
    assert log_text().count('"event":"audit.shown"') == 2


async def test_a_tab_that_slack_refuses_is_logged_and_not_said_to_be_shown(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """The event is acknowledged, so Slack does not deliver it again."""
    refusal = faults.status(200, body=b'{"ok":false,"error":"not_enabled"}')
    environment.slack.script.always(refusal, key="views.publish")
    async with environment.bot() as bot:
        assert (await bot.sender.event(app_home_opened())).status == 200
        await environment.slack.called("views.publish")

    assert '"event":"home.not_published"' in log_text()
    assert "audit.shown" not in log_text()
