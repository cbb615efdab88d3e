"""*History*: the events and comments of an order, in a modal."""

import asyncio
from typing import Any

import pytest

from sandbox import faults
from sandbox.slack.modals import trigger_id
from sandbox.slack.payloads import button_press
from sandbox.telnyx.orders import OBJECTED, WAITING
from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, click, click_in_modal
from tests.handlers.buttons.messages import ask, location_of, mention, shown
from tests.oracles import assert_valid_view


def view_entries(view: dict[str, Any]) -> list[int]:
    """Return the numbers of the test's entries in a modal, in order."""
    text = shown(view)
    return [number for number in range(45) if f"entry {number:02}" in text]


async def test_history_is_opened_before_telnyx_answers(bot: Bot, names: dict[str, str]) -> None:
    """Slack opens a modal only within 3 s of the click: it is opened at once, and filled when Telnyx has answered."""
    reply = await mention(bot, names["rejected-pending"])
    answered = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(answered), key="events")

    await click(bot, buttons(reply)["history"], location_of(reply))
    await bot.environment.slack.called("views.open")
    ((view_id, opened),) = bot.environment.slack.modals.views.items()
    answered.set()
    await bot.environment.slack.called("views.update")

    filled = bot.environment.slack.modals.views[view_id]
    assert_valid_view(opened)
    assert_valid_view(filled)
    assert "Asking Telnyx" in shown(opened)
    facts = ["We have called the customer", "Telnyx staff", "the reason you gave", OBJECTED]
    positions = [shown(filled).index(fact) for fact in facts]
    assert positions == sorted(positions)
    assert "rejected-pending" in shown(filled)
    assert shown(filled).count("the reason you gave") == 1
    assert "private_metadata" not in filled


async def test_history_goes_in_pages_of_twenty(bot: Bot, names: dict[str, str]) -> None:
    """From oldest to newest; each page has buttons for its neighbors, which change the same modal."""
    samples = bot.environment.telnyx.samples
    samples.comments[WAITING] = [
        {
            "id": f"c{number}",
            "user_id": None,
            "body": f"entry {number:02}",
            "created_at": f"2026-01-01T00:{number:02}:00Z",
        }
        for number in reversed(range(45))
    ]
    await click(bot, buttons(await ask(bot, names["pending"]))["history"])
    await bot.environment.slack.called("views.update")
    ((view_id, first),) = bot.environment.slack.modals.views.items()

    await click_in_modal(bot, buttons(first)["history_later"], view_id)
    await bot.environment.slack.called("views.update", 2)
    second = bot.environment.slack.modals.views[view_id]
    await click_in_modal(bot, buttons(second)["history_later"], view_id)
    await bot.environment.slack.called("views.update", 3)
    third = bot.environment.slack.modals.views[view_id]

    for view in (first, second, third):
        assert_valid_view(view)
    assert [view_entries(view) for view in (first, second)] == [list(range(20)), list(range(20, 40))]
    assert view_entries(third) == list(range(40, 45))
    assert list(buttons(first)) == ["history_later"]
    assert set(buttons(second)) == {"history_earlier", "history_later"}
    assert list(buttons(third)) == ["history_earlier"]
    assert "page 2 of 3" in shown(second)


@pytest.mark.parametrize(("page_size", "is_whole"), [(20, True), (2, False)])
async def test_a_history_is_whole_or_says_so(bot: Bot, names: dict[str, str], page_size: int, is_whole: bool) -> None:  # noqa: FBT001
    """45 comments on small pages of Telnyx's: all of them, or as many as can be read, and a word about it."""
    bot.environment.telnyx.samples.comments[WAITING] = [
        {"id": f"c{number}", "body": f"entry {number:02}", "created_at": f"2026-01-01T00:{number:02}:00Z"}
        for number in range(45)
    ]
    bot.environment.telnyx.max_page_size = page_size

    await click(bot, buttons(await ask(bot, names["pending"]))["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert ("there are comments that could not be read" in shown(view)) is not is_whole
    assert "page 1 of 3" in shown(view)


async def test_a_history_names_what_is_missing(bot: Bot, names: dict[str, str]) -> None:
    """What was fetched is shown; what failed is named, with a reference that is in the log."""
    bot.environment.telnyx.script.always(faults.status(500), key="events")

    await click(bot, buttons(await ask(bot, names["rejected-pending"]))["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert "We have called the customer" in shown(view)
    assert "the events could not be had" in shown(view)
    assert "reference `" in shown(view)


async def test_an_empty_history_says_so(bot: Bot, names: dict[str, str]) -> None:
    """An order without events and comments gets a text, not an empty modal."""
    card = await ask(bot, names["pending"])
    samples = bot.environment.telnyx.samples
    for event_id in [one for one, event in samples.events.items() if event.get("portout_id") == WAITING]:
        del samples.events[event_id]

    await click(bot, buttons(card)["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert "Telnyx lists no events and no comments" in shown(view)


async def test_a_click_that_came_too_late_for_a_modal_is_explained(bot: Bot, names: dict[str, str]) -> None:
    """The trigger_id has expired: the user is asked to click again."""
    button = buttons(await ask(bot, names["pending"]))["history"]
    url = bot.environment.response_url()
    payload = button_press(button, response_url=url) | {"trigger_id": trigger_id(age=4)}

    await bot.sender.interaction(payload)

    assert (await bot.environment.slack.response(url))["text"].startswith("Not opened:")
    assert bot.environment.slack.modals.views == {}


async def test_a_double_click_opens_one_modal(bot: Bot, names: dict[str, str]) -> None:
    """The second click within two seconds is ignored."""
    button = buttons(await ask(bot, names["pending"]))["history"]

    await asyncio.gather(click(bot, button), click(bot, button, later=0.3))
    await bot.environment.slack.called("views.update")

    assert len(bot.environment.slack.modals.views) == 1
