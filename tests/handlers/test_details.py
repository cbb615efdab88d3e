"""Who sees numbers and names in full (`DETAIL_USERS`), on every surface; and when the audit log says so."""

from collections.abc import Awaitable, Callable

import pytest

from handlers.message_shortcut import CALLBACK
from portout.cards.buttons import HISTORY, POST, REFRESH, ButtonValue, HistoryPageValue, encode
from sandbox import faults
from sandbox.slack.payloads import EPHEMERAL, MessageLocation, message_shortcut
from tests.conftest import Bot, Environment
from tests.handlers.button_clicks import click
from tests.handlers.mentions import CHANNEL, mention

FULL = "+1 312-555-0142"
MASKED = "•••• 0142"
NAME = "Wilhelmina Quartz"


async def command(bot: Bot, event_id: str) -> str:
    """Post the command; return its answer."""
    return (await bot.command(event_id)).body.decode()


async def late_command(bot: Bot, event_id: str) -> str:
    """Post the command while Telnyx is slow; return the follow-up."""
    bot.environment.telnyx.script.then(event_id, faults.slow(2.2))
    url = bot.environment.response_url()
    await bot.command(event_id, response_url=url)
    return str(await bot.environment.slack.response(url, timeout=30))


async def shortcut(bot: Bot, event_id: str) -> str:
    """Use the shortcut; return its reply."""
    url = bot.environment.response_url()
    message = {"ts": "1790000000.000002", "text": event_id}
    await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url))
    return str(await bot.environment.slack.response(url))


def button(action: str) -> Callable[[Bot, str], Awaitable[str]]:
    """Return a function that clicks a button of a private card and returns the reply."""

    async def click_button(bot: Bot, event_id: str) -> str:
        pressed = {"type": "button", "action_id": action, "value": encode(ButtonValue((event_id,)))}
        return str(await (await click(bot, pressed, EPHEMERAL)).reply())

    return click_button


async def history(bot: Bot, event_id: str) -> str:
    """Open the history; return the modal."""
    order_id = bot.environment.telnyx.samples.events[event_id]["portout_id"]
    pressed = {"type": "button", "action_id": HISTORY, "value": encode(HistoryPageValue(order_id))}
    await click(bot, pressed)
    await bot.environment.slack.called("views.update")
    return str([call.body for call in bot.environment.slack.calls if call.method == "views.update"])


PRIVATE = {"command": command, "late command": late_command, "shortcut": shortcut, "refresh": button(REFRESH)}


@pytest.mark.parametrize("surface", PRIVATE)
@pytest.mark.parametrize(
    ("variables", "is_full"),
    [
        ({}, True),
        ({"ALLOWED_USERS": "U0ALICE"}, True),
        ({"DETAIL_USERS": "U0ALICE"}, True),
        ({"DETAIL_USERS": "U0BOB"}, False),
        ({"ALLOWED_USERS": "U0ALICE", "DETAIL_USERS": "U0BOB"}, False),
        ({"ALLOWED_USERS": "U0ALICE,U0BOB", "DETAIL_USERS": "U0ALICE"}, True),
    ],
    ids=["no list", "allowed", "detailed", "not detailed", "allowed, not detailed", "both"],
)
async def test_a_private_answer_is_full_only_for_those_who_may_see_details(
    environment: Environment, log_text: Callable[[], str], surface: str, variables: dict[str, str], *, is_full: bool
) -> None:
    """Others see it as a channel does, and the audit log says which."""
    async with environment.bot(**variables) as bot:
        answer = await PRIVATE[surface](bot, environment.telnyx.samples.names["pending"])

    assert (FULL in answer, NAME in answer, MASKED in answer) == (is_full, is_full, not is_full)
    assert f'"form":"{"full" if is_full else "masked"}"' in log_text()


@pytest.mark.parametrize("surface", ["late command", "shortcut", "refresh", "details"])
async def test_what_slack_does_not_take_is_not_logged_as_shown(
    environment: Environment, log_text: Callable[[], str], surface: str
) -> None:
    """A follow-up that is refused was seen by nobody."""
    environment.slack.script.always(faults.status(404), key="response_url")
    async with environment.bot() as bot:
        event_id = environment.telnyx.samples.names["pending"]
        url = environment.response_url()
        if surface == "late command":
            environment.telnyx.script.then(event_id, faults.slow(2.2))
            await bot.command(event_id, response_url=url)
        elif surface == "shortcut":
            message = {"ts": "1790000000.000002", "text": event_id}
            await bot.sender.interaction(message_shortcut(CALLBACK, message, response_url=url))
        else:
            await click(bot, {"type": "button", "action_id": surface, "value": encode(ButtonValue((event_id,)))})

    assert "response_url.failed" in log_text()
    assert "audit.shown" not in log_text()


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "views.update"])
async def test_what_is_not_posted_is_not_logged_as_shown(
    environment: Environment, log_text: Callable[[], str], method: str
) -> None:
    """A post, a change or a modal that Slack refuses was seen by nobody."""
    refusal = faults.status(200, body=b'{"ok":false,"error":"restricted_action"}')
    environment.slack.script.always(refusal, key=method)
    event_id = environment.telnyx.samples.names["pending"]
    async with environment.bot() as bot:
        if method == "views.update":
            await history(bot, event_id)
        elif method == "chat.update":
            value = encode(ButtonValue((event_id,), mention_ts="1.2", is_posted=True))
            pressed = {"type": "button", "action_id": REFRESH, "value": value}
            await click(bot, pressed, MessageLocation(CHANNEL, "1.3", "1.2", is_ephemeral=False))
        else:
            await bot.sender.event(mention(event_id))
            pressed = {"type": "button", "action_id": POST, "value": encode(ButtonValue((event_id,)))}
            await click(bot, pressed)

    assert method in [call.method for call in environment.slack.calls]
    assert "audit.shown" not in log_text()
