"""What the visitor does, as Slack would tell the bot: signed, over HTTP, and again until it is accepted."""

import asyncio
import html
import time
from collections.abc import Coroutine
from typing import Any, Final, TypeAlias
from uuid import uuid4

from msgspec import Struct

from sandbox.page.fault_switches import Faults
from sandbox.page.view_state import BOT, CHANNEL, PERSON, SLACKBOT, TOOL, Entry, Room
from sandbox.slack.payloads import (
    MessageLocation,
    button_press,
    command,
    event_callback,
    message_shortcut,
    modal_button_press,
)
from sandbox.slack.sender import BotResponse, SignedSender
from sandbox.slack.workspace import BOT_ID, BOT_USER_ID

COMMAND: Final = "/portout-event"
MENTION: Final = "@Port-out"
SHORTCUT: Final = "look_up_port_outs"
_MONITOR_ID: Final = "B0MONITOR"
_EDIT_SECONDS: Final = 1.5
# Slack waits 60 and 300 s before the last two; nobody looks at a page for so long.
_PAUSES: Final = (0, 5, 10)


class Say(Struct, tag_field="do", tag="say", frozen=True):
    """Type something into a composer and send it."""

    text: str
    thread_ts: str | None = None


class Alert(Struct, tag_field="do", tag="alert", frozen=True):
    """Post as the monitoring tool. kind: text, attachment, or edited: a tool that adds the id a moment later."""

    kind: str
    id: str


class Edit(Struct, tag_field="do", tag="edit", frozen=True):
    """Change one's own message, or the tool's."""

    entry: str
    text: str


class Delete(Struct, tag_field="do", tag="delete", frozen=True):
    """Delete one's own message, or the tool's."""

    entry: str


class PickShortcut(Struct, tag_field="do", tag="shortcut", frozen=True):
    """Pick the shortcut from a message's menu."""

    entry: str


class Press(Struct, tag_field="do", tag="press", frozen=True):
    """Press a button of a message, or of a window."""

    entry: str
    button: dict[str, Any]


class Close(Struct, tag_field="do", tag="close", frozen=True):
    """Close a window."""

    view: str


class Break(Struct, tag_field="do", tag="break", frozen=True):
    """Turn a fault on, or with no name all of a service's off."""

    service: str
    fault: str


Act: TypeAlias = Say | Alert | Edit | Delete | PickShortcut | Press | Close | Break
"""What can be done on the page."""


