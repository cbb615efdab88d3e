"""The start of the bot, as far as its servers see it."""

import asyncio

from portout.lookup.own_numbers import MAX_NUMBERS
from tests.conftest import Environment


async def test_connections_are_open_before_anybody_asks(environment: Environment) -> None:
    """To Slack and to Telnyx, so that the first command of an hour need not wait for one.

    To Telnyx as many as it is asked at a time: for an order, and for three of its numbers.
    """
    async with environment.bot(), asyncio.timeout(60):
        await environment.telnyx.warmed(1 + MAX_NUMBERS)
        await environment.slack.has_visitor.wait()

    assert environment.telnyx.calls == []
    assert len(environment.telnyx.warm_ports) == 4
