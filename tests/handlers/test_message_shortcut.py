"""The message shortcut and *Post in thread*, from signed interactions to what users see."""

import asyncio
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.blockkit.blocks import Actions, Message
from portout.cards.buttons import POST
from sandbox import faults
from sandbox.slack.payloads import button_press, message_shortcut
from sandbox.slack.sender import BotResponse
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.handlers.button_clicks import buttons, click
from tests.oracles import assert_valid_blocks

ALERT_TS = "1790000000.000001"


def alert(*ids: str, **more: Any) -> dict[str, Any]:
    """Return an alert of a monitoring tool, with its ids in a field of an attachment only."""
    field = {"title": "Events", "value": " ".join(ids), "short": False}
    return {"type": "message", "bot_id": "B0MONITOR", "ts": ALERT_TS, "attachments": [{"fields": [field]}], **more}


async def use_shortcut(bot: Bot, message: dict[str, Any]) -> tuple[BotResponse, Message]:
    """Use the shortcut on a message; return the acknowledgement, and the reply that only the user sees."""
    url = bot.environment.response_url()
    answer = await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url, channel="C0ALERTS"))
    sent = await bot.environment.slack.response(url, timeout=8)
    assert (sent["response_type"], sent["replace_original"]) == ("ephemeral", False)
    return answer, msgspec.convert(sent, Message)


async def click_post(bot: Bot, message: Message) -> str:
    """Click *Post in thread*; return the text of the reply."""
    return str((await (await click(bot, buttons(message)[POST])).reply())["text"])


async def test_the_shortcut_answers_privately_on_an_id_in_an_attachment_field(bot: Bot) -> None:
    """Acknowledged at once; the full card is visible only to the user; nothing is posted in the channel."""
    event_id = bot.environment.telnyx.samples.names["pending"]

    answer, message = await use_shortcut(bot, alert(event_id))

    assert_valid_blocks(message)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.elapsed < 2.5
    assert "+1 312-555-0142" in str(message)
    assert "Wilhelmina Quartz" in str(message)
    assert bot.environment.slack.channels.messages["C0DESK"] == []


async def test_a_slow_look_up_is_acknowledged_in_time(bot: Bot) -> None:
    """The reply to a shortcut comes after its acknowledgement, however long Telnyx takes."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    bot.environment.telnyx.script.always(faults.slow(3), key=event_id)

    answer, message = await use_shortcut(bot, alert(event_id))

    assert answer.elapsed < 2.5
    assert "Waiting for your answer" in message.text


@pytest.mark.parametrize(
    ("thread", "expected"), [({}, ALERT_TS), ({"thread_ts": "1790000000.000000"}, "1790000000.000000")]
)
async def test_post_in_thread_posts_once_masked_in_that_thread(bot: Bot, thread: dict[str, str], expected: str) -> None:
    """Clicked twice at once, the cards are posted once in the message's thread, without full numbers and names."""
    event_id = bot.environment.telnyx.samples.names["rejected"]
    _, message = await use_shortcut(bot, alert(event_id, **thread))

    url = bot.environment.response_url()
    button = buttons(message)[POST]
    clicks = (bot.sender.interaction(button_press(button, response_url=url)) for _ in range(2))
    answers = await asyncio.gather(*clicks)
    reply = await bot.environment.slack.response(url)

    (posted,) = bot.environment.slack.channels.messages["C0DESK"]
    shown = str(posted["blocks"]) + posted["text"]
    assert [answer.status for answer in answers] == [200, 200]
    assert reply["text"].startswith("Posted, without full numbers")
    assert posted["thread_ts"] == expected
    assert not posted["reply_broadcast"]
    assert "•••• 0119" in shown
    assert "O. F." in shown
    assert not [private for private in ("6175550119", "555-0119", "Fennimore", "4417") if private in shown]


@pytest.mark.parametrize(("listed", "is_confirmed"), [("C0ALERTS", False), ("C0DESK", True)])
async def test_posting_where_other_companies_may_read_is_confirmed(
    environment: Environment, listed: str, *, is_confirmed: bool
) -> None:
    """Outside the listed channels the button asks for confirmation: a channel may be shared with another company."""
    async with environment.bot(ALERT_CHANNELS=listed) as bot:
        _, message = await use_shortcut(bot, alert(environment.telnyx.samples.names["pending"]))

    assert_valid_blocks(message)
    assert ("people of other companies included" in str(message)) == is_confirmed


async def test_a_button_carries_ids_only(bot: Bot) -> None:
    """What Slack stores with the button contains no number and no name."""
    event_id = bot.environment.telnyx.samples.names["pending"]

    _, message = await use_shortcut(bot, alert(event_id, UNKNOWN_ID))

    assert msgspec.json.decode(buttons(message)[POST]["value"]) == {"ids": [event_id], "thread_ts": ALERT_TS}


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("", "I am not in this channel. Type /invite @Port-out here"),
        ("is_archived", "this channel is archived"),
        ("msg_too_long", "Slack refused the reply in this thread (msg_too_long)"),
    ],
)
async def test_a_post_that_slack_refuses_is_explained(bot: Bot, refusal: str, expected: str) -> None:
    """The user learns the reason and what to do; a click after that posts the cards."""
    _, message = await use_shortcut(bot, alert(bot.environment.telnyx.samples.names["pending"]))
    if refusal:
        bot.environment.slack.script.then(
            "chat.postMessage", faults.raw(b'{"ok": false, "error": "%b"}' % refusal.encode())
        )
    else:
        del bot.environment.slack.channels.messages["C0DESK"]

    first = await click_post(bot, message)
    bot.environment.slack.channels.messages.setdefault("C0DESK", [])
    again = await click_post(bot, message)

    assert expected in first
    assert again.startswith("Posted, without full numbers")
    assert len(bot.environment.slack.channels.messages["C0DESK"]) == 1


async def test_a_post_whose_answer_is_lost_is_not_repeated(bot: Bot) -> None:
    """Slack may have taken it: the user is asked to look, and the bot does not post again by itself."""
    _, message = await use_shortcut(bot, alert(bot.environment.telnyx.samples.names["pending"]))
    bot.environment.slack.script.always(faults.reset(), key="chat.postMessage")

    first = await click_post(bot, message)

    assert first.startswith("Perhaps posted:")
    assert [call.method for call in bot.environment.slack.calls].count("chat.postMessage") == 1


async def test_a_message_without_ids_gets_help(bot: Bot) -> None:
    """The reply says what an id looks like; there is no look-up and no button."""
    _, message = await use_shortcut(bot, alert("nothing here"))

    assert_valid_blocks(message)
    assert message.text.startswith("No port-out id, key or number in this message.")
    assert bot.environment.telnyx.calls == []


async def test_unknown_ids_offer_nothing_to_post(bot: Bot) -> None:
    """An id that Telnyx does not know is explained only to the user."""
    _, message = await use_shortcut(bot, alert(UNKNOWN_ID))

    assert "No port-out has this id" in message.text
    assert not [block for block in message.blocks if isinstance(block, Actions)]


async def test_too_many_ids_are_counted(bot: Bot) -> None:
    """Ten are looked up; the reply says how many were left out, and is within Slack's limits."""
    ids = [f"3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b{number:02d}" for number in range(12)]

    _, message = await use_shortcut(bot, alert(bot.environment.telnyx.samples.names["pending"], *ids))

    assert_valid_blocks(message)
    assert "3 more left out" in str(message)
    assert len([call for call in bot.environment.telnyx.calls if "/events/" in call.path]) == 10
