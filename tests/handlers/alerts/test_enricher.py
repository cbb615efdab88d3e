"""Alerts in a listed channel: one reply each, in their thread, whatever fails in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.payloads import MessageLocation, button_press, command
from sandbox.slack.sender import BotResponse, SignedSender
from tests.conftest import UNKNOWN_ID, Bot, Environment, asked
from tests.oracles import assert_valid_blocks

CHANNEL = "C0ALERTS"
AT_ONCE = (0, 0, 0)


@pytest.fixture
async def bot(environment: Environment) -> AsyncIterator[Bot]:
    """A bot that enriches the alerts of one channel."""
    async with environment.bot(ALERT_CHANNELS=f"C0OTHER, {CHANNEL}") as bot:
        yield bot


@pytest.fixture
def names(bot: Bot) -> dict[str, str]:
    """The ids of the sample events."""
    return bot.environment.telnyx.samples.names


def alert(*ids: str, ts: str = "1795000000.000100", **more: Any) -> dict[str, Any]:
    """An alert of a monitoring tool, whose ids stand in an attachment only."""
    field = {"title": "Port-out events", "value": " ".join(ids), "short": False}
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B0MONITOR",
        "channel": CHANNEL,
        "channel_type": "channel",
        "ts": ts,
        "event_ts": ts,
        "attachments": [{"fallback": "Alert", "fields": [field]}],
        **more,
    }


def edited(before: dict[str, Any], after: dict[str, Any], event_ts: str = "1795000001.000200") -> dict[str, Any]:
    """Slack's event for an edit, an unfurl or a language detection."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": CHANNEL,
        "ts": event_ts,
        "event_ts": event_ts,
        "message": after,
        "previous_message": before,
    }


def deleted(before: dict[str, Any], event_ts: str = "1795000002.000300") -> dict[str, Any]:
    """Slack's event for a deleted message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": CHANNEL,
        "ts": event_ts,
        "event_ts": event_ts,
        "deleted_ts": before["ts"],
        "previous_message": before,
    }


def replies(environment: Environment, channel: str = CHANNEL) -> list[dict[str, Any]]:
    """What the bot has said in the channel, each a message that Slack takes."""
    said = environment.slack.channels.messages[channel]
    for one in said:
        assert_valid_blocks(msgspec.convert({"text": one["text"], "blocks": one["blocks"]}, Message))
    return said


def statuses(answers: list[BotResponse]) -> list[int]:
    """How Slack was answered."""
    return [answer.status for answer in answers]


@pytest.mark.parametrize("subtype", [None, "bot_message", "file_share", "thread_broadcast"])
async def test_an_alert_gets_its_card_in_its_thread(bot: Bot, names: dict[str, str], subtype: str | None) -> None:
    """A message of a person, an app or a classic integration; acknowledged when the masked card is there."""
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
    """A reply to a reply stands where people read."""
    await bot.sender.event(alert(names["pending"], thread_ts="1794000000.000100"))

    assert replies(bot.environment)[0]["thread_ts"] == "1794000000.000100"


async def test_ten_deliveries_at_once_and_one_later_are_one_reply(bot: Bot, names: dict[str, str]) -> None:
    """Whoever comes while it is under way waits for it; whoever comes after is told that it is done."""
    answers = await asyncio.gather(*(bot.sender.event(alert(names["pending"])) for _ in range(10)))
    later = await bot.sender.event(alert(names["pending"]), retry_num=1, retry_reason="http_timeout")

    assert set(statuses([*answers, later])) == {200}
    assert len(replies(bot.environment)) == 1


async def test_several_ids_are_condensed_into_one_reply(bot: Bot, names: dict[str, str]) -> None:
    """One reply per message, a line per port-out; ids that Telnyx doesn't know are left out."""
    await bot.sender.event(alert(names["pending"], UNKNOWN_ID, names["ported"]))

    (reply,) = replies(bot.environment)
    assert reply["text"].splitlines()[0] == "2 port-out ids:"
    assert UNKNOWN_ID not in str(reply)


async def test_slack_failing_three_times_costs_nothing(bot: Bot, names: dict[str, str]) -> None:
    """503 from Slack: not acknowledged, delivered again, one reply in the end."""
    failures = [faults.status(503)] * 3
    bot.environment.slack.script.then("chat.postMessage", *failures)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 503, 503, 200]
    assert len(replies(bot.environment)) == 1


