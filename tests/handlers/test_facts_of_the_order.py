"""What belongs to a port-out is shown whichever of its ids was asked for, and wherever."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox import faults
from sandbox.telnyx.orders import WRONG_PIN
from sandbox.telnyx.server import LIST
from tests.conftest import Bot, Environment
from tests.handlers.alerts.events import CHANNEL, alert
from tests.handlers.button_clicks import buttons, click
from tests.handlers.buttons.messages import shown
from tests.handlers.test_orders import ask

COMMENT_EVENT = "b8a3f0de-5b3c-4a0e-9d5b-0d7ab2f6c911"
FOC_EVENT = "b8a3f0de-5b3c-4a0e-9d5b-0d7ab2f6c912"
PENDING_EVENT = "b8a3f0de-5b3c-4a0e-9d5b-0d7ab2f6c914"
EARLIER_FOC_EVENT = "b8a3f0de-5b3c-4a0e-9d5b-0d7ab2f6c913"
WARNING = "treat it as attempted theft"


def event(event_id: str, kind: str, created_at: str, **payload: Any) -> dict[str, Any]:
    """Return an event of the order that was rejected for its PIN."""
    return {
        "id": event_id,
        "event_type": f"portout.{kind}",
        "portout_id": WRONG_PIN,
        "payload": payload,
        "created_at": created_at,
    }


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot with an alert channel."""
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        yield bot


@pytest.fixture
def ids(bot: Bot) -> dict[str, str]:
    """The ids of an order that was rejected for its PIN, of which only one event says so."""
    samples = bot.environment.telnyx.samples
    samples.orders[WRONG_PIN].update(reason=None, rejection_code=None)
    for added in (
        event(COMMENT_EVENT, "new_comment", "2026-01-01T10:00:00Z", comment="Please look.", user_id=None),
        event(EARLIER_FOC_EVENT, "foc_date_changed", "2026-01-01T11:00:00Z", foc_date="2026-01-20T16:30:00Z"),
        event(PENDING_EVENT, "status_changed", "2026-01-01T09:00:00Z", id=WRONG_PIN, status="pending"),
        event(FOC_EVENT, "foc_date_changed", "2026-01-01T12:00:00Z", foc_date="2026-01-25T16:30:00Z"),
    ):
        samples.events[added["id"]] = added
    return {
        "event": samples.names["rejected"],
        "order": WRONG_PIN,
        "comment": COMMENT_EVENT,
        "FOC date": FOC_EVENT,
        "pending": PENDING_EVENT,
    }


@pytest.mark.parametrize("asked", ["event", "order", "comment", "FOC date", "pending"])
async def test_each_id_of_an_order_warns_of_theft(bot: Bot, ids: dict[str, str], asked: str) -> None:
    """Telnyx says only in one event that a PIN was attempted: each id shows it, with the number and the carrier."""
    message = await ask(bot, ids[asked])

    for text in (shown(message), message.text):
        assert [fact for fact in (WARNING, "0119", "Orchid Wireless", "ejected") if fact not in text] == []


async def test_a_list_warns_of_theft(bot: Bot, ids: dict[str, str]) -> None:
    """A condensed card, and its part of the notification, have the warning, too."""
    names = bot.environment.telnyx.samples.names
    message = await ask(bot, " ".join([names["pending"], names["ported"], names["canceled"], ids["comment"]]))

    assert message.text.count(WARNING) == 1
    assert shown(message.blocks).count(WARNING) == 1


async def test_a_history_warns_of_theft(bot: Bot, ids: dict[str, str]) -> None:
    """At its head, where the state of the order stands, and at the event."""
    await click(bot, buttons(await ask(bot, ids["order"]))["history"])
    await bot.environment.slack.called("views.update")

    (view,) = bot.environment.slack.modals.views.values()
    assert [fact for fact in (WARNING, "0119", "Rejected", "a PIN was attempted") if fact not in shown(view)] == []


@pytest.mark.parametrize("others", [[], ["pending"]], ids=["full", "condensed"])
async def test_an_alert_warns_of_theft(bot: Bot, ids: dict[str, str], others: list[str]) -> None:
    """In the blocks and in the notification of the reply."""
    names = bot.environment.telnyx.samples.names
    await bot.sender.event(alert(ids["FOC date"], *(names[other] for other in others)))

    (reply,) = bot.environment.slack.channels.messages[CHANNEL]
    assert WARNING in reply["text"]
    assert WARNING in shown(reply["blocks"])


async def test_a_moved_foc_date_says_the_old_one(bot: Bot, ids: dict[str, str]) -> None:
    """Where an earlier event of the order knows it."""
    message = await ask(bot, ids["FOC date"])

    assert "FOC date moved from 2026-01-20 16:30 UTC to 2026-01-25 16:30 UTC" in message.text


async def test_a_card_says_that_other_events_are_missing(bot: Bot, ids: dict[str, str]) -> None:
    """Where there are more pages of them than are read."""
    bot.environment.telnyx.max_page_size = 1
    events = bot.environment.telnyx.samples.events
    for index in range(30):
        events[f"e{index}"] = event(f"e{index}", "new_comment", f"2025-01-01T00:00:{index:02}Z", comment="Older.")

    message = await ask(bot, ids["comment"])

    assert "some could not be read; they may name an attempted PIN" in shown(message)


async def test_a_card_does_not_wait_for_other_events(bot: Bot, ids: dict[str, str]) -> None:
    """Without them, it shows what its event and its order say, and that something may be missing."""
    bot.environment.telnyx.script.always(faults.status(503), key=LIST)

    message = await ask(bot, ids["FOC date"])

    assert "Other events  " in shown(message)
    assert "they may name an attempted PIN" in shown(message)
    assert message.text.startswith("Rejected · FOC date moved to 2026-01-25 16:30 UTC · 1 number")