class Visitor:
    """Acts for whoever looks at the page."""

    def __init__(self, sender: SignedSender, room: Room, faults: Faults, slack_url: str) -> None:
        """Deliver by `sender`, and show in `room` what comes of it."""
        self._sender = sender
        self._room = room
        self._faults = faults
        self._slack_url = slack_url
        self._deliveries: set[asyncio.Task[None]] = set()

    async def act(self, act: Act) -> None:
        """Do one thing. What Slack would do in the background goes on after it."""
        match act:
            case Say():
                self._say(act.text.strip(), act.thread_ts)
            case Alert():
                self._alert(act)
            case Edit():
                self._edit(self._room.entries[act.entry], act.text)
            case Delete():
                self._delete(self._room.entries[act.entry])
            case PickShortcut():
                self._look_up(self._room.entries[act.entry])
            case Press():
                self._press(act)
            case Close():
                self._room.close(act.view)
            case Break():
                self._faults.switch(act.service, act.fault)
        await self._room.tell()

    async def leave(self) -> None:
        """Let go of what is still to be delivered."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _say(self, text: str, thread_ts: str | None) -> None:
        if not text:
            return
        if text.startswith("/"):
            self._command(text, thread_ts)
            return
        entry = self._room.post(PERSON, _as_sent(text), thread_ts=thread_ts)
        self._event(_message(entry))
        if MENTION in text:
            self._event(_message(entry) | {"type": "app_mention"})

    def _command(self, text: str, thread_ts: str | None) -> None:
        name, _, rest = text.partition(" ")
        if thread_ts or name != COMMAND:
            why = f"doesn't work in threads; type {MENTION} and the id" if thread_ts else "is no command here"
            self._room.whisper({"text": f"{name} {why}."}, thread_ts, SLACKBOT)
            return
        url = self._room.expect(self._response_url(), None)
        self._deliver(self._sender.command(command(rest, response_url=url, channel=CHANNEL)))

    def _alert(self, alert: Alert) -> None:
        field = {"title": "Event", "value": alert.id, "short": False}
        told = f":rotating_light: Telnyx webhook: port-out event {alert.id}"
        if alert.kind == "attachment":
            attachment = {"color": "#e01e5a", "title": "Telnyx webhook: port-out", "fields": [field]}
            entry = self._room.post(TOOL, "", attachments=[attachment])
        elif alert.kind == "edited":
            entry = self._room.post(TOOL, ":rotating_light: Telnyx webhook: reading…")
            self._start(self._edit_later(entry, told))
        else:
            entry = self._room.post(TOOL, told)
        self._event(_message(entry))

    async def _edit_later(self, entry: Entry, text: str) -> None:
        await asyncio.sleep(_EDIT_SECONDS)
        if entry.ts in self._room.entries and not entry.is_deleted:
            self._edit(entry, text)

    def _edit(self, entry: Entry, text: str) -> None:
        before = _message(entry)
        entry.text, entry.is_edited = _as_sent(text), True
        change: dict[str, Any] = {"type": "message", "subtype": "message_changed", "channel": CHANNEL}
        change |= {"message": _message(entry), "previous_message": before}
        self._event(change | _stamped())

    def _delete(self, entry: Entry) -> None:
        change = {"type": "message", "channel": CHANNEL, "previous_message": _message(entry)}
        if self._room.is_answered(entry):
            # Its thread stays, under what is left of it.
            entry.author, entry.text, entry.attachments = SLACKBOT, "This message was deleted.", []
            entry.is_deleted, entry.is_edited = True, False
            change |= {"subtype": "message_changed", "message": _message(entry) | {"subtype": "tombstone"}}
        else:
            del self._room.entries[entry.ts]
            change |= {"subtype": "message_deleted", "deleted_ts": entry.ts}
        self._event(change | _stamped())

    def _look_up(self, entry: Entry) -> None:
        # Slack shows the answer to a shortcut where the message is that it was picked on.
        url = self._room.expect(self._response_url(), entry.thread_ts)
        shortcut = message_shortcut(SHORTCUT, _message(entry), response_url=url, channel=CHANNEL)
        self._deliver(self._sender.interaction(shortcut), entry.thread_ts)

    def _press(self, press: Press) -> None:
        entry = self._room.entries.get(press.entry)
        if entry is None:
            self._deliver(self._sender.interaction(modal_button_press(press.button, view_id=press.entry)))
            return
        url = self._room.expect(self._response_url(), entry.thread_ts, entry.ts)
        location = MessageLocation(CHANNEL, entry.ts, entry.thread_ts, entry.is_private)
        pressed = button_press(press.button, response_url=url, location=location)
        self._deliver(self._sender.interaction(pressed), entry.thread_ts)

    def _event(self, event: dict[str, Any]) -> None:
        self._start(self._deliver_event(event))

    async def _deliver_event(self, event: dict[str, Any]) -> None:
        callback = event_callback(event)
        answer = await self._sender.event_callback(callback, 0, None)
        for number, pause in enumerate(_PAUSES, start=1):
            if answer.retry_reason is None:
                break
            await self._note(answer, f"; it delivers the event again in {pause:g} s")
            await asyncio.sleep(pause)
            answer = await self._sender.event_callback(callback, number, answer.retry_reason)
        await self._note(answer)

    def _deliver(self, delivery: Coroutine[Any, Any, BotResponse], thread_ts: str | None = None) -> None:
        self._start(self._take_answer(delivery, thread_ts))

    async def _take_answer(self, delivery: Coroutine[Any, Any, BotResponse], thread_ts: str | None) -> None:
        answer = await delivery
        if answer.status == 200 and answer.body:
            self._room.whisper(answer.json(), thread_ts)
        elif answer.status != 200:
            failure = f"The app did not respond ({answer.status or answer.retry_reason})."
            self._room.whisper({"text": failure}, thread_ts, SLACKBOT)
        await self._note(answer)

    async def _note(self, answer: BotResponse, then: str = "") -> None:
        said = f"HTTP {answer.status}" if answer.status else "nothing"
        self._room.status = f"The bot answered Slack {said} after {answer.elapsed * 1000:.0f} ms{then}"
        await self._room.tell()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    def _response_url(self) -> str:
        return f"{self._slack_url}/response/{uuid4().hex}"


def _stamped() -> dict[str, str]:
    """Say that something happens now."""
    now = f"{time.time():.6f}"
    return {"ts": now, "event_ts": now}


def _as_sent(text: str) -> str:
    """Write a text as Slack passes it on: escaped, and mentions by id."""
    return html.escape(text, quote=False).replace(MENTION, f"<@{BOT_USER_ID}>")


def _message(entry: Entry) -> dict[str, Any]:
    """Make the event, or the part of one, that shows a message."""
    author: dict[str, Any] = {
        PERSON: {"user": "U0ALICE"},
        TOOL: {"bot_id": _MONITOR_ID, "subtype": "bot_message"},
        BOT: {"bot_id": BOT_ID, "user": BOT_USER_ID},
        SLACKBOT: {"user": "USLACKBOT"},
    }[entry.author]
    message = {"type": "message", "channel": CHANNEL, "ts": entry.ts, "event_ts": entry.ts, "text": entry.text}
    shown = {"attachments": entry.attachments, "blocks": entry.blocks, "thread_ts": entry.thread_ts}
    return message | author | {name: value for name, value in shown.items() if value}
