"""The message shortcut and its button, from signed interactions to what people see."""

import asyncio
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.blockkit.blocks import Actions, Message
from portout.cards.buttons import POST
from sandbox import faults
from sandbox.slack.payloads import MessageLocation, button_press, message_shortcut
from sandbox.slack.sender import BotResponse
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.oracles import assert_valid_blocks

ALERT_TS = "1790000000.000001"


def alert(*ids: str, **more: Any) -> dict[str, Any]:
    """An alert of a monitoring tool, whose ids stand in an attachment's field and nowhere else."""
    field = {"title": "Events", "value": " ".join(ids), "short": False}
    return {"type": "message", "bot_id": "B0MONITOR", "ts": ALERT_TS, "attachments": [{"fields": [field]}], **more}


async def pick(bot: Bot, message: dict[str, Any]) -> tuple[BotResponse, Message]:
    """Pick the shortcut from a message's menu: the acknowledgement, and the answer only that person sees."""
    url = bot.environment.response_url()
    answer = await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url, channel="C0ALERTS"))
    sent = await bot.environment.slack.response(url, timeout=8)
    assert (sent["response_type"], sent["replace_original"]) == ("ephemeral", False)
    return answer, msgspec.convert(sent, Message)


def button(message: Message) -> dict[str, Any]:
    """The button that posts a message, as Slack sends it back."""
    actions = (block for block in message.blocks if isinstance(block, Actions))
    (one,) = (one for row in actions for one in row.elements if one.action_id == POST)
    return {"type": "button", "action_id": one.action_id, "value": one.value}


async def press(bot: Bot, one: dict[str, Any], *, channel: str = "C0DESK") -> str:
    """Press the button: the text of what the person is told."""
    url = bot.environment.response_url()
    answer = await bot.sender.interaction(button_press(one, response_url=url, location=MessageLocation(channel)))
    assert (answer.status, answer.body) == (200, b"")
    return str((await bot.environment.slack.response(url, timeout=8))["text"])


async def test_the_shortcut_answers_privately_on_an_id_in_an_attachment_field(bot: Bot) -> None:
    """Acknowledged at once; the card, in full, only for the one who asked; nothing in the channel."""
    event_id = bot.environment.telnyx.samples.names["pending"]

    answer, message = await pick(bot, alert(event_id))

    assert_valid_blocks(message)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.elapsed < 2.5
    assert "+1 312-555-0142" in str(message)
    assert "Wilhelmina Quartz" in str(message)
    assert bot.environment.slack.channels.messages["C0DESK"] == []


async def test_a_slow_look_up_is_acknowledged_in_time(bot: Bot) -> None:
    """The answer to a shortcut comes after its acknowledgement, however long Telnyx takes."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    bot.environment.telnyx.script.always(faults.slow(3), key=event_id)

    answer, message = await pick(bot, alert(event_id))

    assert answer.elapsed < 2.5
    assert "Waiting for your answer" in message.text


@pytest.mark.parametrize(
    ("thread", "expected"), [({}, ALERT_TS), ({"thread_ts": "1790000000.000000"}, "1790000000.000000")]
)
async def test_post_in_thread_posts_once_masked_in_that_thread(bot: Bot, thread: dict[str, str], expected: str) -> None:
    """Pressed twice at once, the cards stand once in the message's thread, without full numbers and names."""
    event_id = bot.environment.telnyx.samples.names["rejected"]
    _, message = await pick(bot, alert(event_id, **thread))

    url = bot.environment.response_url()
    presses = (bot.sender.interaction(button_press(button(message), response_url=url)) for _ in range(2))
    answers = await asyncio.gather(*presses)
    told = await bot.environment.slack.response(url)

    (posted,) = bot.environment.slack.channels.messages["C0DESK"]
    shown = str(posted["blocks"]) + posted["text"]
    assert [answer.status for answer in answers] == [200, 200]
    assert told["text"].startswith("Posted, without full numbers")
    assert posted["thread_ts"] == expected
    assert not posted["reply_broadcast"]
    assert "•••• 0119" in shown
    assert "O. F." in shown
    assert not [private for private in ("6175550119", "555-0119", "Fennimore", "4417") if private in shown]


