"""The actions of the page's person, sent to the bot as Slack sends them: signed, and repeated until accepted."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeAlias
from uuid import uuid4

from msgspec import Struct

from sandbox.page.fault_switches import FaultSwitches
from sandbox.page.message_events import MENTION, as_sent, message_changed, message_deleted, message_posted
from sandbox.page.view_state import CHANNEL, PERSON, SLACKBOT, TOOL, Entry, ViewState
from sandbox.slack.payloads import (
    MessageLocation,
    button_press,
    command,
    event_callback,
    message_shortcut,
    modal_button_press,
)
from sandbox.slack.sender import BotResponse, SignedSender

COMMAND: Final = "/portout-event"
SHORTCUT: Final = "look_up_port_outs"
_EDIT_SECONDS: Final = 1.5
# Slack waits 60 and 300 s before the last two: too long for somebody who watches the page.
_RETRY_PAUSES: Final = (0, 5, 10)


class SendText(Struct, tag_field="do", tag="say", frozen=True):
    """Send what was typed into a composer: a message or a command."""

    text: str
    thread_ts: str | None = None


class PostAlert(Struct, tag_field="do", tag="alert", frozen=True):
    """Post an alert of the monitoring tool. kind: text, attachment, or edited, which has its id a moment later."""

    kind: str
    id: str


class EditMessage(Struct, tag_field="do", tag="edit", frozen=True):
    """Edit a message of the person or of the tool."""

    entry: str
    text: str


class DeleteMessage(Struct, tag_field="do", tag="delete", frozen=True):
    """Delete a message of the person or of the tool."""

    entry: str


class PickShortcut(Struct, tag_field="do", tag="shortcut", frozen=True):
    """Pick the shortcut from a message's menu."""

    entry: str


class PressButton(Struct, tag_field="do", tag="press", frozen=True):
    """Press a button of a message, or of a modal."""

    entry: str
    button: dict[str, Any]


class CloseModal(Struct, tag_field="do", tag="close", frozen=True):
    """Close a modal."""

    view: str


class SwitchFault(Struct, tag_field="do", tag="break", frozen=True):
    """Switch a fault on, or with no name all of a service's off."""

    service: str
    fault: str


Action: TypeAlias = (
    SendText | PostAlert | EditMessage | DeleteMessage | PickShortcut | PressButton | CloseModal | SwitchFault
)
"""An action on the page, as the browser sends it."""


