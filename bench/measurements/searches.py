"""The cost of finding a port-out by its key, and of the Home tab."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bench.harness import Harness, Server, cpu_of
from bench.profiles import Profile
from bench.report import Row, at_most, seconds, times
from sandbox.telnyx.account import Account

_ORDERS: Final = 300  # of each list
_WHY_KEY: Final = "by a key, two lists are read, with their totals, and each row is checked"


async def search_cost(harness: Harness, profile: Profile, bot: Server) -> Row:
    """Return the row of a command by a key beside one by an event, each with two calls to Telnyx."""
    by_key: list[float] = []
    by_event: list[float] = []
    async with harness.users(bot.url) as users:
        for number in range(profile.rounds + 1):
            event = await cpu_of(bot, lambda: users.wait_for_card(harness.new_event()), profile.calls // 2, 1)
            key = await cpu_of(bot, lambda: users.wait_for_card(harness.new_key()), profile.calls // 2, 1)
            if number:  # the first warms up
                by_event.append(event)
                by_key.append(key)
    return times(f"command by a key, CPU ({seconds(by_key)})", "by an event", by_key, by_event, 1.2, _WHY_KEY)


async def home_costs(harness: Harness, profile: Profile, bot: Server) -> list[Row]:
    """Return the rows of the Home tab in an account in which many orders wait, and as many leave.

    The account of `harness` is replaced, and is of no use for anything else afterwards.
    """
    _fill(harness.telnyx.account)
    openings = profile.calls // 20
    async with harness.users(bot.url) as users:
        user = await users.open_home()
        opened = await cpu_of(bot, users.open_home, openings, 1)
        refreshed = await cpu_of(bot, lambda: users.refresh_home(user), min(openings, 20), 1)
    what = f"the Home tab with {_ORDERS} orders that wait and {_ORDERS} that leave, opened, CPU"
    return [
        at_most(what, opened * 1e3, 20, " ms"),
        at_most("the same, *Refresh*, which reads both lists", refreshed * 1e3, 20, " ms"),
    ]


def _fill(account: Account) -> None:
    account.samples.orders.clear()
    for number in range(_ORDERS):
        account.clock.offset = timedelta(minutes=number) - timedelta(hours=20)
        account.open_order()
        order_id = account.open_order()
        account.change_status(order_id, "authorized")
        account.move_foc_date(order_id, datetime.now(UTC) + timedelta(days=1, minutes=number))
    account.clock.offset = timedelta()
