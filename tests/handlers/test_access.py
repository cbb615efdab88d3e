"""Who may look up and who may see full details, on every surface; and the audit log."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.buttons import ButtonValue, encode
from sandbox.slack.payloads import message_shortcut
from tests.conftest import UNKNOWN_ID, Bot, Environment, message_of
from tests.handlers.button_clicks import buttons, click

CHANNEL = "C0ALERTS"
TS = "1795000000.000100"
NOT_ALLOWED = "Not allowed: whoever runs this bot decides"
OUTSIDERS = "This app answers members of the company that it belongs to"
SLACK_CONNECT = "T0ELSEWHERE"


def audit_lines(log: str) -> list[dict[str, Any]]:
    """Return the lines of the audit log."""
    lines = [msgspec.json.decode(line) for line in log.splitlines()]
    return [line for line in lines if line.get("logger") == "audit"]


def message_event(text: str, **more: Any) -> dict[str, Any]:
    """Return the event for a user's message in the alert channel."""
    return {"type": "message", "user": "U0BOB", "text": text, "channel": CHANNEL, "ts": TS, "event_ts": TS, **more}


async def command(bot: Bot, event_id: str) -> str:
    """Post the command; return the text of its answer."""
    return message_of(await bot.command(event_id)).text


async def shortcut(bot: Bot, event_id: str) -> str:
    """Use the shortcut; return the text of its reply."""
    url = bot.environment.response_url()
    await bot.sender.interaction(message_shortcut(CALLBACK, message_event(event_id), response_url=url))
    return str((await bot.environment.slack.response(url))["text"])


async def mention(bot: Bot, event_id: str) -> str:
    """Mention the bot; return the text of the reply that only the user sees."""
    event = message_event(f"<@U0BOT> {event_id}", type="app_mention", user="U0ALICE")
    assert (await bot.sender.event(event)).status == 200
    (message,) = bot.environment.slack.channels.ephemeral_messages
    assert (message["user"], message["channel"], message["thread_ts"]) == ("U0ALICE", CHANNEL, None)
    return str(message["text"])


def clicking(action: str) -> Callable[[Bot, str], Awaitable[str]]:
    """Return a function that clicks a button and returns the text of the reply."""

    async def click_button(bot: Bot, event_id: str) -> str:
        pages = {"history": f'{{"order_id": "{event_id}"}}', "numbers": f'{{"id": "{event_id}"}}'}
        value = pages.get(action) or encode(ButtonValue((event_id,)))
        button = {"type": "button", "action_id": action, "value": value}
        return str((await (await click(bot, button)).reply())["text"])

    return click_button


SURFACES = {
    "command": command,
    "shortcut": shortcut,
    "mention": mention,
    **{action: clicking(action) for action in ("refresh", "details", "history", "numbers", "post")},
}


@pytest.mark.parametrize("surface", SURFACES)
async def test_who_is_not_listed_is_refused_everywhere(
    environment: Environment, log_text: Callable[[], str], surface: str
) -> None:
    """With a private text, without a call to Telnyx, and with a line in the audit log."""
    event_id = environment.telnyx.samples.names["pending"]
    async with environment.bot(ALLOWED_USERS="U0CAROL, U0DAVE", ALERT_CHANNELS=CHANNEL) as bot:
        answer = await SURFACES[surface](bot, event_id)

    (line,) = audit_lines(log_text())
    assert answer.startswith(NOT_ALLOWED)
    assert environment.telnyx.calls == []
    assert [call.method for call in environment.slack.calls if call.method in {"chat.postMessage", "views.open"}] == []
    assert {name: line[name] for name in ("event", "surface", "user")} == {
        "event": "audit.refused",
        "surface": surface,
        "user": "U0ALICE",
    }
    assert "channel" in line


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_refusal_names_who_runs_the_bot(environment: Environment, surface: str) -> None:
    """Where the operator says so, people know whom to ask; what the operator writes is no mention and no formatting."""
    event_id = environment.telnyx.samples.names["pending"]
    owner = "Dana of *IT* <@U0DANA> {x}"
    async with environment.bot(ALLOWED_USERS="U0CAROL", ALERT_CHANNELS=CHANNEL, BOT_OWNER=owner) as bot:
        answer = await SURFACES[surface](bot, event_id)

    assert answer == (
        "Not allowed: Dana of IT &lt;@U0DANA&gt; {x}, who runs this bot, decides who may see port-outs here. Ask them."
    )


async def test_who_is_listed_is_answered(environment: Environment) -> None:
    """ALLOWED_USERS names the users who may look up."""
    async with environment.bot(ALLOWED_USERS="U0CAROL,U0ALICE") as bot:
        answer = await command(bot, environment.telnyx.samples.names["pending"])

    assert answer.startswith("Waiting for your answer")