@pytest.mark.parametrize("loss", [faults.reset(), faults.status(500), faults.raw(b"", "text/html")])
async def test_a_post_whose_answer_is_lost_is_found_again(bot: Bot, names: dict[str, str], loss: Fault) -> None:
    """Slack took it and the answer was lost: the next delivery looks into the thread, and doesn't post again."""
    bot.environment.slack.script_after_effect.then("chat.postMessage", loss)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 200]
    assert len(replies(bot.environment)) == 1


async def test_a_reply_of_an_earlier_process_is_found(environment: Environment) -> None:
    """Stopped between Slack's taking the post and the acknowledgement: the next process doesn't post again."""
    message = alert(environment.telnyx.samples.names["pending"])
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as first:
        await first.sender.event(message)

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as second:
        answer = await second.sender.event(message, retry_num=1, retry_reason="connection_failed")

    assert answer.status == 200
    assert len(replies(environment)) == 1


async def test_a_passing_failure_of_telnyx_is_asked_again_by_slack(bot: Bot, names: dict[str, str]) -> None:
    """Not acknowledged until the card is there."""
    failing = faults.status(503)
    bot.environment.telnyx.script.then(names["pending"], *[failing] * 3)

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 200]
    assert len(replies(bot.environment)) == 1


async def test_a_slow_alert_is_not_acknowledged_until_it_is_done(bot: Bot, names: dict[str, str]) -> None:
    """The work goes on; the next delivery finds it done."""
    bot.environment.telnyx.script.then(names["pending"], faults.slow(3))

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [503, 200]
    assert answers[0].elapsed < 3
    assert len(replies(bot.environment)) == 1
    assert asked(bot.environment, names["pending"]) == 1


async def last_delivery(bot: Bot, message: dict[str, Any]) -> BotResponse:
    """Deliver for the last time."""
    return await bot.sender.event(message, retry_num=3, retry_reason="http_error")


async def test_the_last_delivery_ends_with_an_honest_answer(bot: Bot, names: dict[str, str]) -> None:
    """What is known is shown, what couldn't be fetched is named, and *Refresh* completes it."""
    bot.environment.telnyx.script.always(faults.status(503), key=names["ported"])
    message = alert(names["pending"], names["ported"])

    answer = await last_delivery(bot, message)
    (reply,) = replies(bot.environment)
    partial = str(reply)
    bot.environment.telnyx.script.reset()
    press = next(one for one in reply["blocks"][-1]["elements"] if one["action_id"] == "refresh")
    location = MessageLocation(CHANNEL, reply["ts"], message["ts"], is_ephemeral=False)
    payload = button_press(press, response_url=bot.environment.response_url(), location=location)
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
async def test_an_outage_is_told_only_where_a_port_out_is_meant(
    bot: Bot, log_text: Callable[[], str], title: str, expected: int
) -> None:
    """A message with some UUID stays without a reply, and is counted."""
    bot.environment.telnyx.script.always(faults.status(503))
    message = alert(UNKNOWN_ID)
    message["attachments"][0]["fields"][0]["title"] = title

    answer = await last_delivery(bot, message)

    assert answer.status == 200
    assert len(replies(bot.environment)) == expected
    assert log_text().count("alert.silent") == 1 - expected


async def test_a_refused_key_is_for_the_operator(bot: Bot, names: dict[str, str], log_text: Callable[[], str]) -> None:
    """No text under every alert: a log event."""
    bot.environment.telnyx.script.always(faults.status(401))

    answer = await bot.sender.event(alert(names["pending"]))

    assert answer.status == 200
    assert replies(bot.environment) == []
    assert '"outcome":"refused"' in log_text()


async def test_a_channel_that_takes_no_posts_is_not_asked_for_ever(
    bot: Bot, names: dict[str, str], log_text: Callable[[], str]
) -> None:
    """A permanent refusal is acknowledged and logged once."""
    del bot.environment.slack.channels.messages[CHANNEL]

    answers = await bot.sender.event_until_accepted(alert(names["pending"]), pauses=AT_ONCE)

    assert statuses(answers) == [200]
    assert log_text().count("alert.not_placed") == 1


