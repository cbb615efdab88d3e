"""Every surface times every kind of sender: the table in docs/privacy.md, and the bot."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct, field

from handlers.message_shortcut import CALLBACK
from portout.cards.buttons import ButtonValue, encode
from sandbox.slack.payloads import (
    EPHEMERAL,
    MessageLocation,
    app_home_opened,
    button_press,
    command,
    event_callback,
    home_button_press,
    message_shortcut,
)
from sandbox.slack.workspace import TEAM_DOMAIN, TEAM_ID, Installation
from tests.conftest import Bot, Environment

PRIVACY: Final = (Path(__file__).parents[2] / "docs/privacy.md").read_text()
ALERTS: Final = "C0ALERTS"
DESK: Final = "C0DESK"
ORGANISATION: Final = "E0ORG"
OTHER_WORKSPACE: Final = "T0OTHERWS"
ELSEWHERE: Final = "T0ELSEWHERE"
PARTNER: Final = "T0PARTNER"

ALONE: Final = Installation()
ON_GRID: Final = Installation(TEAM_ID, ORGANISATION)
ORG_WIDE: Final = Installation(ORGANISATION, ORGANISATION, is_enterprise_install=True, workspaces=(OTHER_WORKSPACE,))

IMPOSSIBLE: Final = "–"  # noqa: RUF001  as the documents write it
OUTCOMES: Final = {
    "Waiting for your answer": "answered",
    "This channel is shared with another company": "notice",
    "Not allowed": "refused",
    "This app answers members of the company": "refused",
}
OUTCOMES_OF_VIEWS: Final = {
    "wait for your answer": "answered",
    "Waiting for your answer": "answered",
    "Not allowed": "refused",
}


class Sender(Struct, frozen=True):
    """A kind of sender, as Slack's payloads show it.

    message: the fields of a message that tell who wrote it. team: the sender's in commands, shortcuts and clicks; None
    where they name none. is_shared: the channels are shared with another company. settings: of the bot. installed:
    where the bot is.
    """

    message: dict[str, Any]
    team: str | None = TEAM_ID
    is_shared: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    installed: Installation = ALONE


def person(**teams: str) -> dict[str, Any]:
    """Return the fields of a person's message."""
    return {"user": "U0ALICE", **teams}


def app(**more: Any) -> dict[str, Any]:
    """Return the fields of an app's message."""
    return {"bot_id": "B0MONITOR", **more}


LISTED: Final = {"ALLOWED_USERS": "U0ALICE"}
NOT_LISTED: Final = {"ALLOWED_USERS": "U0CAROL"}

SENDERS: Final = {
    "member": Sender(person(team=TEAM_ID)),
    "member, in `ALLOWED_USERS`": Sender(person(team=TEAM_ID), settings=LISTED),
    "member, not in `ALLOWED_USERS`": Sender(person(team=TEAM_ID), settings=NOT_LISTED),
    "guest": Sender(person(team=TEAM_ID)),
    "colleague on Grid, by workspace": Sender(person(team=OTHER_WORKSPACE), OTHER_WORKSPACE, installed=ON_GRID),
    "colleague on Grid, by workspace, in a shared channel": Sender(
        person(team=OTHER_WORKSPACE), OTHER_WORKSPACE, is_shared=True, installed=ON_GRID
    ),
    "colleague on Grid, by organisation": Sender(
        person(user_team=ORGANISATION, team=OTHER_WORKSPACE), ORGANISATION, is_shared=True, installed=ON_GRID
    ),
    "colleague on Grid, bot installed for the organisation": Sender(
        person(team=OTHER_WORKSPACE), OTHER_WORKSPACE, is_shared=True, installed=ORG_WIDE
    ),
    "somebody of `TRUSTED_TEAMS`": Sender(
        person(user_team=PARTNER), PARTNER, is_shared=True, settings={"TRUSTED_TEAMS": f"E0X, {PARTNER}"}
    ),
    "stranger, by `user_team`": Sender(
        person(user_team=ELSEWHERE, team=TEAM_ID), ELSEWHERE, is_shared=True, installed=ON_GRID
    ),
    "stranger, by `source_team`": Sender(
        person(source_team=ELSEWHERE, team=TEAM_ID), ELSEWHERE, is_shared=True, installed=ON_GRID
    ),
    "stranger, by `team` only": Sender(person(team=ELSEWHERE), ELSEWHERE, is_shared=True, installed=ON_GRID),
    "stranger, by nothing": Sender(person(), None, is_shared=True),
    "app, with a user who may look up": Sender(app(user="U0ALICE", team=TEAM_ID), settings=LISTED),
    "app, with a user who may not": Sender(app(user="U0ALICE", team=TEAM_ID), settings=NOT_LISTED),
    "app, without a user": Sender(app(subtype="bot_message"), settings=NOT_LISTED),
    "workflow": Sender(
        app(subtype="bot_message", app_id="A0FLOW", bot_profile={"app_id": "A0FLOW", "team_id": TEAM_ID}),
        settings=NOT_LISTED,
    ),
    "app of another company": Sender(app(bot_profile={"team_id": ELSEWHERE}), is_shared=True, installed=ON_GRID),
    "app of another company, with a user": Sender(app(user="U0X", user_team=ELSEWHERE), is_shared=True),
}


