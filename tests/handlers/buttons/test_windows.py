"""Clicks in views, which have neither a channel nor a `response_url`: their replies appear in a window."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import HISTORY, OWN_DETAILS, REFRESH, ButtonValue, HistoryPageValue, encode
from sandbox import faults
from sandbox.slack.modals import trigger_id
from sandbox.slack.payloads import home_button_press
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import buttons, click_in_modal
from tests.handlers.buttons.messages import shown
from tests.handlers.home_tabs import open_home, press
from tests.oracles import assert_valid_view

FULL, MASKED = "Wilhelmina Quartz", "W. Q."
HOME: dict[str, Any] = {"type": "home", "id": "V0HOME", "blocks": []}
DETAILS_OF_WAITING: dict[str, Any] = {
    "type": "button",
    "action_id": OWN_DETAILS,
    "value": encode(ButtonValue((WAITING,), is_posted=True)),
}
HISTORY_OF_WAITING: dict[str, Any] = {
    "type": "button",
    "action_id": HISTORY,
    "value": encode(HistoryPageValue(WAITING)),
}


async def details_window(bot: Bot) -> tuple[str, dict[str, Any]]:
    """Press *Details* in the Home tab; return the window's id and what it shows."""
    await press_at_home(bot, DETAILS_OF_WAITING)
    slack = bot.environment.slack
    await slack.called("views.update")
    ((view_id, view),) = slack.modals.views.items()
    return view_id, view


async def press_at_home(bot: Bot, button: dict[str, Any], **fields: Any) -> None:
    """Press a button of the Home tab, whatever is published there."""
    answer = await bot.sender.interaction(home_button_press(button, view=HOME, **fields))
    assert (answer.status, answer.body) == (200, b"")


def labels_in(view: dict[str, Any]) -> set[str]:
    """Return the labels of the buttons in a view."""
    return {button["text"]["text"] for button in buttons(view).values()}


async def test_details_open_a_window_before_telnyx_answers(bot: Bot) -> None:
    """With the whole card, whose buttons work there: no post, as there is no channel."""
    home = await open_home(bot)
    answered = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(answered), key=WAITING)
    button = next(
        one for block in home["blocks"] for one in block.get("elements", []) if WAITING in str(one.get("value"))
    )

    await press(bot, button)
    await bot.environment.slack.called("views.open")
    ((view_id, opened),) = bot.environment.slack.modals.views.items()
    answered.set()
    await bot.environment.slack.called("views.update")

    filled = bot.environment.slack.modals.views[view_id]
    assert_valid_view(opened)
    assert_valid_view(filled)
    assert "Asking Telnyx" in shown(opened)
    assert FULL in shown(filled)
    assert labels_in(filled) == {"Open in Mission Control", "History", "Refresh"}


@pytest.mark.parametrize(("detailed", "is_full"), [("U0ALICE", True), ("U0BOB", False)])
async def test_who_sees_the_tab_masked_sees_the_details_masked(
    environment: Environment, log_text: Callable[[], str], detailed: str, *, is_full: bool
) -> None:
    """As in this person's own answers: the button refuses nobody who may look up. The audit log says which."""
    async with environment.bot(DETAIL_USERS=detailed) as bot:
        _, view = await details_window(bot)

    assert (FULL in shown(view), MASKED in shown(view)) == (is_full, not is_full)
    (line,) = [line for line in log_text().splitlines() if '"event":"audit.shown"' in line]
    assert '"surface":"own_details"' in line
    assert f'"form":"{"full" if is_full else "masked"}"' in line


async def test_refresh_in_a_window_replaces_what_it_shows(bot: Bot) -> None:
    """The same window, the card as it is now."""
    view_id, view = await details_window(bot)
    bot.environment.telnyx.account.change_status(WAITING, "authorized")

    await click_in_modal(bot, buttons(view)[REFRESH], view_id)
    await bot.environment.slack.called("views.update", 2)

    refreshed = bot.environment.slack.modals.views[view_id]
    assert_valid_view(refreshed)
    assert "Authorized" in shown(refreshed)
    assert labels_in(refreshed) == labels_in(view)
    assert list(bot.environment.slack.modals.views) == [view_id]


async def test_what_cannot_be_refreshed_is_said_above_the_card(bot: Bot) -> None:
    """Once, however often it fails; the card stays, and a later success takes the notice away."""
    view_id, view = await details_window(bot)
    slack, telnyx = bot.environment.slack, bot.environment.telnyx
    telnyx.script.always(faults.status(403))
    for number in (2, 3):
        button = buttons(slack.modals.views[view_id])[REFRESH]
        await click_in_modal(bot, button, view_id, later=10 * number)
        await slack.called("views.update", number)
    failed = slack.modals.views[view_id]
    telnyx.script.reset()
    await click_in_modal(bot, buttons(failed)[REFRESH], view_id, later=40)
    await slack.called("views.update", 4)

    assert shown(failed).count("Not refreshed: ") == 1
    assert shown(failed["blocks"][0]).count("Telnyx refused our key") == 1
    assert failed["blocks"][1:] == view["blocks"]
    assert failed["title"] == view["title"]
    assert "Not refreshed" not in shown(slack.modals.views[view_id])


