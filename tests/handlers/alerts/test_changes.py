"""Alerts that are edited or deleted: the reply changes with them, in whichever order the events arrive."""

import asyncio
from collections.abc import Callable

import pytest

from sandbox import faults
from tests.conftest import Bot
from tests.handlers.alerts.events import (
    AT_ONCE,
    CHANNEL,
    alert,
    deleted,
    edited,
    last_delivery,
    replies,
    statuses,
)


async def test_an_edit_that_adds_an_id_changes_the_reply(bot: Bot, names: dict[str, str]) -> None:
    """The same reply shows both port-outs; an edit that adds no id changes nothing."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    await bot.sender.event(edited(before, before | {"text": "unfurled"}))
    updates = [call.method for call in bot.environment.slack.calls].count("chat.update")

    answer = await bot.sender.event(edited(before, after, "1795000003.000100"))

    (reply,) = replies(bot.environment)
    assert (answer.status, updates) == (200, 0)
    assert "2 port-out ids" in reply["text"]


async def test_an_edit_whose_answers_were_lost_is_not_forgotten(bot: Bot, names: dict[str, str]) -> None:
    """Slack changed the reply, the bot does not know it: the next edit brings back what the reply showed before."""
    before, after = alert(names["pending"]), alert(names["ported"])
    await bot.sender.event(before)
    bot.environment.slack.script_after_effect.then("chat.update", *[faults.reset()] * 3)
    lost = await bot.sender.event(edited(before, after))

    await bot.sender.event(edited(after, before, "1795000003.000100"))

    (reply,) = replies(bot.environment)
    assert lost.status == 503
    assert "Waiting for your answer" in reply["text"]


async def test_an_edit_that_brings_the_first_id_gets_a_first_reply(bot: Bot, names: dict[str, str]) -> None:
    """The alert was posted without an id, which an edit added."""
    before, after = alert("soon"), alert(names["pending"])
    await bot.sender.event(before)

    await bot.sender.event(edited(before, after))

    assert [reply["thread_ts"] for reply in replies(bot.environment)] == [after["ts"]]


async def test_an_edit_that_drops_an_id_drops_its_card(bot: Bot, names: dict[str, str]) -> None:
    """The reply shows the ids that the alert names now, and no others."""
    before, after = alert(names["pending"], names["ported"]), alert(names["ported"])
    await bot.sender.event(before)

    await bot.sender.event(edited(before, after))

    (reply,) = replies(bot.environment)
    assert reply["text"].startswith("Ported")


async def test_an_edit_that_adds_an_id_that_cannot_be_fetched_names_it(bot: Bot, names: dict[str, str]) -> None:
    """After the last delivery the reply shows the first port-out as before, and names the failure of the other."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    bot.environment.telnyx.script.always(faults.status(503), key=names["ported"])

    answer = await last_delivery(bot, edited(before, after))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert "Waiting for your answer" in str(reply)
    assert "Telnyx is failing" in str(reply)


