"""The buttons on cards, each through signed requests, from the press to what people see."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.slack.modals import trigger_id
from sandbox.slack.payloads import MessageLocation, button_press
from sandbox.telnyx.orders import OBJECTED, WAITING
from tests.conftest import Bot, Environment, asked, message_of
from tests.handlers.button_clicks import beside, buttons, labels, press, press_in_modal
from tests.oracles import assert_valid_blocks, assert_valid_view

CHANNEL = "C0ALERTS"
TS = "1795000000.000100"


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot that enriches the alerts of one channel."""
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        yield bot


@pytest.fixture
def names(bot: Bot) -> dict[str, str]:
    """The ids of the sample events."""
    return bot.environment.telnyx.samples.names


async def ask(bot: Bot, *ids: str) -> Message:
    """Ask for cards by the command."""
    return message_of(await bot.command(" ".join(ids)))


async def mentioned(bot: Bot, *ids: str) -> dict[str, Any]:
    """Mention the bot: the reply everybody sees."""
    text = f"<@U0BOT> {' '.join(ids)}"
    event = {"type": "app_mention", "user": "U0ALICE", "text": text, "channel": CHANNEL, "ts": TS, "event_ts": TS}
    assert (await bot.sender.event(event)).status == 200
    return bot.environment.slack.channels.messages[CHANNEL][-1]


def location_of(reply: dict[str, Any], channel: str = CHANNEL) -> MessageLocation:
    """Where a reply stands."""
    return MessageLocation(channel, reply["ts"], reply["thread_ts"], is_ephemeral=False)


def shown(value: Any) -> str:
    """Everything in a message or window, as Slack gets it."""
    return msgspec.json.encode(value).decode()


async def test_the_buttons_are_the_same_in_the_same_order(bot: Bot, names: dict[str, str]) -> None:
    """At most four, on what one person sees and on what everybody sees; what leads out of Slack comes last."""
    private = await ask(bot, names["pending"])
    posted = msgspec.convert(await mentioned(bot, names["pending"]), Message)

    assert labels(private) == ["Refresh", "History", "Post to channel", "Open in Mission Control"]
    assert labels(posted) == ["Details", "History", "Refresh", "Open in Mission Control"]
    assert buttons(private)["portal"]["url"] == "https://portal.telnyx.com/#/app/numbers/port-outs"


async def test_several_cards_each_open(bot: Bot, names: dict[str, str]) -> None:
    """Full cards have their own history, condensed ones open in full."""
    ids = [names[name] for name in ("pending", "authorized", "ported", "canceled")]

    two, four = await ask(bot, *ids[:2]), await ask(bot, *ids)

    assert labels(two) == ["History", "History", "Refresh", "Post to channel", "Open in Mission Control"]
    assert [button and msgspec.json.decode(button.value)["ids"] for button in beside(four)] == [[one] for one in ids]


async def test_mission_control_is_a_link_that_slack_tells_of(bot: Bot, names: dict[str, str]) -> None:
    """The press is acknowledged; there is nothing else to do."""
    card = await ask(bot, names["pending"])

    await press(bot, buttons(card)["portal"])


