"""The start of the bot, as far as its servers see it."""

import asyncio

from tests.conftest import Environment


async def test_connections_are_open_before_anybody_asks(environment: Environment) -> None:
    """To Telnyx and to Slack, so that the first command of an hour need not wait for one."""
    async with environment.bot(), asyncio.timeout(60):
        await environment.telnyx.has_visitor.wait()
        await environment.slack.has_visitor.wait()

    assert environment.telnyx.calls == []
