"""See it without Slack: the bot among its stand-ins, on a web page that looks like a channel.

`make demo` starts it. The bot is a process of its own, and hears of everything by signed requests.
"""

import argparse
import asyncio
import signal
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

import aiohttp
from aiohttp import web

from sandbox.bot_process import BotProcess, bot_variables
from sandbox.page.fault_switches import Faults
from sandbox.page.server import page_server
from sandbox.page.user_actions import Alert, Visitor
from sandbox.page.view_state import CHANNEL, Room
from sandbox.serve import serve
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

PORT: Final = 8080
"""Where the page is, unless somebody else is there."""

FIRST_ALERT: Final = "pending, authorized since"
"""The sample about which there is an alert when a visitor comes: what the bot does is to be seen before it is read."""


async def open_page(stack: AsyncExitStack, port: int, *, first_alert: str = "") -> str:
    """Start the bot, its stand-ins and the page; gives its address. All ends with `stack`.

    first_alert: the sample that there is an alert about already.
    """
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    room, faults = Room(slack), Faults(slack, telnyx)

    @web.middleware
    async def watched(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            await room.tell()

    workspace = slack.app()
    workspace.middlewares.append(watched)
    slack_url = await stack.enter_async_context(serve(workspace))
    telnyx_url = await stack.enter_async_context(serve(telnyx.app()))
    bot = BotProcess(bot_variables(slack, slack_url, telnyx, telnyx_url) | {"ALERT_CHANNELS": CHANNEL})
    stack.push_async_callback(bot.kill)
    await bot.start()
    session = await stack.enter_async_context(aiohttp.ClientSession())
    sender = SignedSender(session, f"{bot.url}/slack/events", slack.signing_secret)
    visitor = Visitor(sender, room, faults, slack_url)
    stack.push_async_callback(visitor.leave)
    if first_alert:
        await visitor.act(Alert("text", telnyx.samples.names[first_alert]))
    page = page_server(room, visitor, faults, telnyx.samples)
    return await stack.enter_async_context(serve(page, port=_free(port)))


def _free(port: int) -> int:
    """Give the port, or 0 for any where somebody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


async def main(options: argparse.Namespace) -> None:
    """Show the page until Ctrl-C."""
    async with AsyncExitStack() as stack:
        url = await open_page(stack, options.port, first_alert=FIRST_ALERT)
        print(f"Port-out is at {url}/ among stand-ins for Slack and Telnyx. Ctrl-C ends it.", flush=True)
        if options.browser:
            await asyncio.to_thread(webbrowser.open, f"{url}/")
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.page", description=__doc__.splitlines()[0])
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="only say where the page is")
    parser.add_argument("--port", type=int, default=PORT, help="0, or one that is taken: any free one")
    # Whoever ends the page, the bot ends with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        asyncio.run(main(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)
