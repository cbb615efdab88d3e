"""Alerts in a listed channel: one reply each, in their thread, whatever fails in between."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.payloads import MessageLocation, button_press
from sandbox.telnyx.orders import WAITING
from tests.conftest import UNKNOWN_ID, Bot, Environment, event_calls
from tests.handlers.alerts.events import (
    AT_ONCE,
    CHANNEL,
    accepted,
    alert,
    last_delivery,
    replies,
    statuses,
)


@pytest.mark.parametrize("subtype", [None, "bot_message", "file_share", "me_message", "thread_broadcast"])
async def test_an_alert_gets_its_card_in_its_thread(bot: Bot, names: dict[str, str], subtype: str | None) -> None:
    """For a message of a user, an app or a classic integration; acknowledged when the masked card is posted."""
    message = alert(names["pending"])
    message = {name: value for name, value in message.items() if name != "subtype"}

    answer = await bot.sender.event(message | ({"subtype": subtype} if subtype else {}))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert reply["thread_ts"] == message["ts"]
    assert not reply["reply_broadcast"]
    assert "Waiting for your answer" in reply["text"]
    assert "•••• 0142" in str(reply["blocks"])
    assert "Wilhelmina" not in str(reply)


async def test_an_alert_in_a_thread_is_answered_in_that_thread(bot: Bot, names: dict[str, str]) -> None:
    """The reply is where users read the alert."""
    await bot.sender.event(alert(names["pending"], thread_ts="1794000000.000100"))

    assert replies(bot.environment)[0]["thread_ts"] == "1794000000.000100"


async def test_ten_deliveries_at_once_and_one_later_are_one_reply(bot: Bot, names: dict[str, str]) -> None:
    """A delivery during the work waits for it; a delivery after it is acknowledged at once."""
    answers = await asyncio.gather(*(bot.sender.event(alert(names["pending"])) for _ in range(10)))
    later = await bot.sender.event(alert(names["pending"]), retry_num=1, retry_reason="http_timeout")

    assert set(statuses([*answers, later])) == {200}
    assert len(replies(bot.environment)) == 1


async def test_several_ids_are_condensed_into_one_reply(bot: Bot, names: dict[str, str]) -> None:
    """One reply per message, one line per port-out; ids that Telnyx does not know are left out."""
    await bot.sender.event(alert(names["pending"], UNKNOWN_ID, names["ported"]))

    (reply,) = replies(bot.environment)
    assert reply["text"].splitlines()[0] == "2 port-out ids, 1 to answer:"
    assert UNKNOWN_ID not in str(reply)


async def test_an_alert_with_the_id_of_an_order_waits_for_it_as_a_person_does(bot: Bot) -> None:
    """Telnyx takes 3 s: the card of the order is posted, and no failure."""
    bot.environment.telnyx.script.always(faults.slow(3), key=WAITING)

    answer = await accepted(bot, alert(WAITING))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert reply["text"].startswith("Waiting for your answer")
    assert "not known" not in str(reply)


async def test_slack_failing_three_times_costs_nothing(bot: Bot, names: dict[str, str]) -> None:
    """503 from Slack: not acknowledged, delivered again, one reply in the end."""
    failures = [faults.status(503)] * 3
    bot.environment.slack.script.then("chat.postMessage", *failures)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 503, 503, 200]
    assert len(replies(bot.environment)) == 1


@pytest.mark.parametrize("loss", [faults.reset(), faults.status(500), faults.raw(b"", "text/html")])
async def test_a_post_whose_answer_is_lost_is_found(bot: Bot, names: dict[str, str], loss: Fault) -> None:
    """Slack took the post, its answer was lost: it is found in the thread, and not posted again."""
    bot.environment.slack.script_after_effect.then("chat.postMessage", loss)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [200]
    assert len(replies(bot.environment)) == 1


async def test_a_reply_of_an_earlier_process_is_found(environment: Environment) -> None:
    """A process stopped between the post and the acknowledgement: the next process does not post again."""
    message = alert(environment.telnyx.samples.names["pending"])
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as first:
        await first.sender.event(message)

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as second:
        answer = await second.sender.event(message, retry_num=1, retry_reason="connection_failed")

    assert answer.status == 200
    assert len(replies(environment)) == 1


async def test_a_temporary_failure_of_telnyx_is_retried_at_the_next_delivery(bot: Bot, names: dict[str, str]) -> None:
    """The event is not acknowledged until the card is posted."""
    failing = faults.status(503)
    bot.environment.telnyx.script.then(names["pending"], *[failing] * 3)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 200]
    assert len(replies(bot.environment)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        faults.raw(b"<html>Not found</html>", "text/html", 404),
        faults.raw(b"<html>Sign in</html>", "text/html", 403),
        faults.raw(b'{"message": "Unauthorized"}', status=401),
        faults.raw(b'{"data": {"id": "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a", "event_type": "portout.new_comment"}}'),
    ],
    ids=["HTML 404", "HTML 403", "a gateway's 401", "another event"],
)
async def test_what_telnyx_did_not_say_does_not_end_an_alert(bot: Bot, names: dict[str, str], answer: Fault) -> None:
    """A gateway's refusal and an answer about another id are retried at the next delivery."""
    bot.environment.telnyx.script.then(names["pending"], *[answer] * 3)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    (reply,) = replies(bot.environment)
    assert statuses(answers) == [503, 200]
    assert "Waiting for your answer" in reply["text"]