async def test_history_lies_on_the_window_of_the_details(bot: Bot) -> None:
    """Closing it leads back to the card."""
    view_id, view = await details_window(bot)

    await click_in_modal(bot, buttons(view)[HISTORY], view_id)
    await bot.environment.slack.called("views.update", 2)

    ((history_id, below),) = bot.environment.slack.modals.below.items()
    assert below == view_id
    assert "Port-out history" in shown(bot.environment.slack.modals.views[history_id])
    assert bot.environment.slack.modals.views[view_id] == view


async def test_history_opens_from_the_home_tab(bot: Bot) -> None:
    """As it does from a message."""
    await press_at_home(bot, HISTORY_OF_WAITING)
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert "Port-out history" in shown(view)


@pytest.mark.parametrize("action", ["own_details", "details", "history", "refresh", "home_refresh", "waiting_later"])
@pytest.mark.parametrize(
    ("variables", "team", "words"),
    [({"ALLOWED_USERS": "U0BOB"}, None, "Not allowed"), ({}, "T0ELSEWHERE", "This app answers members")],
    ids=["not listed", "of another company"],
)
async def test_a_refused_press_in_the_home_tab_opens_a_window(
    environment: Environment, action: str, variables: dict[str, str], team: str | None, words: str
) -> None:
    """With the refusal, and without a call to Telnyx."""
    values = {"history": HistoryPageValue(WAITING), "home_refresh": None, "waiting_later": None}
    value = values.get(action, ButtonValue((WAITING,)))
    button = {"type": "button", "action_id": action, "value": encode(value) if value else "{}"}
    async with environment.bot(**variables) as bot:
        await press_at_home(bot, button, **({"team": team} if team else {}))
        await environment.slack.called("views.open")

    (view,) = environment.slack.modals.views.values()
    assert_valid_view(view)
    assert words in shown(view)
    assert environment.telnyx.calls == []


async def test_a_refused_page_says_so_above_the_page(environment: Environment, names: dict[str, str]) -> None:
    """The modal was opened by somebody who was allowed then."""
    page = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Port-out history"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "divider", "block_id": "b1"}],
    }
    button = {"type": "button", "action_id": "history_later", "value": encode(HistoryPageValue(WAITING, 2))}
    environment.slack.modals.views["V1"] = page
    async with environment.bot(ALLOWED_USERS="U0BOB") as bot:
        await click_in_modal(bot, button, "V1")
        await environment.slack.called("views.update")

    assert names
    view = environment.slack.modals.views["V1"]
    assert (view["title"], view["close"], view["blocks"][1:]) == (page["title"], page["close"], page["blocks"])
    assert "Not allowed" in shown(view["blocks"][0])


async def test_a_button_of_an_earlier_version_is_explained_in_a_window(bot: Bot) -> None:
    """In the Home tab, too, which may have been published by an earlier version."""
    await press_at_home(bot, {"type": "button", "action_id": "own_details", "value": "{}"})
    await bot.environment.slack.called("views.open")

    (view,) = bot.environment.slack.modals.views.values()
    assert "this button is of an earlier version" in shown(view)


async def test_a_window_that_slack_does_not_open_costs_no_call(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """After 3 s Slack opens none, so nobody would see an answer: nothing is looked up, and the log says why."""
    payload = home_button_press(DETAILS_OF_WAITING, view=HOME) | {"trigger_id": trigger_id(age=4)}
    async with environment.bot() as bot:
        await bot.sender.interaction(payload)
        await environment.slack.called("views.open")

    assert '"reason":"expired_trigger_id","event":"window.failed"' in log_text()
    assert "audit.shown" not in log_text()
    assert environment.telnyx.calls == []


async def test_a_window_that_was_closed_is_no_error(environment: Environment, log_text: Callable[[], str]) -> None:
    """Before Telnyx has answered: nothing was shown, so the audit log has nothing."""
    answered = asyncio.Event()
    environment.telnyx.script.always(faults.held(answered))
    async with environment.bot() as bot:
        await press_at_home(bot, DETAILS_OF_WAITING)
        await environment.slack.called("views.open")
        environment.slack.modals.views.clear()
        answered.set()

    assert '"reason":"not_found","event":"window.failed"' in log_text()
    assert "audit.shown" not in log_text()
    assert "internal_error" not in log_text()


async def test_the_reply_to_a_click_in_a_message_opens_no_window(bot: Bot, names: dict[str, str]) -> None:
    """There it has a `response_url`, and *Details* is a message as ever."""
    answer = await bot.command(names["pending"])

    assert msgspec.convert(answer.json(), Message).blocks
    assert bot.environment.slack.modals.views == {}