@pytest.mark.parametrize(("listed", "asked"), [("C0ALERTS", False), ("C0DESK", True)])
async def test_posting_where_others_may_read_along_is_confirmed(
    environment: Environment, listed: str, *, asked: bool
) -> None:
    """Outside the listed channels the person is asked, for a channel may be shared with another company."""
    async with environment.bot(ALERT_CHANNELS=listed) as bot:
        _, message = await pick(bot, alert(environment.telnyx.samples.names["pending"]))

    assert_valid_blocks(message)
    assert ("people of other companies included" in str(message)) == asked


async def test_a_button_carries_ids_only(bot: Bot) -> None:
    """What is kept at Slack and in people's clients names no number and nobody."""
    event_id = bot.environment.telnyx.samples.names["pending"]

    value = button((await pick(bot, alert(event_id, UNKNOWN_ID)))[1])["value"]

    assert msgspec.json.decode(value) == {"ids": [event_id], "thread_ts": ALERT_TS}


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("", "I am not in this channel. Type /invite @Port-out here"),
        ("is_archived", "this channel is archived"),
        ("msg_too_long", "Slack refused it (msg_too_long)"),
    ],
)
async def test_what_cannot_be_posted_says_why(bot: Bot, refusal: str, expected: str) -> None:
    """The person is told what helps; pressed again when it is mended, the cards are posted."""
    _, message = await pick(bot, alert(bot.environment.telnyx.samples.names["pending"]))
    if refusal:
        bot.environment.slack.script.then(
            "chat.postMessage", faults.raw(b'{"ok": false, "error": "%b"}' % refusal.encode())
        )
    else:
        del bot.environment.slack.channels.messages["C0DESK"]

    told = await press(bot, button(message))
    bot.environment.slack.channels.messages.setdefault("C0DESK", [])
    again = await press(bot, button(message))

    assert expected in told
    assert again.startswith("Posted, without full numbers")
    assert len(bot.environment.slack.channels.messages["C0DESK"]) == 1


async def test_a_post_whose_answer_is_lost_is_not_repeated(bot: Bot) -> None:
    """Slack may have taken it: the person is told to look, and the bot doesn't post twice by itself."""
    _, message = await pick(bot, alert(bot.environment.telnyx.samples.names["pending"]))
    bot.environment.slack.script.always(faults.reset(), key="chat.postMessage")

    told = await press(bot, button(message))

    assert told.startswith("Perhaps posted:")
    assert [call.method for call in bot.environment.slack.calls].count("chat.postMessage") == 1


async def test_a_message_without_ids_gets_a_helpful_word(bot: Bot) -> None:
    """No look-up, no button: what an id looks like."""
    _, message = await pick(bot, alert("nothing here"))

    assert_valid_blocks(message)
    assert message.text.startswith("No port-out id in this message.")
    assert bot.environment.telnyx.calls == []


async def test_unknown_ids_offer_nothing_to_post(bot: Bot) -> None:
    """What Telnyx doesn't know is explained to the one who asked."""
    _, message = await pick(bot, alert(UNKNOWN_ID))

    assert "No port-out with this id" in message.text
    assert not [block for block in message.blocks if isinstance(block, Actions)]


async def test_too_many_ids_are_counted(bot: Bot) -> None:
    """Ten are looked up; the answer says how many were left out, and still fits."""
    ids = [f"3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b{number:02d}" for number in range(12)]

    _, message = await pick(bot, alert(bot.environment.telnyx.samples.names["pending"], *ids))

    assert_valid_blocks(message)
    assert "3 more left out" in str(message)
    assert len([call for call in bot.environment.telnyx.calls if "/events/" in call.path]) == 10
