"""Events about one alert in whatever order: the last one counts, also after a restart that lost the ledger."""

import pytest

from sandbox import faults
from tests.conftest import UNKNOWN_ID, Bot, Environment
from tests.handlers.alerts.events import CHANNEL, alert, deleted, edited, last_delivery, replies

LATER = "1795000005.000200"


async def redelivered_after_a_restart(environment: Environment, *before: dict[str, object]) -> int:
    """Deliver these events to one bot, then the first of them again to another; return the status of that answer."""
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        for event in before:
            assert (await bot.sender.event(dict(event))).status == 200
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        return (await bot.sender.event(dict(before[0]), retry_num=2, retry_reason="http_timeout")).status


async def test_an_older_event_does_not_undo_an_edit_after_a_restart(
    environment: Environment, names: dict[str, str]
) -> None:
    """The reply's metadata says which event it is due to."""
    before, after = alert(names["ported"]), alert(names["pending"])

    status = await redelivered_after_a_restart(environment, before, edited(before, after))

    (reply,) = replies(environment)
    assert status == 200
    assert reply["text"].startswith("Waiting")


async def test_an_older_event_does_not_answer_a_deleted_alert_after_a_restart(
    environment: Environment, names: dict[str, str]
) -> None:
    """Slack shows no such message any more."""
    message = alert(names["pending"])
    environment.slack.channels.gone.add(message["ts"])
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        await bot.sender.event(deleted(message))

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        again = await bot.sender.event(message, retry_num=1, retry_reason="http_timeout")

    assert again.status == 200
    assert replies(environment) == []


@pytest.mark.parametrize("left", [(), (UNKNOWN_ID,)], ids=["no id", "an id that Telnyx does not know"])
async def test_an_edit_that_leaves_no_port_out_takes_the_reply_away(
    bot: Bot, names: dict[str, str], left: tuple[str, ...]
) -> None:
    """A reply about another port-out than its alert would mislead."""
    before, after = alert(names["pending"]), alert(*left)
    await bot.sender.event(before)
    assert len(replies(bot.environment)) == 1

    answer = await bot.sender.event(edited(before, after))

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_an_edit_takes_away_a_reply_that_the_ledger_forgot(
    environment: Environment, names: dict[str, str]
) -> None:
    """It is found in the thread."""
    before, after = alert(names["pending"]), alert("nothing")
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        await bot.sender.event(before)

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        await bot.sender.event(edited(before, after))

    assert replies(environment) == []


async def test_a_reply_stays_while_telnyx_cannot_say_what_the_new_id_is(bot: Bot, names: dict[str, str]) -> None:
    """Only what is known not to be a port-out takes a reply away."""
    before, after = alert(names["pending"]), alert(names["ported"])
    await bot.sender.event(before)
    bot.environment.telnyx.script.always(faults.status(401))

    await last_delivery(bot, edited(before, after))

    assert len(replies(bot.environment)) == 1


async def test_an_id_that_was_edited_away_before_the_first_reply_is_not_posted(bot: Bot, names: dict[str, str]) -> None:
    """The edit is received while the look-up for the posting is under way, or while Telnyx fails."""
    before, after = alert(names["pending"]), alert("nothing")
    bot.environment.telnyx.script.then(names["pending"], *[faults.status(503)] * 3)
    first = await bot.sender.event(before)
    await bot.sender.event(edited(before, after))

    again = await last_delivery(bot, before)

    assert (first.status, again.status) == (503, 200)
    assert replies(bot.environment) == []
    assert bot.environment.slack.channels.changes["chat.postMessage"] == 0


async def test_a_second_edit_is_not_undone_by_the_first(bot: Bot, names: dict[str, str]) -> None:
    """Slack delivers the first edit again after the second."""
    first, second, third = alert(names["pending"]), alert("nothing"), alert(names["ported"])
    await bot.sender.event(first)
    await bot.sender.event(edited(second, third, LATER))

    answer = await bot.sender.event(edited(first, second), retry_num=1, retry_reason="http_timeout")

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert reply["text"].startswith("Ported")


@pytest.mark.parametrize("error", ["invalid_auth", "token_expired", "account_inactive", "message_limit_exceeded"])
async def test_an_alert_is_kept_while_the_token_is_changed(bot: Bot, names: dict[str, str], error: str) -> None:
    """It is not acknowledged: Slack delivers it again, for six minutes."""
    refusal = faults.status(200, body=b'{"ok":false,"error":"%s"}' % error.encode())
    bot.environment.slack.script.then("chat.postMessage", refusal)
    message = alert(names["pending"])

    first = await bot.sender.event(message)
    again = await bot.sender.event(message, retry_num=1, retry_reason="http_error")

    assert (first.status, again.status) == (503, 200)
    assert len(replies(bot.environment)) == 1


async def test_a_deploy_message_that_is_edited_often_costs_no_search(bot: Bot) -> None:
    """Its UUID is none of Telnyx's, and stays the same: the thread is not read at each edit."""
    before = alert(UNKNOWN_ID)
    await bot.sender.event(before)
    for number in range(5):
        after = alert(UNKNOWN_ID) | {"text": f"{number} of 5 steps"}
        await bot.sender.event(edited(before, after, f"17950000{number}0.000200"))

    assert [call.method for call in bot.environment.slack.calls].count("conversations.replies") == 0