SILENT: dict[str, dict[str, Any]] = {
    "own post": {"bot_id": "B0BOT"},
    "own post, by user": {"user": "U0BOT"},
    "someone joined": {"subtype": "channel_join"},
    "new topic": {"subtype": "channel_topic"},
    "another channel": {"channel": "C0DESK"},
    "a mention": {"text": "<@U0BOT> look"},
    "a mention with its name": {"text": "<@U0BOT|port-out> look"},
}


@pytest.mark.parametrize("more", SILENT.values(), ids=SILENT)
async def test_what_is_no_alert_is_left_alone(bot: Bot, names: dict[str, str], more: dict[str, Any]) -> None:
    """Acknowledged, without a reply and without a call to Telnyx."""
    answer = await bot.sender.event(alert(names["pending"]) | more)

    assert answer.status == 200
    assert replies(bot.environment) == replies(bot.environment, "C0DESK") == []
    assert bot.environment.telnyx.calls == []


async def test_an_unknown_id_is_silent(bot: Bot) -> None:
    """UUIDs of other things stand in many alerts."""
    answer = await bot.sender.event(alert(UNKNOWN_ID))

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_an_edit_that_adds_an_id_changes_the_reply(bot: Bot, names: dict[str, str]) -> None:
    """The same reply shows both; an edit that adds nothing changes nothing."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    await bot.sender.event(edited(before, before | {"text": "unfurled"}))
    updates = [call.method for call in bot.environment.slack.calls].count("chat.update")

    answer = await bot.sender.event(edited(before, after, "1795000003.000100"))

    (reply,) = replies(bot.environment)
    assert (answer.status, updates) == (200, 0)
    assert "2 port-out ids" in reply["text"]


async def test_an_edit_that_brings_the_first_id_gets_a_first_reply(bot: Bot, names: dict[str, str]) -> None:
    """The alert was posted without an id, and completed later."""
    before, after = alert("soon"), alert(names["pending"])
    await bot.sender.event(before)

    await bot.sender.event(edited(before, after))

    assert [reply["thread_ts"] for reply in replies(bot.environment)] == [after["ts"]]


async def test_a_deleted_alert_takes_its_reply_along(bot: Bot, names: dict[str, str]) -> None:
    """The reply is gone; another alert about the same port-out has its own."""
    first, second = alert(names["pending"]), alert(names["pending"], ts="1795000009.000100")
    await bot.sender.event(first)

    answer = await bot.sender.event(deleted(first))
    gone = len(replies(bot.environment))
    await bot.sender.event(second)

    (reply,) = replies(bot.environment)
    assert (answer.status, gone) == (200, 0)
    assert "Waiting for your answer" in reply["text"]


async def test_every_alert_has_a_card_of_its_own(bot: Bot, names: dict[str, str]) -> None:
    """Whatever was shown elsewhere in the channel a moment ago."""
    alerts = [alert(names["pending"], ts=f"179500000{number}.000100") for number in range(3)]
    for one in alerts:
        await bot.sender.event(one)

    said = replies(bot.environment)
    assert [reply["thread_ts"] for reply in said] == [one["ts"] for one in alerts]
    assert {reply["text"] for reply in said} == {said[0]["text"]}
    assert "Waiting for your answer" in said[0]["text"]


async def accepted(bot: Bot, event: dict[str, Any]) -> BotResponse:
    """Deliver an event again until it is accepted."""
    async with asyncio.timeout(60):
        while True:
            answer = await bot.sender.event(event, retry_num=1, retry_reason="http_timeout")
            if answer.status == 200:
                return answer


async def test_a_flood_of_alerts_is_answered_once_each_and_keeps_no_person_waiting(environment: Environment) -> None:
    """300 alerts at once, Telnyx at 200 ms: 300 replies, one call per id, at most 10 at a time; people come first."""
    pending = environment.telnyx.samples.events[environment.telnyx.samples.names["pending"]]
    ids = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(300)]
    environment.telnyx.samples.events.update({one: pending | {"id": one} for one in ids})
    at_a_time = Gauge()
    environment.telnyx.script.always(at_a_time.around(faults.slow(0.2)))
    alerts = [alert(one, ts=f"1795{number:06d}.000100") for number, one in enumerate(ids)]

    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        flood = [asyncio.create_task(bot.sender.event(one)) for one in alerts]
        await environment.telnyx.called("", 20)
        # This one process is everybody, and slower than Slack waits; the bot's own 2 s are in the answer's words.
        patient = SignedSender(bot.session, f"{bot.url}/slack/events", environment.slack.signing_secret, timeout=10)
        person = await patient.command(
            command(environment.telnyx.samples.names["ported"], response_url=environment.response_url())
        )
        await asyncio.gather(*flood)
        again = await asyncio.gather(*(accepted(bot, one) for one in alerts))

    assert person.json()["text"].startswith("Ported")
    assert set(statuses(again)) == {200}
    assert Counter(reply["thread_ts"] for reply in replies(environment)) == Counter(one["ts"] for one in alerts)
    # Every id once, and their one order as often as its answer grew old.
    assert {asked(environment, one) for one in ids} == {1}
    assert len(environment.telnyx.calls) <= 301 + 4
    assert at_a_time.most <= 10


async def test_a_channel_that_slack_slows_down_is_paced_and_holds_up_no_other(environment: Environment) -> None:
    """One post a second in each channel: all are placed, once, with a few refusals; another channel goes at once."""
    pending = environment.telnyx.samples.events[environment.telnyx.samples.names["pending"]]
    names = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(20)]
    environment.telnyx.samples.events.update({one: pending | {"id": one} for one in names})
    environment.slack.channels.messages["C0OTHER"] = []
    environment.slack.channels.is_limited = True
    alerts = [alert(one, ts=f"1795{number:06d}.000100") for number, one in enumerate(names)]

    async with environment.bot(ALERT_CHANNELS=f"{CHANNEL},C0OTHER") as bot:
        flood = [asyncio.create_task(bot.sender.event(one)) for one in alerts]
        await environment.slack.called("chat.postMessage", 2)
        other = await bot.sender.event(alert(names[0], channel="C0OTHER"))
        await asyncio.gather(*flood)
        async with asyncio.timeout(40):
            await environment.slack.channels.posted(CHANNEL, len(alerts))

    tries = [call.method for call in environment.slack.calls].count("chat.postMessage")
    assert other.status == 200
    assert other.elapsed < 1
    assert len(replies(environment)) == len(alerts)
    assert tries <= len(alerts) + 1 + 3


class Gauge:
    """How many requests are being answered at a time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def around(self, fault: Fault) -> Fault:
        """Count while `fault` goes on."""

        async def counted(request: Any) -> Any:
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                return await fault(request)
            finally:
                self.now -= 1

        return counted


