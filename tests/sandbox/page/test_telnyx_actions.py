"""What the page's buttons do at Telnyx, without a bot."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from sandbox.page.actions import ChangeOrder, OpenOrder, PassHours
from sandbox.page.services.telnyx_actions import TelnyxActions
from sandbox.page.view_state import ViewState
from sandbox.page.workspace import WATCH
from sandbox.serve import unused_port
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.account import Account
from sandbox.telnyx.orders import WAITING
from sandbox.telnyx.samples import samples
from sandbox.telnyx.webhooks import WebhookSender


@pytest.fixture
def slack() -> SlackSandbox:
    """A workspace in which nothing was posted."""
    return SlackSandbox()


@pytest.fixture
def view(slack: SlackSandbox) -> ViewState:
    """What the page shows of it."""
    return ViewState(slack)


@pytest.fixture
def account() -> Account:
    """The sample account of today."""
    return Account(samples(datetime.now(UTC)))


@pytest.fixture
def actions(account: Account, view: ViewState, http: aiohttp.ClientSession) -> TelnyxActions:
    """The buttons, with nobody who receives webhooks."""
    webhooks = WebhookSender(http)
    webhooks.url = f"http://127.0.0.1:{unused_port()}/"
    return TelnyxActions(account, webhooks, view)


async def test_what_is_opened_is_listed_first_and_belongs_to_nobody(actions: TelnyxActions, account: Account) -> None:
    """Numbers are of the form 555-01xx, and none leaves twice."""
    before = set(account.samples.orders)
    for _ in range(100):
        await actions.perform(OpenOrder())

    numbers = [
        number
        for order_id, order in account.samples.orders.items()
        if order_id not in before
        for number in order["phone_numbers"]
    ]
    newest = account.samples.orders[actions.orders[0].id]
    assert len(set(numbers)) == len(numbers) >= 100
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", number) for number in numbers)
    assert newest["phone_numbers"][0][-4:] in actions.orders[0].label
    assert actions.orders[0].label.endswith("pending, new")
    assert {one.id for one in actions.orders[100:]} <= before


async def test_each_move_of_the_foc_date_is_a_day(actions: TelnyxActions, account: Account) -> None:
    """From the one that was asked for on."""
    order = account.samples.orders[WAITING]
    for _ in range(2):
        await actions.perform(ChangeOrder(WAITING, "move FOC date"))

    moved = datetime.fromisoformat(order["foc_date"]) - datetime.fromisoformat(order["requested_foc_date"])
    assert moved == timedelta(days=2)


async def test_hours_pass_once_all_is_told(
    actions: TelnyxActions, account: Account, slack: SlackSandbox, view: ViewState
) -> None:
    """An event that is not told yet would be older than the watch, and never told."""
    before = account.samples.orders[WAITING]["created_at"]
    await actions.perform(ChangeOrder(WAITING, "comment"))
    passing = asyncio.create_task(actions.perform(PassHours(12)))
    await asyncio.sleep(0)  # the task runs until it waits
    assert account.samples.orders[WAITING]["created_at"] == before
    event_id = list(account.samples.events)[-1]
    metadata = {"event_type": "portout_event", "event_payload": {"event": event_id}}
    await slack.channels.answer("chat.postMessage", {"channel": WATCH, "text": "a line", "metadata": metadata})
    await view.update()
    await passing

    passed = datetime.fromisoformat(before) - datetime.fromisoformat(account.samples.orders[WAITING]["created_at"])
    assert passed == timedelta(hours=12)
    assert actions.orders[-1].label.endswith("h old")


async def test_a_broadcast_reply_stands_in_both_and_what_is_deleted_in_none(
    slack: SlackSandbox, view: ViewState
) -> None:
    """As the bot's posts do in Slack; a change is shown."""
    post = {"channel": WATCH, "text": "a message"}
    await slack.channels.answer("chat.postMessage", post)
    (root,) = slack.channels.messages[WATCH]
    for is_broadcast in ("true", "false"):
        reply = post | {"thread_ts": root["ts"], "reply_broadcast": is_broadcast}
        await slack.channels.answer("chat.postMessage", reply)
    await view.update()
    _, broadcast, other = view.visible
    assert (broadcast.thread_ts, broadcast.is_broadcast, other.is_broadcast) == (root["ts"], True, False)

    await slack.channels.answer("chat.update", {"channel": WATCH, "ts": root["ts"], "text": "changed"})
    await slack.channels.answer("chat.delete", {"channel": WATCH, "ts": other.ts})
    await view.update()
    assert [entry.text for entry in view.visible] == ["changed", "a message"]
