"""Show the bot among its stand-ins on a web page that looks like a Slack channel.

`make demo` starts it. The bot runs in a process of its own, and gets everything by signed requests.
"""

import argparse
import asyncio
import signal
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from typing import Final, TypeAlias

import aiohttp
from aiohttp import web

from sandbox.bot_process import bot_process, bot_variables
from sandbox.page.actions import OpenOrder, PostAlert
from sandbox.page.server import page_server
from sandbox.page.services.fault_switches import FaultSwitches
from sandbox.page.services.telnyx_actions import TelnyxActions
from sandbox.page.user_actions import UserActions
from sandbox.page.view_state import ViewState
from sandbox.page.workspace import SETTINGS, WATCH
from sandbox.serve import serve
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox
from sandbox.telnyx.webhooks import WebhookSender

HOST: Final = "127.0.0.1"
PORT: Final = 8080
"""The page's port, unless it is taken."""

FIRST_ALERT: Final = "pending, authorized since"
"""The sample about which an alert is posted at the start, so that its channel has a card."""

_PAUSE_SECONDS: Final = 1.5

RunBot: TypeAlias = Callable[[Mapping[str, str]], AbstractAsyncContextManager[str]]
"""Runs a bot with these environment variables, and yields its base URL."""


async def open_page(
    stack: AsyncExitStack, port: int, *, host: str = HOST, is_demo: bool = False, run_bot: RunBot = bot_process
) -> str:
    """Start the bot, its stand-ins and the page, all until `stack` closes; returns the page's address.

    is_demo: an alert is posted at once, and a port-out announces itself as soon as somebody looks at the page.
    """
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    view, switches = ViewState(slack), FaultSwitches(slack, telnyx)

    @web.middleware
    async def updating(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            await view.update()

    workspace = slack.app()
    workspace.middlewares.append(updating)
    slack_url = await stack.enter_async_context(serve(workspace))
    telnyx_url = await stack.enter_async_context(serve(telnyx.app()))
    session = await stack.enter_async_context(aiohttp.ClientSession())
    webhooks = WebhookSender(session)
    variables = bot_variables(slack, slack_url, telnyx, telnyx_url) | {"TELNYX_PUBLIC_KEY": webhooks.public_key}
    bot_url = await stack.enter_async_context(run_bot(variables | SETTINGS))
    webhooks.url = f"{bot_url}/telnyx/webhooks"
    sender = SignedSender(session, f"{bot_url}/slack/events", slack.signing_secret)
    account = TelnyxActions(telnyx.account, webhooks, view)
    actions = UserActions(sender, view, switches, account, slack_url)
    stack.push_async_callback(actions.cancel)
    if is_demo:
        await actions.perform(PostAlert("text", telnyx.samples.names[FIRST_ALERT]))
        stack.callback(asyncio.create_task(_let_one_arrive(slack, view, actions)).cancel)
    page = page_server(view, actions, switches, account, telnyx.samples)
    address = await stack.enter_async_context(serve(page, host=host, port=_free(host, port)))
    return address.replace(host, HOST)  # it answers requests for this machine only


async def _let_one_arrive(slack: SlackSandbox, view: ViewState, actions: UserActions) -> None:
    """Open a port-out order for the first who looks, once the watch has begun: what was there before is no news."""
    await slack.channels.posted(WATCH, 1)
    await view.visited.wait()
    await asyncio.sleep(_PAUSE_SECONDS)  # it is to be seen that it comes by itself
    await actions.perform(OpenOrder())


def _free(host: str, port: int) -> int:
    """Return the port, or 0 for any free one when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return 0
    return port


async def main(options: argparse.Namespace) -> None:
    """Show the page until Ctrl-C."""
    async with AsyncExitStack() as stack:
        url = await open_page(stack, options.port, host=options.host, is_demo=True)
        print(f"Port-out is at {url}/ among stand-ins for Slack and Telnyx. Ctrl-C ends it.", flush=True)
        if options.browser:
            await asyncio.to_thread(webbrowser.open, f"{url}/")
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.page", description=__doc__.splitlines()[0])
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="only say where the page is")
    parser.add_argument("--host", default=HOST, help="where to listen; 0.0.0.0 in a container")
    parser.add_argument("--port", type=int, default=PORT, help="0, or one that is taken: any free one")
    # The bot ends with the page, whichever signal ends the page.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        asyncio.run(main(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)
