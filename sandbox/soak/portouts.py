"""The port-outs of a soak: orders are opened in the account and move on, and the watch has to tell it."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Final

from sandbox.slack.server import SlackSandbox
from sandbox.soak.told import SHOWN, Portout, Told, told
from sandbox.telnyx.server import TelnyxSandbox

CHANNEL: Final = "C0DESK"

_LATER_EVENTS: Final = 4
_LIFE_SECONDS: Final = 20.0  # from when an order is opened to its last event, at most
_MAX_CYCLES: Final = 10  # that the watch has for what is not told when the traffic ends
_SILENT_SECONDS: Final = 60.0  # without a cycle: none will come
_POLL_SECONDS: Final = 0.1


class Portouts:
    """Port-outs that happen in the account, and the channel that has to tell them."""

    def __init__(self, slack: SlackSandbox, telnyx: TelnyxSandbox, dice: random.Random) -> None:
        """Expect a message for each order that waits already."""
        self._slack = slack
        self._telnyx = telnyx
        self._dice = dice
        waiting = [order for order in telnyx.samples.orders.values() if order["status"] == "pending"]
        self._events: dict[str, list[str]] = {order["id"]: [] for order in waiting}

    async def run(self, rate: float, seconds: float) -> None:
        """Open so many orders a second, each with its later events, from the first message of the watch on."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        # What happened before that message is history.
        with suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await self._slack.channels.posted(CHANNEL, 1)
        async with asyncio.TaskGroup() as orders:
            while (left := end - loop.time()) > 0:
                orders.create_task(self._happen(min(left, _LIFE_SECONDS)))
                await asyncio.sleep(min(left, 1 / rate))

    async def _happen(self, seconds: float) -> None:
        """Open an order, and let its later events happen within some seconds."""
        account, dice = self._telnyx.account, self._dice
        order_id = account.open_order()
        events = self._events[order_id] = []
        for before, at in pairwise([0.0, *sorted(dice.uniform(0, seconds) for _ in range(_LATER_EVENTS))]):
            await asyncio.sleep(at - before)
            match dice.randrange(4):
                case 0:
                    events.append(account.add_comment(order_id, "Please call us."))
                case 1:
                    foc_date = account.clock() + timedelta(days=dice.randint(2, 9))
                    events.append(account.move_foc_date(order_id, foc_date))
                case _:
                    events.append(account.change_status(order_id, dice.choice(list(SHOWN))))

    async def settle(self) -> None:
        """Wait until all is told and one more cycle has begun, or until the watch has had the cycles for it."""
        with suppress(TimeoutError):
            for _ in range(_MAX_CYCLES):
                is_told = self.count().is_good
                async with asyncio.timeout(_SILENT_SECONDS):
                    await self._next_cycle()
                if is_told:
                    return

    async def _next_cycle(self) -> None:
        cycles = self._cycles
        while self._cycles == cycles:  # noqa: ASYNC110  the stand-in signals calls of any kind
            await asyncio.sleep(_POLL_SECONDS)

    @property
    def _cycles(self) -> int:
        """Return how many cycles have begun to list the news."""
        return sum(
            "filter[created_at][gte]" in call.query and call.query.get("page[number]", "1") == "1"
            for call in self._telnyx.calls
        )

    def count(self) -> Told:
        """Count what the channel has of what happened."""
        orders = self._telnyx.samples.orders
        expected = {order_id: Portout(orders[order_id]["status"], events) for order_id, events in self._events.items()}
        return told(expected, self._slack.channels.messages[CHANNEL])
