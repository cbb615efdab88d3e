"""*Numbers*: all phone numbers of a port-out with many, in a modal."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from portout.cards.modals.numbers import PAGE_NUMBERS
from sandbox import faults
from sandbox.telnyx.orders import WAITING
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import buttons, click, click_in_modal
from tests.handlers.buttons.messages import ask, location_of, mention, shown
from tests.handlers.test_access import audit_lines
from tests.oracles import assert_valid_blocks, assert_valid_view

LAST_FOUR = re.compile(r"(?:\+1 312-555-|•••• )(\d{4})")


@pytest.fixture
def event_id(environment: Environment) -> str:
    """The id of an event whose order has 5,000 numbers."""
    samples = environment.telnyx.samples
    numbers = [f"+1312555{last:04}" for last in range(5_000)]
    event_id = samples.names["pending"]
    samples.events[event_id]["payload"]["phone_numbers"] = numbers
    samples.orders[WAITING]["phone_numbers"] = numbers
    return event_id


async def pages(bot: Bot, button: dict[str, Any], user: str = "U0ALICE") -> list[dict[str, Any]]:
    """Click *Numbers*, then *Later* to the last page; return all pages."""
    await click(bot, button, user=user)
    await bot.environment.slack.called("views.update")
    ((view_id, first),) = bot.environment.slack.modals.views.items()
    found = [first]
    while later := buttons(found[-1]).get("numbers_later"):
        await click_in_modal(bot, later, view_id)
        await bot.environment.slack.called("views.update", len(found) + 1)
        found.append(bot.environment.slack.modals.views[view_id])
    return found


async def test_all_of_five_thousand_numbers_are_reached(bot: Bot, event_id: str) -> None:
    """From the command's card, which is in its acknowledgement; within the limit of requests in a minute."""
    card = await ask(bot, event_id)

    found = await pages(bot, buttons(card)["numbers"])

    assert_valid_blocks(card)
    for view in found:
        assert_valid_view(view)
    assert len(found) == 5_000 // PAGE_NUMBERS
    assert [last for view in found for last in LAST_FOUR.findall(shown(view))] == [f"{n:04}" for n in range(5_000)]
    assert list(buttons(found[0])) == ["numbers_later"]
    assert list(buttons(found[-1])) == ["numbers_earlier"]


async def test_numbers_are_opened_before_telnyx_answers(bot: Bot, event_id: str) -> None:
    """Slack opens a modal only within 3 s of the click: it is opened at once, and filled when Telnyx has answered."""
    button = {"type": "button", "action_id": "numbers", "value": f'{{"id":"{event_id}"}}'}
    answered = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(answered), key=event_id)

    await click(bot, button)
    await bot.environment.slack.called("views.open")
    ((view_id, opened),) = bot.environment.slack.modals.views.items()
    answered.set()
    await bot.environment.slack.called("views.update")

    assert "Asking Telnyx" in shown(opened)
    assert "312-555-0199" in shown(bot.environment.slack.modals.views[view_id])


async def test_details_lead_to_the_numbers(bot: Bot, event_id: str) -> None:
    """A card in a channel has no *Numbers*, its details have."""
    reply = await mention(bot, event_id)
    details = await (await click(bot, buttons(reply)["details"], location_of(reply))).reply()

    assert "numbers" not in buttons(reply)
    assert "+1 312-555-0019, +4,980 more" in shown(details)
    assert "numbers" in buttons(details)


@pytest.mark.parametrize(("user", "is_full"), [("U0ALICE", True), ("U0BOB", False)])
async def test_numbers_are_in_full_for_those_who_may_see_details(
    environment: Environment, event_id: str, log_text: Callable[[], str], user: str, *, is_full: bool
) -> None:
    """For others each is masked, on every page; the audit log says who saw which form, and holds no number."""
    button = {"type": "button", "action_id": "numbers", "value": f'{{"id":"{event_id}"}}'}
    async with environment.bot(DETAIL_USERS="U0ALICE") as bot:
        await click(bot, button, user=user)
        await environment.slack.called("views.update")

    (view,) = environment.slack.modals.views.values()
    (line,) = audit_lines(log_text())
    assert ("312-555" in shown(view)) is is_full
    assert len(LAST_FOUR.findall(shown(view))) == PAGE_NUMBERS
    assert {name: line[name] for name in ("event", "surface", "user", "ids", "form")} == {
        "event": "audit.shown",
        "surface": "numbers",
        "user": user,
        "ids": [event_id],
        "form": "full" if is_full else "masked",
    }
    assert "3125550" not in log_text()


async def test_numbers_that_could_not_be_fetched_are_explained(bot: Bot, event_id: str) -> None:
    """The window says why, with a reference that is in the log."""
    button = {"type": "button", "action_id": "numbers", "value": f'{{"id":"{event_id}"}}'}
    bot.environment.telnyx.script.always(faults.status(500), key=event_id)

    await click(bot, button)
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert_valid_view(view)
    assert "Telnyx is failing" in shown(view)
    assert "Reference `" in shown(view)
