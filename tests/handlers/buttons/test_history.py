"""*History*: the events and comments of an order, in a modal."""

import asyncio
from typing import Any

from sandbox import faults
from sandbox.slack.modals import trigger_id
from sandbox.slack.payloads import button_press
from sandbox.telnyx.orders import OBJECTED, WAITING
from tests.conftest import Bot
from tests.handlers.button_clicks import buttons, press, press_in_modal
from tests.handlers.buttons.messages import ask, location_of, mentioned, shown
from tests.oracles import assert_valid_view


def view_entries(view: dict[str, Any]) -> list[int]:
    """The numbers of the made-up entries in a window, in order."""
    text = shown(view)
    return [number for number in range(45) if f"entry {number:02}" in text]


async def test_history_is_opened_before_telnyx_answers(bot: Bot, names: dict[str, str]) -> None:
    """Slack opens a window only within 3 s of the press: opened at once, filled when Telnyx has taken its 4 s."""
    reply = await mentioned(bot, names["rejected-pending"])
    answered = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(answered), key="events")

    await press(bot, buttons(reply)["history"], location_of(reply))
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
    """From oldest to newest; each page leads to its neighbors, and the window is the same one."""
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
    await press(bot, buttons(await ask(bot, names["pending"]))["history"])
    await bot.environment.slack.called("views.update")
    ((view_id, first),) = bot.environment.slack.modals.views.items()

    await press_in_modal(bot, buttons(first)["history_later"], view_id)
    await bot.environment.slack.called("views.update", 2)
    second = bot.environment.slack.modals.views[view_id]
    await press_in_modal(bot, buttons(second)["history_later"], view_id)
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


async def test_a_history_says_what_is_missing(bot: Bot, names: dict[str, str]) -> None:
    """What could be had is shown; what could not is named, with a reference that is in the log."""
    bot.environment.telnyx.script.always(faults.status(500), key="events")

    await press(bot, buttons(await ask(bot, names["rejected-pending"]))["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert "We have called the customer" in shown(view)
    assert "the events could not be had" in shown(view)
    assert "reference `" in shown(view)


async def test_an_order_without_a_past_has_an_honest_history(bot: Bot, names: dict[str, str]) -> None:
    """Nothing listed is said, not shown as an empty window."""
    card = await ask(bot, names["pending"])
    samples = bot.environment.telnyx.samples
    for event_id in [one for one, event in samples.events.items() if event.get("portout_id") == WAITING]:
        del samples.events[event_id]

    await press(bot, buttons(card)["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert "Telnyx lists no events and no comments" in shown(view)


async def test_a_press_that_came_too_late_for_a_window_says_so(bot: Bot, names: dict[str, str]) -> None:
    """The trigger was over: press again."""
    button = buttons(await ask(bot, names["pending"]))["history"]
    url = bot.environment.response_url()
    payload = button_press(button, response_url=url) | {"trigger_id": trigger_id(age=4)}

    await bot.sender.interaction(payload)

    assert (await bot.environment.slack.response(url))["text"].startswith("Not opened:")
    assert bot.environment.slack.modals.views == {}


async def test_a_double_click_opens_one_window(bot: Bot, names: dict[str, str]) -> None:
    """And Telnyx is asked once."""
    button = buttons(await ask(bot, names["pending"]))["history"]

    await asyncio.gather(press(bot, button), press(bot, button, later=0.3))
    await bot.environment.slack.called("views.update")

    assert len(bot.environment.slack.modals.views) == 1
