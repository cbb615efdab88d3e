"""*Post to channel*: the masked card, visible to everybody. tests/handlers/test_message_shortcut.py tests threads."""

import asyncio

import msgspec
import pytest

from portout.cards.buttons import ButtonValue, encode
from portout.slack.web_api import MAX_CLICK_WAIT_SECONDS
from sandbox import faults
from sandbox.slack.payloads import MessageLocation
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import buttons, click
from tests.handlers.buttons.messages import CHANNEL, TS, ask, shown


async def test_post_to_channel_posts_once_on_a_double_click(bot: Bot, names: dict[str, str]) -> None:
    """Masked, in the channel itself; a click more than ten seconds later is on purpose, and posts it again."""
    button = buttons(await ask(bot, names["pending"]))["post"]

    first, _ = await asyncio.gather(click(bot, button), click(bot, button, later=0.4))
    assert (await first.reply())["text"].startswith("Posted, without full numbers")
    at_first = len(bot.environment.slack.channels.messages["C0DESK"])
    again = await click(bot, button, later=11)
    assert (await again.reply())["text"].startswith("Posted, without full numbers")

    posted, _ = bot.environment.slack.channels.messages["C0DESK"]
    assert at_first == 1
    assert posted["thread_ts"] is None
    assert "•••• 0142" in shown(posted)
    assert "Wilhelmina" not in shown(posted)


@pytest.mark.parametrize(("status", "reason"), [(503, "Telnyx is failing"), (404, "Telnyx does not know it any more")])
async def test_a_failure_is_not_posted(bot: Bot, names: dict[str, str], status: int, reason: str) -> None:
    """It is no news for a channel: the person who pressed is told why, and may press again at once."""
    card = await ask(bot, names["pending"])
    bot.environment.telnyx.script.always(faults.status(status))
    bot.environment.telnyx.script.always(faults.ok(), key=names["ported"])
    button = buttons(card)["post"] | {"value": encode(ButtonValue((names["FOC date changed"],)))}

    refused = await (await click(bot, button)).reply()
    bot.environment.telnyx.script.reset()
    posted = await (await click(bot, button | {"value": encode(ButtonValue((names["ported"],)))}, later=1)).reply()

    assert refused["text"].startswith(f"Not posted: {reason}")
    assert posted["text"].startswith("Posted")
    assert len(bot.environment.slack.channels.messages["C0DESK"]) == 1


@pytest.mark.parametrize("thread_ts", ["", TS], ids=["channel", "thread"])
async def test_who_posts_while_slack_takes_no_posts_is_told_at_once(
    bot: Bot, names: dict[str, str], thread_ts: str
) -> None:
    """Within 3 s, not after the pause that Slack asks for: nothing is posted later, and a press after it posts."""
    await ask(bot, names["pending"])
    button = {"type": "button", "action_id": "post", "value": encode(ButtonValue((names["pending"],), thread_ts))}
    bot.environment.slack.script.then("chat.postMessage", faults.rate_limited(3))

    refused = await (await click(bot, button, MessageLocation(CHANNEL))).reply(timeout=3)
    messages = list(bot.environment.slack.channels.messages[CHANNEL])
    await asyncio.sleep(3 - MAX_CLICK_WAIT_SECONDS)  # from now on, a press can wait for the end of the pause
    again = await (await click(bot, button, MessageLocation(CHANNEL), later=1)).reply()

    expected = "Not posted: Slack takes no more posts here for now. Nothing follows by itself: press again in a minute."
    assert refused["text"] == expected
    assert messages == []
    assert again["text"].startswith("Posted")
    assert len(bot.environment.slack.channels.messages[CHANNEL]) == 1


@pytest.mark.parametrize(
    ("error", "to_channel", "in_thread"),
    [
        ("is_archived", "this channel is archived.", "this channel is archived."),
        (
            "thread_not_found",
            "Slack refused the post to this channel (thread_not_found).",
            "the message was deleted, so it has no thread any more.",
        ),
        (
            "restricted_action_thread_only_channel",
            "this channel takes posts only in threads.",
            "Slack refused the reply in this thread (restricted_action_thread_only_channel).",
        ),
        (
            "restricted_action_thread_locked",
            "Slack refused the post to this channel (restricted_action_thread_locked).",
            "this thread is locked.",
        ),
        (
            "msg_too_long",
            "Slack refused the post to this channel (msg_too_long).",
            "Slack refused the reply in this thread (msg_too_long).",
        ),
    ],
)
async def test_a_refused_post_names_the_place_that_it_was_for(
    bot: Bot, names: dict[str, str], error: str, to_channel: str, in_thread: str
) -> None:
    """The channel where it was to be posted there, and the thread only where there is one."""
    bot.environment.slack.script.always(faults.raw(encode_refusal(error)), key="chat.postMessage")
    for thread_ts, expected in (("", to_channel), (TS, in_thread)):
        button = {"type": "button", "action_id": "post", "value": encode(ButtonValue((names["pending"],), thread_ts))}

        refused = await (await click(bot, button)).reply()

        assert refused["text"].startswith(f"Not posted: {expected}")


@pytest.mark.parametrize(
    ("needed", "lacks"),
    [
        ("chat:write", "the scope chat:write"),
        ("channels:history,groups:history", "the scope channels:history,groups:history"),
        (None, "a scope"),
        ("<@U0ALICE> +13125550147", "a scope"),
    ],
)
async def test_a_missing_scope_is_named_with_who_must_add_it(
    environment: Environment, names: dict[str, str], needed: str | None, lacks: str
) -> None:
    """The person who presses cannot; what is no scope's name is not repeated."""
    button = {"type": "button", "action_id": "post", "value": encode(ButtonValue((names["pending"],)))}
    environment.slack.script.always(faults.raw(encode_refusal("missing_scope", needed)), key="chat.postMessage")
    async with environment.bot(BOT_OWNER="Dana in IT") as bot:
        refused = await (await click(bot, button)).reply()

    must = "so Dana in IT, who runs this bot, must add it to the app and reinstall the app."
    assert refused["text"] == f"Not posted: this app lacks {lacks}, {must}"


def encode_refusal(error: str, needed: str | None = None) -> bytes:
    """Return Slack's answer to a call that it refuses; needed: the scope that the app lacks."""
    return msgspec.json.encode({"ok": False, "error": error} | ({"needed": needed} if needed else {}))