async def test_refresh_puts_what_is_now_in_the_place_of_a_private_card(bot: Bot, names: dict[str, str]) -> None:
    """Past the cache, event and order: the same message, changed."""
    card = await ask(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "authorized"

    told = await (await press(bot, buttons(card)["refresh"])).told()

    assert_valid_blocks(msgspec.convert(told, Message))
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", True)
    assert "Was pending at the event, is now authorized" in told["text"]
    assert "+1 312-555-0142" in shown(told)
    assert asked(bot.environment, names["pending"]) == 2


async def test_refresh_changes_the_message_that_everybody_sees(bot: Bot, names: dict[str, str]) -> None:
    """Masked as before, in the same place; nobody is told anything else."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"

    await press(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update")

    (after,) = bot.environment.slack.channels.messages[CHANNEL]
    assert_valid_blocks(msgspec.convert({"text": after["text"], "blocks": after["blocks"]}, Message))
    assert after["ts"] == reply["ts"]
    assert "Was pending at the event, is now rejected" in after["text"]
    assert "Wilhelmina" not in shown(after)
    assert set(buttons(after)) == {"details", "history", "refresh", "portal"}


@pytest.mark.parametrize(
    "failure",
    [faults.status(503), faults.reset(), faults.rate_limited(retry_after=0)],
    ids=["503", "reset", "429"],
)
async def test_a_change_is_tried_again(bot: Bot, names: dict[str, str], failure: faults.Fault) -> None:
    """Unlike a post, a change does no harm twice."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.telnyx.samples.orders[WAITING]["status"] = "rejected"
    bot.environment.slack.script.then("chat.update", failure)

    await press(bot, buttons(reply)["refresh"], location_of(reply))
    await bot.environment.slack.called("chat.update", 2)

    assert "is now rejected" in bot.environment.slack.channels.messages[CHANNEL][0]["text"]


async def test_a_message_that_cannot_be_changed_any_more_says_so(bot: Bot, names: dict[str, str]) -> None:
    """Old messages, deleted ones: the person learns how to see what is now."""
    reply = await mentioned(bot, names["pending"])
    bot.environment.slack.script.always(faults.raw(b'{"ok": false, "error": "edit_window_closed"}'), key="chat.update")

    told = await (await press(bot, buttons(reply)["refresh"], location_of(reply))).told()

    assert told["text"].startswith("Not refreshed: Slack didn't let this message be changed.")
    assert (told["replace_original"], told["thread_ts"]) == (False, TS)


async def test_details_are_for_the_one_who_presses(bot: Bot, names: dict[str, str]) -> None:
    """The full card, in the thread, seen by nobody else."""
    reply = await mentioned(bot, names["pending"])

    told = await (await press(bot, buttons(reply)["details"], location_of(reply), user="U0BOB")).told()

    assert_valid_blocks(msgspec.convert(told, Message))
    assert (told["response_type"], told["replace_original"], told["thread_ts"]) == ("ephemeral", False, TS)
    assert "Wilhelmina Quartz" in shown(told)
    assert labels(msgspec.convert(told, Message)) == ["Refresh", "History", "Open in Mission Control"]
    assert "Wilhelmina" not in shown(bot.environment.slack.channels.messages)


async def test_post_to_channel_posts_once_on_a_double_click(bot: Bot, names: dict[str, str]) -> None:
    """Masked, in the channel itself; pressed again on purpose, ten seconds later, it is posted again."""
    button = buttons(await ask(bot, names["pending"]))["post"]

    first, _ = await asyncio.gather(press(bot, button), press(bot, button, later=0.4))
    assert (await first.told())["text"].startswith("Posted, without full numbers")
    at_first = len(bot.environment.slack.channels.messages["C0DESK"])
    again = await press(bot, button, later=11)
    assert (await again.told())["text"].startswith("Posted, without full numbers")

    posted, _ = bot.environment.slack.channels.messages["C0DESK"]
    assert at_first == 1
    assert posted["thread_ts"] is None
    assert "•••• 0142" in shown(posted)
    assert "Wilhelmina" not in shown(posted)


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


def view_entries(view: dict[str, Any]) -> list[int]:
    """The numbers of the made-up entries in a window, in order."""
    text = shown(view)
    return [number for number in range(45) if f"entry {number:02}" in text]


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


@pytest.mark.parametrize("value", ["", "{}", '{"ids": ["../../whoami"]}', '{"ids": "x"}', '{"ids": ["EEF3340B"]}'])
@pytest.mark.parametrize("action", ["refresh", "details", "post"])
async def test_a_button_that_carries_something_else_says_so(bot: Bot, action: str, value: str) -> None:
    """Of an earlier version, or nobody's: nothing is looked up, and the person learns what to do."""
    told = await (await press(bot, {"type": "button", "action_id": action, "value": value})).told()

    assert told["text"].startswith("Nothing done: this button is of an earlier version.")
    assert bot.environment.telnyx.calls == []


async def test_the_values_of_buttons_are_ids(bot: Bot, names: dict[str, str]) -> None:
    """What is kept at Slack and in people's clients names no number and nobody."""
    card = await ask(bot, names["pending"])

    values = {action: msgspec.json.decode(one.get("value") or "null") for action, one in buttons(card).items()}

    assert values == {
        "refresh": {"ids": [names["pending"]]},
        "history": {"order_id": WAITING},
        "post": {"ids": [names["pending"]]},
        "portal": None,
    }