@pytest.mark.parametrize("then", ["edited", "deleted"])
async def test_what_happens_to_an_alert_meanwhile_comes_after_its_reply(
    bot: Bot, names: dict[str, str], then: str
) -> None:
    """Edited or deleted while its look-up is under way: the reply shows both ids in the end, or is gone."""
    answered = asyncio.Event()
    bot.environment.telnyx.script.then(names["pending"], faults.held(answered))
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    posting = asyncio.create_task(bot.sender.event(before))
    await bot.environment.telnyx.called(names["pending"])

    change = edited(before, after) if then == "edited" else deleted(before)
    changing = asyncio.create_task(bot.sender.event_until_accepted(change, pauses=AT_ONCE))
    answered.set()
    await posting
    answers = await changing

    assert answers[-1].status == 200
    said = replies(bot.environment)
    assert ["2 port-out ids" in reply["text"] for reply in said] == ([True] if then == "edited" else [])


async def test_an_alert_that_was_deleted_before_its_redelivery_gets_no_reply(bot: Bot, names: dict[str, str]) -> None:
    """Telnyx failed at the first delivery, and somebody deleted the alert before the second."""
    bot.environment.telnyx.script.then(names["pending"], *[faults.status(503)] * 3)
    message = alert(names["pending"])

    first = await bot.sender.event(message)
    await bot.sender.event(deleted(message))
    again = await bot.sender.event(message, retry_num=1, retry_reason="http_error")

    assert statuses([first, again]) == [503, 200]
    assert replies(bot.environment) == []


async def test_a_deleted_alert_that_leaves_a_tombstone_takes_its_reply_along(bot: Bot, names: dict[str, str]) -> None:
    """A message with replies, and the bot's is one, is not deleted but replaced by what says so."""
    before = alert(names["pending"])
    tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
    await bot.sender.event(before)

    answer = await bot.sender.event(edited(before, tombstone | {"ts": before["ts"], "hidden": True}))

    assert answer.status == 200
    assert replies(bot.environment) == []