async def test_a_slow_alert_is_not_acknowledged_until_it_is_done(bot: Bot, names: dict[str, str]) -> None:
    """The work goes on after the 503; the next delivery finds it done."""
    bot.environment.telnyx.script.then(names["pending"], faults.slow(3))

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 200]
    assert answers[0].elapsed < 3
    assert len(replies(bot.environment)) == 1
    assert event_calls(bot.environment, names["pending"]) == 1


async def test_the_last_delivery_is_answered_with_what_is_known(bot: Bot, names: dict[str, str]) -> None:
    """What was found is shown, what could not be fetched is named, and *Refresh* completes it."""
    bot.environment.telnyx.script.always(faults.status(503), key=names["ported"])
    message = alert(names["pending"], names["ported"])

    answer = await last_delivery(bot, message)
    (reply,) = replies(bot.environment)
    partial = str(reply)
    bot.environment.telnyx.script.reset()
    button = next(one for one in reply["blocks"][-1]["elements"] if one["action_id"] == "refresh")
    location = MessageLocation(CHANNEL, reply["ts"], message["ts"], is_ephemeral=False)
    payload = button_press(button, response_url=bot.environment.response_url(), location=location)
    assert (await bot.sender.interaction(payload)).status == 200
    await bot.environment.slack.called("chat.update")

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert "Telnyx is failing" in partial
    assert "Waiting for your answer" in partial
    assert "Ported" in str(reply)
    assert "Telnyx is failing" not in str(reply)


@pytest.mark.parametrize(
    ("title", "expected"), [("Port-out events", 1), ("Trace", 0)], ids=["speaks of a port-out", "a mere UUID"]
)
async def test_an_outage_is_answered_only_where_a_port_out_is_meant(
    bot: Bot, log_text: Callable[[], str], title: str, expected: int
) -> None:
    """A message with some UUID gets no reply, and is counted."""
    bot.environment.telnyx.script.always(faults.status(503))
    message = alert(UNKNOWN_ID)
    message["attachments"][0]["fields"][0]["title"] = title

    answer = await last_delivery(bot, message)

    assert answer.status == 200
    assert len(replies(bot.environment)) == expected
    assert log_text().count("alert.silent") == 1 - expected


async def test_a_refused_key_is_for_the_operator(bot: Bot, names: dict[str, str], log_text: Callable[[], str]) -> None:
    """It is logged, and no alert gets a reply."""
    bot.environment.telnyx.script.always(faults.status(401))

    answer = await bot.sender.event(alert(names["pending"]))

    assert answer.status == 200
    assert replies(bot.environment) == []
    assert '"outcome":"refused"' in log_text()


async def test_a_channel_that_takes_no_posts_is_not_tried_for_ever(
    bot: Bot, names: dict[str, str], log_text: Callable[[], str]
) -> None:
    """A permanent refusal is acknowledged and logged once."""
    del bot.environment.slack.channels.messages[CHANNEL]

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [200]
    assert log_text().count("alert.not_placed") == 1


async def test_an_unknown_id_is_silent(bot: Bot) -> None:
    """Many alerts contain UUIDs of other things."""
    answer = await bot.sender.event(alert(UNKNOWN_ID))

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_every_alert_has_a_card_of_its_own(bot: Bot, names: dict[str, str]) -> None:
    """Even if the same port-out was shown in the channel a moment ago."""
    alerts = [alert(names["pending"], ts=f"179500000{number}.000100") for number in range(3)]
    for one in alerts:
        await bot.sender.event(one)

    posted = replies(bot.environment)
    assert [reply["thread_ts"] for reply in posted] == [one["ts"] for one in alerts]
    assert {reply["text"] for reply in posted} == {posted[0]["text"]}
    assert "Waiting for your answer" in posted[0]["text"]


async def test_alerts_about_one_port_out_at_once_each_show_it(bot: Bot, names: dict[str, str]) -> None:
    """Five alerts, one call to Telnyx, five cards."""
    alerts = [alert(names["pending"], ts=f"179500001{number}.000100") for number in range(5)]

    answers = await asyncio.gather(*(accepted(bot, one) for one in alerts))

    assert set(statuses(answers)) == {200}
    assert Counter(reply["thread_ts"] for reply in replies(bot.environment)) == Counter(one["ts"] for one in alerts)
    assert event_calls(bot.environment, names["pending"]) == 1


async def test_a_failed_post_at_the_last_delivery_is_retried(bot: Bot, names: dict[str, str]) -> None:
    """There is no later delivery that could retry it."""
    bot.environment.slack.script.then("chat.postMessage", faults.status(503))

    answer = await last_delivery(bot, alert(names["pending"]))

    assert answer.status == 200
    assert len(replies(bot.environment)) == 1


async def test_another_apps_message_does_not_count_as_our_reply(bot: Bot, names: dict[str, str]) -> None:
    """Even if its metadata is the same."""
    message = alert(names["pending"])
    payload = {"about": message["ts"], "ids": [names["pending"]]}
    bot.environment.slack.channels.messages[CHANNEL].append(
        {
            "text": "x",
            "blocks": [],
            "ts": "1795000000.000200",
            "thread_ts": message["ts"],
            "bot_id": "B0OTHER",
            "metadata": {"event_type": "portout_reply", "event_payload": payload},
        }
    )

    await bot.sender.event(message, retry_num=1, retry_reason="http_timeout")

    assert len(bot.environment.slack.channels.messages[CHANNEL]) == 2