class UserActions:
    """Performs the actions of the page's person."""

    def __init__(self, sender: SignedSender, view: ViewState, switches: FaultSwitches, slack_url: str) -> None:
        """Deliver by `sender`, and show the effects in `view`."""
        self._sender = sender
        self._view = view
        self._switches = switches
        self._slack_url = slack_url
        self._deliveries: set[asyncio.Task[None]] = set()

    async def perform(self, action: Action) -> None:
        """Perform one action. Deliveries that Slack makes in the background go on after it."""
        match action:
            case SendText():
                self._send(action.text.strip(), action.thread_ts)
            case PostAlert():
                self._alert(action)
            case EditMessage():
                self._edit(self._view.entries[action.entry], action.text)
            case DeleteMessage():
                self._delete(self._view.entries[action.entry])
            case PickShortcut():
                self._look_up(self._view.entries[action.entry])
            case PressButton():
                self._press(action)
            case CloseModal():
                self._view.close_modal(action.view)
            case SwitchFault():
                self._switches.switch(action.service, action.fault)
        await self._view.update()

    async def cancel(self) -> None:
        """Cancel the deliveries that are still under way."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _send(self, text: str, thread_ts: str | None) -> None:
        if not text:
            return
        if text.startswith("/"):
            self._command(text, thread_ts)
            return
        entry = self._view.post(PERSON, as_sent(text), thread_ts=thread_ts)
        self._event(message_posted(entry))
        if MENTION in text:
            self._event(message_posted(entry) | {"type": "app_mention"})

    def _command(self, text: str, thread_ts: str | None) -> None:
        name, _, rest = text.partition(" ")
        if thread_ts or name != COMMAND:
            why = f"doesn't work in threads; type {MENTION} and the id" if thread_ts else "is no command here"
            self._view.show_ephemeral({"text": f"{name} {why}."}, thread_ts, SLACKBOT)
            return
        url = self._view.route_responses(self._response_url(), None)
        self._deliver(self._sender.command(command(rest, response_url=url, channel=CHANNEL)))

    def _alert(self, alert: PostAlert) -> None:
        field = {"title": "Event", "value": alert.id, "short": False}
        text = f":rotating_light: Telnyx webhook: port-out event {alert.id}"
        if alert.kind == "attachment":
            attachment = {"color": "#e01e5a", "title": "Telnyx webhook: port-out", "fields": [field]}
            entry = self._view.post(TOOL, "", attachments=[attachment])
        elif alert.kind == "edited":
            entry = self._view.post(TOOL, ":rotating_light: Telnyx webhook: reading…")
            self._start(self._edit_later(entry, text))
        else:
            entry = self._view.post(TOOL, text)
        self._event(message_posted(entry))

    async def _edit_later(self, entry: Entry, text: str) -> None:
        await asyncio.sleep(_EDIT_SECONDS)
        if entry.ts in self._view.entries and not entry.is_deleted:
            self._edit(entry, text)

    def _edit(self, entry: Entry, text: str) -> None:
        before = message_posted(entry)
        entry.text, entry.is_edited = as_sent(text), True
        self._event(message_changed(before, message_posted(entry)))

    def _delete(self, entry: Entry) -> None:
        before = message_posted(entry)
        if self._view.is_answered(entry):
            # The thread stays, under a tombstone.
            entry.author, entry.text, entry.attachments = SLACKBOT, "This message was deleted.", []
            entry.is_deleted, entry.is_edited = True, False
            self._event(message_changed(before, message_posted(entry) | {"subtype": "tombstone"}))
        else:
            del self._view.entries[entry.ts]
            self._event(message_deleted(before))

    def _look_up(self, entry: Entry) -> None:
        # Slack shows the answer to a shortcut where the message is that it was picked on.
        url = self._view.route_responses(self._response_url(), entry.thread_ts)
        shortcut = message_shortcut(SHORTCUT, message_posted(entry), response_url=url, channel=CHANNEL)
        self._deliver(self._sender.interaction(shortcut), entry.thread_ts)

    def _press(self, press: PressButton) -> None:
        entry = self._view.entries.get(press.entry)
        if entry is None:
            self._deliver(self._sender.interaction(modal_button_press(press.button, view_id=press.entry)))
            return
        url = self._view.route_responses(self._response_url(), entry.thread_ts, entry.ts)
        location = MessageLocation(CHANNEL, entry.ts, entry.thread_ts, entry.is_private)
        pressed = button_press(press.button, response_url=url, location=location)
        self._deliver(self._sender.interaction(pressed), entry.thread_ts)

    def _event(self, event: dict[str, Any]) -> None:
        self._start(self._deliver_event(event))

    async def _deliver_event(self, event: dict[str, Any]) -> None:
        callback = event_callback(event)
        answer = await self._sender.event_callback(callback, 0, None)
        for number, pause in enumerate(_RETRY_PAUSES, start=1):
            if answer.retry_reason is None:
                break
            await self._show_status(answer, f"; it delivers the event again in {pause:g} s")
            await asyncio.sleep(pause)
            answer = await self._sender.event_callback(callback, number, answer.retry_reason)
        await self._show_status(answer)

    def _deliver(self, delivery: Coroutine[Any, Any, BotResponse], thread_ts: str | None = None) -> None:
        self._start(self._show_response(delivery, thread_ts))

    async def _show_response(self, delivery: Coroutine[Any, Any, BotResponse], thread_ts: str | None) -> None:
        answer = await delivery
        if answer.status == 200 and answer.body:
            self._view.show_ephemeral(answer.json(), thread_ts)
        elif answer.status != 200:
            failure = f"The app did not respond ({answer.status or answer.retry_reason})."
            self._view.show_ephemeral({"text": failure}, thread_ts, SLACKBOT)
        await self._show_status(answer)

    async def _show_status(self, answer: BotResponse, then: str = "") -> None:
        said = f"HTTP {answer.status}" if answer.status else "nothing"
        self._view.status = f"The bot answered Slack {said} after {answer.elapsed * 1000:.0f} ms{then}"
        await self._view.update()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    def _response_url(self) -> str:
        return f"{self._slack_url}/response/{uuid4().hex}"