def outcome(text: str) -> str:
    """Return the outcome that a text of the bot shows."""
    (found,) = {outcome for start, outcome in OUTCOMES.items() if text.startswith(start)}
    return found


def interaction(payload: dict[str, Any], sender: Sender) -> dict[str, Any]:
    """Return the payload with its user's team, and with where the bot is installed, whoever the user is."""
    enterprise = {"enterprise_id": sender.installed.enterprise_id} if sender.installed.enterprise_id else {}
    organisation = {"id": sender.installed.enterprise_id, "name": "Org"} if enterprise else None
    user = {name: value for name, value in payload["user"].items() if name != "team_id"}
    return {
        **payload,
        "user": user | ({"team_id": sender.team} if sender.team else {}),
        "team": None
        if sender.installed.is_enterprise_install
        else {"id": TEAM_ID, "domain": TEAM_DOMAIN, **enterprise},
        "enterprise": organisation,
        "is_enterprise_install": sender.installed.is_enterprise_install,
    }


async def private_answer(bot: Bot, payload: dict[str, Any]) -> str:
    """Send a shortcut or a click; return the text that its user sees."""
    assert (await bot.sender.interaction(payload)).status == 200
    return str((await bot.environment.slack.response(payload["response_url"]))["text"])


async def type_command(bot: Bot, sender: Sender, event_id: str) -> str:
    fields = command(event_id, response_url=bot.environment.response_url()) | {"team_id": sender.team or ""}
    if sender.installed.enterprise_id:
        fields |= {"enterprise_id": sender.installed.enterprise_id}
    return outcome((await bot.sender.command(fields)).json()["text"])


async def choose_shortcut(bot: Bot, sender: Sender, event_id: str) -> str:
    message = {"type": "message", "ts": "1795000000.000100", "text": event_id}
    payload = message_shortcut(CALLBACK, message, response_url=bot.environment.response_url())
    return outcome(await private_answer(bot, interaction(payload, sender)))


def clicking(action: str, location: MessageLocation) -> Callable[[Bot, Sender, str], Awaitable[str]]:
    async def click(bot: Bot, sender: Sender, event_id: str) -> str:
        button = {"type": "button", "action_id": action, "value": encode(ButtonValue((event_id,)))}
        payload = button_press(button, response_url=bot.environment.response_url(), location=location)
        return outcome(await private_answer(bot, interaction(payload, sender)))

    return click