async def test_a_reply_that_somebody_deleted_is_posted_again(bot: Bot, names: dict[str, str]) -> None:
    """An edit that names another port-out gets a new reply where there is none to change."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    bot.environment.slack.channels.messages[CHANNEL].clear()

    await bot.sender.event(edited(before, after))

    (reply,) = replies(bot.environment)
    assert "2 port-out ids" in reply["text"]


async def test_a_late_event_does_not_undo_a_later_one(bot: Bot, names: dict[str, str]) -> None:
    """The posting, not acknowledged at first, is delivered again after an edit that names another port-out."""
    before, after = alert(names["ported"]), alert(names["pending"])
    bot.environment.telnyx.script.then(names["ported"], *[faults.status(503)] * 3)
    await bot.sender.event(before)
    await bot.sender.event(edited(before, after))

    again = await bot.sender.event(before, retry_num=1, retry_reason="http_error")

    (reply,) = replies(bot.environment)
    assert again.status == 200
    assert "Waiting for your answer" in reply["text"]


@pytest.mark.parametrize("change_type", ["edited", "deleted"])
async def test_a_change_during_the_look_up_is_processed_after_it(
    bot: Bot, names: dict[str, str], change_type: str
) -> None:
    """Edited or deleted while its look-up is under way: the reply shows both ids in the end, or is gone."""
    release = asyncio.Event()
    bot.environment.telnyx.script.then(names["pending"], faults.held(release))
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    posting = asyncio.create_task(bot.sender.event(before))
    await bot.environment.telnyx.called(names["pending"])

    change = edited(before, after) if change_type == "edited" else deleted(before)
    changing = asyncio.create_task(bot.sender.event_until_accepted(change, pauses=AT_ONCE))
    release.set()
    await posting
    answers = await changing

    assert answers[-1].status == 200
    assert ["2 port-out ids" in reply["text"] for reply in replies(bot.environment)] == (
        [True] if change_type == "edited" else []
    )


async def test_the_reply_to_a_deleted_alert_is_deleted(bot: Bot, names: dict[str, str]) -> None:
    """Another alert about the same port-out still gets its own reply."""
    first, second = alert(names["pending"]), alert(names["pending"], ts="1795000009.000100")
    await bot.sender.event(first)

    answer = await bot.sender.event(deleted(first))
    remaining = len(replies(bot.environment))
    await bot.sender.event(second)

    (reply,) = replies(bot.environment)
    assert (answer.status, remaining) == (200, 0)
    assert "Waiting for your answer" in reply["text"]


async def test_the_reply_to_an_alert_that_became_a_tombstone_is_deleted(bot: Bot, names: dict[str, str]) -> None:
    """Slack does not delete a message that has replies, such as the bot's, but replaces it."""
    before = alert(names["pending"])
    tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
    await bot.sender.event(before)

    answer = await bot.sender.event(edited(before, tombstone | {"ts": before["ts"], "hidden": True}))

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_the_reply_to_a_deleted_alert_is_deleted_even_if_an_edit_removed_the_ids(
    bot: Bot, names: dict[str, str]
) -> None:
    """No reply is left in the channel."""
    before, after = alert(names["pending"]), alert("nothing")
    await bot.sender.event(before)
    await bot.sender.event(edited(before, after))

    await bot.sender.event(deleted(after))

    assert replies(bot.environment) == []


async def test_an_alert_that_was_deleted_before_its_redelivery_gets_no_reply(bot: Bot, names: dict[str, str]) -> None:
    """Telnyx failed at the first delivery, and somebody deleted the alert before the second."""
    bot.environment.telnyx.script.then(names["pending"], *[faults.status(503)] * 3)
    message = alert(names["pending"])

    first = await bot.sender.event(message)
    await bot.sender.event(deleted(message))
    again = await bot.sender.event(message, retry_num=1, retry_reason="http_error")

    assert statuses([first, again]) == [503, 200]
    assert replies(bot.environment) == []


@pytest.mark.parametrize("is_event_first", [True, False])
async def test_an_alert_that_is_gone_is_no_error(
    bot: Bot, names: dict[str, str], log_text: Callable[[], str], *, is_event_first: bool
) -> None:
    """Deleted before it had a reply: whichever Slack says first, the event or the refusal, nobody has to act."""
    message = alert(names["pending"])
    bot.environment.slack.channels.gone.add(message["ts"])

    answer = await bot.sender.event(deleted(message) if is_event_first else message)

    assert answer.status == 200
    assert replies(bot.environment) == []
    assert '"alert.gone"' in log_text()
    assert '"alert.not_placed"' not in log_text()


async def test_a_lost_answer_to_a_deletion_is_no_failure(bot: Bot, names: dict[str, str]) -> None:
    """Slack has deleted the reply: the bot forgets it, and the next alert gets a card."""
    first, second = alert(names["pending"]), alert(names["pending"], ts="1795000009.000100")
    await bot.sender.event(first)
    bot.environment.slack.script_after_effect.then("chat.delete", faults.reset())

    await bot.sender.event(deleted(first))
    await bot.sender.event(second)

    (reply,) = replies(bot.environment)
    assert "Waiting for your answer" in reply["text"]
