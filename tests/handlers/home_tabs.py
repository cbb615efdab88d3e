"""The Home tab as people use it: opened, and its buttons pressed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.slack.payloads import app_home_opened, home_button_press
from tests.conftest import Bot, Environment

LISTS = "portouts"


async def open_home(bot: Bot, user: str = "U0ALICE", *, ext_shared: bool = False) -> dict[str, Any]:
    """Open the Home tab; return what is published there."""
    slack = bot.environment.slack
    before = published(bot.environment)
    answer = await bot.sender.event(
        app_home_opened(user=user, view=slack.home_tabs.views.get(user)), ext_shared=ext_shared
    )
    assert answer.status == 200
    await slack.called("views.publish", before + 1)
    return slack.home_tabs.views[user]


async def press(bot: Bot, button: dict[str, Any], user: str = "U0ALICE", **fields: Any) -> None:
    """Press a button of the Home tab; raise AssertionError unless the acknowledgement is empty."""
    view = bot.environment.slack.home_tabs.views[user]
    answer = await bot.sender.interaction(home_button_press(button, view=view, user=user, **fields))
    assert (answer.status, answer.body) == (200, b"")


def published(environment: Environment) -> int:
    """Return how often a Home tab was published."""
    return sum(call.method == "views.publish" for call in environment.slack.calls)


def lists_read(environment: Environment) -> int:
    """Return how often Telnyx was asked for a page of a list of orders."""
    return sum(call.path == "/v2/portouts" for call in environment.telnyx.calls)


def fill(environment: Environment, waiting: int, leaving: int) -> None:
    """Replace the account's orders by some that wait, the first with the least time, and some that leave tomorrow."""
    account, now = environment.telnyx.account, datetime.now(UTC)
    environment.telnyx.samples.orders.clear()
    for number in range(waiting):
        account.clock.offset = timedelta(minutes=number) - timedelta(hours=20)
        account.open_order(f"+1312555{number:04}", carrier_name=f"Carrier {number:04}")
    for number in range(leaving):
        account.clock.offset = timedelta()
        order_id = account.open_order(f"+1415555{number:04}", carrier_name=f"Gainer {number:04}")
        account.change_status(order_id, "authorized")
        account.move_foc_date(order_id, now + timedelta(days=1, minutes=number))


def clear(environment: Environment) -> None:
    """Remove all orders from the account."""
    environment.telnyx.samples.orders.clear()
