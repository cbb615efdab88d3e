"""Buttons on messages that an earlier version posted: they are still in channels, and must work as before."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from portout.cards.buttons import ButtonValue, HistoryPageValue, encode
from sandbox.slack.payloads import MessageLocation
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import click, click_in_modal

CHANNEL = "C0ALERTS"
THREAD_TS = "1795000001.000100"
BUTTONS = {
    path.stem: msgspec.json.decode(path.read_bytes()) for path in (Path(__file__).parent / "posted_before").iterdir()
}


@pytest.fixture
def events(environment: Environment) -> dict[str, Any]:
    """The events that Telnyx knows, with the port-out whose id the buttons carry."""
    samples = environment.telnyx.samples
    event_id = msgspec.json.decode(BUTTONS["details"]["value"])["ids"][0]
    samples.events[event_id] = samples.events[samples.names["ported"]] | {"id": event_id}
    return samples.events


@pytest.mark.parametrize("name", sorted(BUTTONS))
def test_the_value_of_a_button_is_encoded_as_before(name: str) -> None:
    """Byte for byte, so that an earlier version, as after a rollback, can decode it."""
    value = BUTTONS[name]["value"]

    assert encode(msgspec.json.decode(value, type=HistoryPageValue if "history" in name else ButtonValue)) == value


@pytest.mark.parametrize("name", ["refresh-private", "details"])
async def test_a_private_answer_of_an_earlier_version_works(bot: Bot, events: dict[str, Any], name: str) -> None:
    """It is refreshed, or its details are shown."""
    answer = await (await click(bot, BUTTONS[name])).reply()

    assert events
    assert answer["text"].startswith("Ported")


@pytest.mark.parametrize(("name", "thread_ts"), [("post", None), ("post-in-thread", THREAD_TS)])
async def test_an_answer_of_an_earlier_version_is_posted(
    bot: Bot, events: dict[str, Any], name: str, thread_ts: str | None
) -> None:
    """To the channel, or to the thread of the message that it was about."""
    answer = await (await click(bot, BUTTONS[name], MessageLocation(CHANNEL))).reply()

    (posted,) = bot.environment.slack.channels.messages[CHANNEL]
    assert events
    assert answer["text"].startswith("Posted")
    assert posted.get("thread_ts") == thread_ts
    assert posted["text"].startswith("Ported")


async def test_an_alerts_reply_of_an_earlier_version_is_refreshed(bot: Bot, events: dict[str, Any]) -> None:
    """The same message in the thread is changed."""
    before = {"ts": "1795000002.000100", "thread_ts": THREAD_TS, "text": "as it was", "channel": CHANNEL}
    bot.environment.slack.channels.messages[CHANNEL].append(before)

    await click(bot, BUTTONS["refresh-alert"], MessageLocation(CHANNEL, before["ts"], THREAD_TS, is_ephemeral=False))
    await bot.environment.slack.called("chat.update", 1)

    assert events
    assert bot.environment.slack.calls[-1].body["metadata"]["event_payload"]["about"] == THREAD_TS


async def test_a_history_of_an_earlier_version_is_shown(bot: Bot) -> None:
    """Its first page in a new modal, and the next one in the same."""
    await click(bot, BUTTONS["history"])
    await bot.environment.slack.called("views.update", 1)
    view_id = next(call for call in bot.environment.slack.calls if call.method == "views.update").body["view_id"]

    await click_in_modal(bot, BUTTONS["history-later"], view_id)
    await bot.environment.slack.called("views.update", 2)

    assert {call.body["view_id"] for call in bot.environment.slack.calls if call.method == "views.update"} == {view_id}