async def test_an_alert_whose_ids_were_edited_away_still_takes_its_reply_along(bot: Bot, names: dict[str, str]) -> None:
    """Deleted in the end, it leaves nothing behind."""
    before, after = alert(names["pending"]), alert("nothing")
    await bot.sender.event(before)
    await bot.sender.event(edited(before, after))

    await bot.sender.event(deleted(after))

    assert replies(bot.environment) == []


async def test_what_comes_late_does_not_undo_what_came_after(bot: Bot, names: dict[str, str]) -> None:
    """The posting, refused at first, comes again after an edit that names another port-out."""
    before, after = alert(names["ported"]), alert(names["pending"])
    bot.environment.telnyx.script.then(names["ported"], *[faults.status(503)] * 3)
    await bot.sender.event(before)
    await bot.sender.event(edited(before, after))

    again = await bot.sender.event(before, retry_num=1, retry_reason="http_error")

    (reply,) = replies(bot.environment)
    assert again.status == 200
    assert "Waiting for your answer" in reply["text"]


async def test_alerts_about_one_port_out_at_once_each_show_it(bot: Bot, names: dict[str, str]) -> None:
    """Five alerts, one call to Telnyx, five cards."""
    alerts = [alert(names["pending"], ts=f"179500001{number}.000100") for number in range(5)]

    answers = await asyncio.gather(*(accepted(bot, one) for one in alerts))

    assert set(statuses(answers)) == {200}
    assert Counter(reply["thread_ts"] for reply in replies(bot.environment)) == Counter(one["ts"] for one in alerts)
    assert asked(bot.environment, names["pending"]) == 1


async def test_slack_failing_at_the_last_delivery_is_tried_again_here(bot: Bot, names: dict[str, str]) -> None:
    """Nobody comes after it."""
    bot.environment.slack.script.then("chat.postMessage", faults.status(503))

    answer = await last_delivery(bot, alert(names["pending"]))

    assert answer.status == 200
    assert len(replies(bot.environment)) == 1


async def test_an_edit_that_adds_what_cannot_be_had_ends_honestly(bot: Bot, names: dict[str, str]) -> None:
    """At its last delivery the reply shows what it did, and names the other."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    bot.environment.telnyx.script.always(faults.status(503), key=names["ported"])

    answer = await last_delivery(bot, edited(before, after))

    (reply,) = replies(bot.environment)
    assert answer.status == 200
    assert "Waiting for your answer" in str(reply)
    assert "Telnyx is failing" in str(reply)


async def test_an_edit_that_drops_an_id_drops_its_card(bot: Bot, names: dict[str, str]) -> None:
    """The reply shows what the alert names now, and nothing else."""
    before, after = alert(names["pending"], names["ported"]), alert(names["ported"])
    await bot.sender.event(before)

    await bot.sender.event(edited(before, after))

    (reply,) = replies(bot.environment)
    assert reply["text"].startswith("Ported")


async def test_a_reply_that_somebody_took_away_is_posted_afresh(bot: Bot, names: dict[str, str]) -> None:
    """An edit that names another port-out gets a reply, though there is none to change."""
    before, after = alert(names["pending"]), alert(names["pending"], names["ported"])
    await bot.sender.event(before)
    bot.environment.slack.channels.messages[CHANNEL].clear()

    await bot.sender.event(edited(before, after))

    (reply,) = replies(bot.environment)
    assert "2 port-out ids" in reply["text"]


async def test_a_lost_answer_to_a_removal_is_no_failure(bot: Bot, names: dict[str, str]) -> None:
    """Slack took the reply away: what it showed is forgotten, and the next alert gets a card."""
    first, second = alert(names["pending"]), alert(names["pending"], ts="1795000009.000100")
    await bot.sender.event(first)
    bot.environment.slack.script_after_effect.then("chat.delete", faults.reset())

    await bot.sender.event(deleted(first))
    await bot.sender.event(second)

    (reply,) = replies(bot.environment)
    assert "Waiting for your answer" in reply["text"]


async def test_another_apps_message_is_not_taken_for_our_reply(bot: Bot, names: dict[str, str]) -> None:
    """Whatever its metadata says."""
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
