"""Alerts that name a port-out by its support key, as Telnyx's e-mail does, and alerts with phone numbers."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from portout.cards.buttons import REFRESH
from sandbox import faults
from sandbox.telnyx.orders import APPROVED, WAITING
from sandbox.telnyx.server import ORDERS
from tests.conftest import Bot
from tests.handlers.alerts.events import alert, deleted, edited, last_delivery, replies
from tests.handlers.button_clicks import buttons, click
from tests.handlers.buttons.messages import location_of

NOTICE = "Port Out Request PO_4bb39f received for +1 (312) 555-0142"


def email(body: str, **more: Any) -> dict[str, Any]:
    """Return the event for an e-mail that was sent to the channel's address."""
    file = {"id": "F0MAIL", "mode": "email", "filetype": "email", "title": "Port Out Request", "plain_text": body}
    return alert(subtype="file_share", user="USLACKBOT", text="", files=[file], attachments=[], **more)


def calls(bot: Bot) -> list[str]:
    """Return the paths that Telnyx was asked for, lists by their last part."""
    return [call.path.rpartition("/")[2] for call in bot.environment.telnyx.calls]


async def test_telnyx_own_notice_gets_its_card(bot: Bot, log_text: Callable[[], str]) -> None:
    """By its key, masked; its number is neither searched nor logged."""
    answer = await bot.sender.event(email(NOTICE))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert WAITING in str(reply)
    assert "Wilhelmina" not in str(reply)
    assert calls(bot) == ["portouts", "events"]
    assert "5550142" not in log_text() + str(reply)


@pytest.mark.parametrize(
    "text", ["Call from +13125550142", "Port out of (312) 555-0142", "pon ORC-20417", "po_number 1"]
)
async def test_an_alert_without_a_key_is_silent(bot: Bot, text: str) -> None:
    """Whatever number is in it: machines post many."""
    answer = await bot.sender.event(alert(text))

    assert answer.status == 200
    assert replies(bot.environment) == []
    assert bot.environment.telnyx.calls == []


async def test_a_key_that_telnyx_does_not_know_is_silent(bot: Bot) -> None:
    """It may be of another account."""
    await bot.sender.event(alert("Port Out Request PO_000000 received"))

    assert replies(bot.environment) == []


async def test_an_edit_to_another_key_changes_the_reply(bot: Bot) -> None:
    """As with ids; and the reply goes with its message."""
    first, second = alert("PO_4bb39f"), alert("PO_7cc585")
    await bot.sender.event(first)

    await bot.sender.event(edited(first, second))
    (changed,) = replies(bot.environment)
    await bot.sender.event(deleted(second))

    assert APPROVED in str(changed)
    assert WAITING not in str(changed)
    assert replies(bot.environment) == []


async def test_a_key_that_cannot_be_looked_up_is_on_the_last_delivery_with_refresh(bot: Bot) -> None:
    """The button carries the key, and completes the card."""
    bot.environment.telnyx.script.always(faults.status(503), key=ORDERS)
    early = await bot.sender.event(alert(NOTICE))
    last = await last_delivery(bot, alert(NOTICE))
    (failed,) = map(deepcopy, replies(bot.environment))
    bot.environment.telnyx.script.reset()

    await click(bot, buttons(failed)[REFRESH], location_of(failed))
    await bot.environment.slack.called("chat.update")

    assert (early.status, last.status) == (503, 200)
    assert "Telnyx is failing PO_4bb39f" in failed["text"]
    assert msgspec.json.decode(buttons(failed)[REFRESH]["value"])["keys"] == ["PO_4bb39f"]
    (completed,) = replies(bot.environment)
    assert WAITING in str(completed)