@pytest.mark.parametrize(
    ("author", "replies"),
    [({}, 0), ({"user": "U0CAROL"}, 1), ({"bot_id": "B0MONITOR"}, 1), ({"subtype": "bot_message", "bot_id": "B0X"}, 1)],
    ids=["a person who isn't listed", "one who is", "an app", "a classic integration"],
)
async def test_alerts_by_users_who_are_not_listed_are_not_answered(
    environment: Environment, log_text: Callable[[], str], author: dict[str, Any], replies: int
) -> None:
    """Alerts by apps are always answered."""
    message = message_event(environment.telnyx.samples.names["pending"], **author)
    async with environment.bot(ALLOWED_USERS="U0CAROL", ALERT_CHANNELS=CHANNEL) as bot:
        answer = await bot.sender.event(message)

    assert answer.status == 200
    assert len(environment.slack.channels.messages[CHANNEL]) == replies
    assert [line["event"] for line in audit_lines(log_text())] == [["audit.refused"], ["audit.shown"]][replies]
    assert bool(environment.telnyx.calls) == bool(replies)


async def test_people_of_other_companies_cannot_use_buttons(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """They see what is posted in a shared channel, but clicks on its buttons are refused."""
    event_id = environment.telnyx.samples.names["pending"]
    async with environment.bot() as bot:
        card = message_of(await bot.command(event_id))
        calls = len(environment.telnyx.calls)
        for action in ("refresh", "history", "post"):
            answer = await (await click(bot, buttons(card)[action], team=SLACK_CONNECT)).reply()
            assert answer["text"].startswith(OUTSIDERS)

    assert len(environment.telnyx.calls) == calls
    assert [line["event"] for line in audit_lines(log_text())] == ["audit.shown", *["audit.refused"] * 3]


@pytest.mark.parametrize("event_type", ["message", "app_mention"])
async def test_people_of_other_companies_are_not_answered(
    environment: Environment, log_text: Callable[[], str], event_type: str
) -> None:
    """Neither their mentions nor their messages in a listed channel."""
    message = message_event(
        f"<@U0BOT> {environment.telnyx.samples.names['pending']}", type=event_type, user_team=SLACK_CONNECT
    )
    if event_type == "message":
        message["text"] = environment.telnyx.samples.names["pending"]
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        answer = await bot.sender.event(message, ext_shared=True)

    assert answer.status == 200
    assert environment.slack.channels.messages[CHANNEL] == environment.slack.channels.ephemeral_messages == []
    assert environment.telnyx.calls == []
    assert [line["event"] for line in audit_lines(log_text())] == ["audit.refused"]


@pytest.mark.parametrize(
    ("allowed", "detailed", "user", "expected"),
    [
        ("", "", "U0BOB", "Waiting for your answer"),
        ("", "U0ALICE", "U0ALICE", "Waiting for your answer"),
        ("", "U0ALICE", "U0BOB", NOT_ALLOWED),
        ("U0ALICE", "", "U0ALICE", "Waiting for your answer"),
        ("U0ALICE", "", "U0BOB", NOT_ALLOWED),
        ("U0ALICE", "U0BOB", "U0BOB", "Waiting for your answer"),
        ("U0ALICE", "U0BOB", "U0ALICE", NOT_ALLOWED),
    ],
)
async def test_details_are_for_those_who_may_see_them(
    environment: Environment, allowed: str, detailed: str, user: str, expected: str
) -> None:
    """The users in DETAIL_USERS; if it is empty, all who may look up."""
    button = {
        "type": "button",
        "action_id": "details",
        "value": encode(ButtonValue((environment.telnyx.samples.names["pending"],))),
    }
    lists = {"ALLOWED_USERS": allowed, "DETAIL_USERS": detailed}
    async with environment.bot(**{name: users for name, users in lists.items() if users}) as bot:
        answer = await (await click(bot, button, user=user)).reply()

    assert answer["text"].startswith(expected)


@pytest.mark.parametrize(("user", "is_full"), [("U0ALICE", True), ("U0BOB", False)])
async def test_a_history_is_in_full_for_those_who_may_see_details(
    environment: Environment, log_text: Callable[[], str], user: str, *, is_full: bool
) -> None:
    """For other users a comment is one line with masked numbers, as in channels."""
    order_id = environment.telnyx.samples.events[environment.telnyx.samples.names["rejected-pending"]]["portout_id"]
    environment.telnyx.samples.comments[order_id][0]["body"] = "Call 312 555 0147\nby noon."
    button = {"type": "button", "action_id": "history", "value": f'{{"order_id": "{order_id}"}}'}
    async with environment.bot(DETAIL_USERS="U0ALICE") as bot:
        await click(bot, button, user=user)
        await environment.slack.called("views.update")

    (view,) = environment.slack.modals.views.values()
    text = msgspec.json.encode(view).decode()
    assert ("312 555 0147\\nby noon" in text) == is_full
    assert ("•••• 0147 by noon" in text) != is_full
    assert f'"form":"{"full" if is_full else "masked"}"' in log_text()


async def test_the_audit_log_records_who_saw_what(environment: Environment, log_text: Callable[[], str]) -> None:
    """The user, the channel, the ids and the form, at any log level, and without personal data."""
    event_id = environment.telnyx.samples.names["pending"]
    async with environment.bot(ALERT_CHANNELS=CHANNEL, LOG_LEVEL="error") as bot:
        card = message_of(await bot.command(event_id))
        await (await click(bot, buttons(card)["post"], user="U0BOB")).reply()
        await bot.sender.event(message_event(event_id, bot_id="B0MONITOR"))
        await click(bot, buttons(card)["history"])
        await environment.slack.called("views.update")

    fields = ("surface", "user", "channel", "form")
    order_id = environment.telnyx.samples.events[event_id]["portout_id"]
    assert [(*(line[name] for name in fields), line["ids"]) for line in audit_lines(log_text())] == [
        ("command", "U0ALICE", "C0DESK", "full", [event_id]),
        ("post", "U0BOB", "C0DESK", "masked", [event_id]),
        ("alert", "B0MONITOR", CHANNEL, "masked", [event_id]),
        ("history", "U0ALICE", "C0DESK", "full", [order_id]),
    ]


@pytest.mark.parametrize(
    "surface", ["command", "shortcut", "mention", "refresh", "details", "history", "numbers", "post"]
)
async def test_too_many_look_ups_by_one_user_are_refused(bot: Bot, log_text: Callable[[], str], surface: str) -> None:
    """More than thirty a minute cause no call to Telnyx, and a text that asks the user to wait."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    for _ in range(30):
        await bot.command(event_id)
    calls = len(bot.environment.telnyx.calls)

    answer = await SURFACES[surface](bot, event_id)

    assert answer.startswith("Slow down: that were many look-ups in a minute.")
    assert len(bot.environment.telnyx.calls) == calls
    assert audit_lines(log_text())[-1]["why"] == "too_many"


async def test_each_user_has_a_rate_limit_of_their_own(bot: Bot) -> None:
    """One user's look-ups do not count for another."""
    event_id = bot.environment.telnyx.samples.names["pending"]
    for _ in range(31):
        await bot.command(event_id)

    answer = await bot.command(event_id, user="U0BOB")

    assert message_of(answer).text.startswith("Waiting for your answer")


@pytest.mark.parametrize(("allowed", "expected"), [("U0CAROL", NOT_ALLOWED), ("U0ALICE", "Slow down")])
async def test_a_mention_through_an_app_counts_as_its_users(
    environment: Environment, allowed: str, expected: str
) -> None:
    """Neither ALLOWED_USERS nor the rate limit can be avoided by an app that posts in one's name."""
    event_id = environment.telnyx.samples.names["pending"]
    event = message_event(f"<@U0BOT> {event_id}", type="app_mention", user="U0ALICE", bot_id="B0MINE", app_id="A0MINE")
    async with environment.bot(ALERT_CHANNELS=CHANNEL, ALLOWED_USERS=allowed) as bot:
        for _ in range(30):
            await bot.command(event_id)
        await bot.sender.event(event)

    (refusal,) = environment.slack.channels.ephemeral_messages
    assert (refusal["user"], refusal["text"].startswith(expected)) == ("U0ALICE", True)
    assert environment.slack.channels.messages[CHANNEL] == []


async def test_mentions_without_a_user_are_counted_for_the_app(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """Whichever of its webhooks posts them; over the limit there is no answer, and other apps have their own limit."""

    def by_app(app_id: str, number: int) -> dict[str, Any]:
        ts = f"1795{number:06d}.000100"
        bot_id = f"B0HOOK{number}"
        event = {"type": "app_mention", "subtype": "bot_message", "bot_id": bot_id, "channel": CHANNEL, "ts": ts}
        return event | {"bot_profile": {"app_id": app_id}, "text": f"<@U0BOT> {event_id}", "event_ts": ts}

    event_id = environment.telnyx.samples.names["pending"]
    async with environment.bot(ALERT_CHANNELS=CHANNEL) as bot:
        for number in range(31):
            await bot.sender.event(by_app("A0LOOP", number))
        looped = len(environment.slack.channels.messages[CHANNEL])
        await bot.sender.event(by_app("A0OTHER", 31))

    refused = [line for line in audit_lines(log_text()) if line["event"] == "audit.refused"]
    assert (looped, len(environment.slack.channels.messages[CHANNEL])) == (30, 31)
    assert environment.slack.channels.ephemeral_messages == []
    assert [(line["user"], line["why"]) for line in refused] == [("A0LOOP", "too_many")]


async def test_the_audit_log_names_the_workspace_of_who_is_refused(
    environment: Environment, log_text: Callable[[], str]
) -> None:
    """The operator needs it for TRUSTED_TEAMS."""
    button = {"type": "button", "action_id": "details", "value": encode(ButtonValue((UNKNOWN_ID,)))}
    async with environment.bot() as bot:
        await (await click(bot, button, team=SLACK_CONNECT)).reply()

    assert [line["teams"] for line in audit_lines(log_text())] == [[SLACK_CONNECT]]
