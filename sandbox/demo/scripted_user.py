"""A scripted user of the demo: does in Slack what people do, prints what they see, and checks it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import aiohttp
import msgspec
from rich.console import Console

from portout.cards.blockkit.blocks import MAX_BLOCKS, Actions, Message
from portout.cards.blockkit.terminal import print_message
from sandbox.slack.payloads import MessageLocation, app_home_opened, button_press, command, message_shortcut
from sandbox.slack.sender import BotResponse, SignedSender
from sandbox.slack.server import SlackSandbox

REFERENCE: Final = "Reference"
SHORTCUT: Final = "look_up_port_outs"


class ScriptedUser:
    """A user who types commands, presses buttons and reads the answers. mistakes: answers that were not as expected."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackSandbox, slack_url: str, bot_url: str) -> None:
        """Act in the workspace `slack` towards the bot at `bot_url`."""
        self._session = session
        self._bot_url = bot_url
        self._sender = SignedSender(session, f"{bot_url}/slack/events", slack.signing_secret)
        self._slack = slack
        self._slack_url = slack_url
        self._console = Console(width=100, highlight=False)
        self.mistakes: list[str] = []

    async def command(self, text: str, note: str, expected: Sequence[str] = (), *, user: str = "U0ALICE") -> None:
        """Send the command as `user`, and print its answer, and the late one if Telnyx is slow."""
        url = self._response_url()
        answer = await self._sender.command(command(text, response_url=url, user=user))
        self._print_action(f"/portout-event {text}", note, answer)
        if answer.status != 200:
            return
        message = self._show(answer.json())
        if message.text.startswith("Still looking up"):
            self._console.print("  [dim]… by response_url:[/]")
            message = self._show(await self._slack.response(url, timeout=10))
        self._check(message, note, expected)

    async def pick_shortcut(self, alert: dict[str, Any], note: str, expected: Sequence[str], *, posted: str) -> None:
        """Pick the shortcut on a message, print the ephemeral answer, and post it in the message's thread."""
        url = self._response_url()
        answer = await self._sender.interaction(message_shortcut(SHORTCUT, alert, response_url=url))
        self._print_action("Look up port-outs", note, answer)
        message = self._show(await self._slack.response(url, timeout=10))
        self._check(message, note, expected)
        self._show(await self._press(message, "post", MessageLocation()))
        self._console.print("  [dim]in the thread:[/]")
        self._check(self._show(self._slack.channels.messages["C0DESK"][-1]), "posted", [posted])

    async def press_buttons(self, channel: str, what: str, full: Sequence[str], past: Sequence[str]) -> None:
        """Press the buttons of the latest reply in a channel: its details, its history, and a refresh."""
        reply = self._slack.channels.messages[channel][-1]
        location = MessageLocation(channel, reply["ts"], reply["thread_ts"], is_ephemeral=False)
        shown = msgspec.convert(reply, Message)
        self._check(self._show(await self._press(shown, "details", location)), f"details of {what}", full)
        await self._press(shown, "history", location, answered_by="views.update")
        (modal,) = self._slack.modals.views.values()
        self._check(self._show(modal | {"text": ""}), f"history of {what}", past)
        await self._press(shown, "refresh", location, answered_by="chat.update")
        self._check(self._show(self._slack.channels.messages[channel][-1]), f"refreshed {what}", [])

    async def open_home(self, expected: Sequence[str]) -> None:
        """Open the Home tab and print it."""
        answer = await self._sender.event(app_home_opened())
        self._print_action("Home tab", "the app, opened in the sidebar", answer)
        await self._slack.called("views.publish")
        (view,) = self._slack.home_tabs.views.values()
        self._check(self._show({"blocks": view["blocks"][:MAX_BLOCKS], "text": ""}), "the Home tab", expected)

    async def _press(
        self, message: Message, action: str, location: MessageLocation, answered_by: str = ""
    ) -> dict[str, Any]:
        """Press a button, and wait for its effect: a call of the Web API if one is named, else the message returned."""
        rows = (block.elements for block in message.blocks if isinstance(block, Actions))
        button = next(one for row in rows for one in row if one.action_id == action)
        before = [call.method for call in self._slack.calls].count(answered_by)
        url = self._response_url()
        press = button_press(msgspec.to_builtins(button), response_url=url, location=location)
        self._print_action(button.text.text, "the button", await self._sender.interaction(press))
        if not answered_by:
            return await self._slack.response(url, timeout=10)
        await self._slack.called(answered_by, before + 1)
        return {}

    async def deliver(self, event: dict[str, Any], what: str, note: str, expected: Sequence[str]) -> None:
        """Deliver the event of a message, and print the bot's reply in its thread."""
        self._print_action(what, note, await self._sender.event(event))
        reply = self._slack.channels.messages[event["channel"]][-1]
        self._check(self._show(reply), note, expected)

    async def check_metrics(self, expected: Mapping[str, int]) -> None:
        """Scrape the bot's metrics, print the look-ups by surface, and compare their counts with the expected ones."""
        async with self._session.get(f"{self._bot_url}/metrics") as page:
            series = re.findall(r'^portout_lookups_total{.*surface="(\w+)".*} (\S+)$', await page.text(), re.MULTILINE)
        counted: Counter[str] = Counter()
        for surface, number in series:
            counted[surface] += int(float(number))
        counted = +counted  # without the series of surfaces that the demo does not use
        shown = ", ".join(f"{number} by {surface}" for surface, number in sorted(counted.items()))
        self._console.print(f"[bold]GET /metrics[/]   [dim]look-ups: {shown}[/]", soft_wrap=True)
        if counted != Counter(expected):
            self.mistakes.append(f"counted were {dict(counted)}, asked for were {dict(expected)}")

    def _response_url(self) -> str:
        return f"{self._slack_url}/response/{uuid4().hex}"

    def _print_action(self, action: str, note: str, answer: BotResponse) -> None:
        took = f"HTTP {answer.status} in {answer.elapsed * 1000:.0f} ms"
        self._console.print(f"[bold]{action}[/]   [dim]{note} · {took}[/]", soft_wrap=True)
        if answer.status != 200:
            self.mistakes.append(f"{note}: {took}")

    def _show(self, body: Any) -> Message:
        blocks = body["blocks"]
        message = msgspec.convert(
            body | {"blocks": msgspec.json.decode(blocks) if isinstance(blocks, str) else blocks}, Message
        )
        print_message(self._console, message)
        return message

    def _check(self, message: Message, note: str, expected: Sequence[str]) -> None:
        shown = msgspec.json.encode(message).decode()
        self.mistakes += [f"{note}: “{word}” is not in the answer" for word in expected if word not in shown]
        if expected and REFERENCE in shown and REFERENCE not in expected:
            self.mistakes.append(f"{note}: the look-up failed")