def posting(event_type: str, text: str, channel: str, ts: str) -> Callable[[Bot, Sender, str], Awaitable[str]]:
    async def post(bot: Bot, sender: Sender, event_id: str) -> str:
        event = {"type": event_type, "channel": channel, "ts": ts, "event_ts": ts, "text": f"{text} {event_id}"}
        callback = event_callback(event | sender.message, ext_shared=sender.is_shared, installation=sender.installed)
        channels = bot.environment.slack.channels
        channels.messages[channel].clear()
        channels.ephemeral_messages.clear()
        assert (await bot.sender.event_callback(callback, 0, None)).status == 200
        texts = [message["text"] for message in (*channels.messages[channel], *channels.ephemeral_messages)]
        assert len(texts) <= 1
        return outcome(texts[0]) if texts else "silent"

    return post


async def open_the_home_tab(bot: Bot, sender: Sender, _event_id: str) -> str:
    slack = bot.environment.slack
    slack.home_tabs.views.clear()
    before = sum(call.method == "views.publish" for call in slack.calls)
    callback = event_callback(app_home_opened(), installation=sender.installed)
    assert (await bot.sender.event_callback(callback, 0, None)).status == 200
    await slack.called("views.publish", before + 1)
    return outcome_of_view(slack.home_tabs.views["U0ALICE"])


async def press_in_the_home_tab(bot: Bot, sender: Sender, event_id: str) -> str:
    slack = bot.environment.slack
    slack.modals.views.clear()
    button = {"type": "button", "action_id": "own_details", "value": encode(ButtonValue((event_id,)))}
    home = {"type": "home", "id": "V0HOME", "blocks": []}
    payload = interaction(home_button_press(button, view=home), sender)
    assert (await bot.sender.interaction(payload)).status == 200
    await slack.called("views.open")
    (view,) = slack.modals.views.values()
    if "Asking Telnyx" in str(view):
        await slack.called("views.update")
        (view,) = slack.modals.views.values()
    return outcome_of_view(view)


def outcome_of_view(view: dict[str, Any]) -> str:
    """Return the outcome that a window or the Home tab shows."""
    (found,) = {outcome for words, outcome in OUTCOMES_OF_VIEWS.items() if words in str(view)}
    return found


SURFACES: Final = {
    "command": type_command,
    "shortcut": choose_shortcut,
    "mention": posting("app_mention", "<@U0BOT>", DESK, "1795000001.000100"),
    "mention in an alert channel": posting("app_mention", "<@U0BOT>", ALERTS, "1795000002.000100"),
    "message in an alert channel": posting("message", "port-out", ALERTS, "1795000003.000100"),
    "button on a private card": clicking("refresh", EPHEMERAL),
    "button on a card in a channel": clicking("details", MessageLocation(ALERTS, is_ephemeral=False)),
    "Home tab": open_the_home_tab,
    "button in the Home tab": press_in_the_home_tab,
}


def table() -> dict[str, dict[str, str]]:
    """Return the table of the document: for each kind of sender, the outcome on each surface."""
    section = PRIVACY.split("\n## Who is answered where\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    heading, _, *body = rows
    return {kind: dict(zip(heading[1:], cells, strict=True)) for kind, *cells in body}


TABLE: Final = table()


def test_the_table_has_every_kind_of_sender_and_every_surface() -> None:
    """And no other."""
    assert list(TABLE) == list(SENDERS)
    assert all(list(row) == list(SURFACES) for row in TABLE.values())


@pytest.mark.parametrize("kind", SENDERS)
async def test_a_sender_is_answered_as_the_table_says(environment: Environment, kind: str) -> None:
    """On each surface that they can reach; where no card is shown, Telnyx is not asked."""
    sender, event_id = SENDERS[kind], environment.telnyx.samples.names["pending"]
    environment.slack.installation = sender.installed
    expected = {surface: cell for surface, cell in TABLE[kind].items() if cell != IMPOSSIBLE}
    actual = {}
    async with environment.bot(ALERT_CHANNELS=ALERTS, **sender.settings) as bot:
        for surface in expected:
            calls = len(environment.telnyx.calls)
            actual[surface] = await SURFACES[surface](bot, sender, event_id)
            assert actual[surface] == "answered" or len(environment.telnyx.calls) == calls

    assert actual == expected
