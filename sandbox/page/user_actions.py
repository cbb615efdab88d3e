"""The actions of the page's person, sent to the bot as Slack sends them: signed, and repeated until accepted."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final
from uuid import uuid4

from sandbox.page.actions import (
    Action,
    BecomePerson,
    CloseModal,
    DeleteMessage,
    EditMessage,
    OpenHome,
    PageAction,
    PickShortcut,
    PostAlert,
    PressButton,
    SendText,
    SlackAction,
    SwitchFault,
    TelnyxAction,
)
from sandbox.page.message_events import MENTION, as_sent, message_changed, message_deleted, message_posted
from sandbox.page.services.fault_switches import FaultSwitches
from sandbox.page.services.telnyx_actions import TelnyxActions
from sandbox.page.view_state import PERSON, SLACKBOT, TOOL, Entry, Place, ViewState
from sandbox.page.workspace import CHANNELS
from sandbox.slack.payloads import (
    MessageLocation,
    app_home_opened,
    button_press,
    command,
    event_callback,
    home_button_press,
    message_shortcut,
    modal_button_press,
)
from sandbox.slack.sender import BotResponse, SignedSender

COMMAND: Final = "/portout-event"
SHORTCUT: Final = "look_up_port_outs"
_NOT_FOR_OUTSIDERS: Final = "is offered only to people of the company that installed the app."
_EDIT_SECONDS: Final = 1.5
# Slack waits 60 and 300 s before the last two: too long for somebody who watches the page.
_RETRY_PAUSES: Final = (0, 5, 10)


class UserActions:
    """Performs the actions of the page's person."""

    def __init__(
        self, sender: SignedSender, view: ViewState, switches: FaultSwitches, telnyx: TelnyxActions, slack_url: str
    ) -> None:
        """Deliver by `sender`, and show the effects in `view`."""
        self._sender = sender
        self._view = view
        self._switches = switches
        self._telnyx = telnyx
        self._slack_url = slack_url
        self._deliveries: set[asyncio.Task[None]] = set()

    async def perform(self, action: Action) -> None:
        """Perform one action. Deliveries that Slack and Telnyx make in the background go on after it."""
        if isinstance(action, TelnyxAction):
            self._start(self._telnyx.perform(action))
        elif isinstance(action, PageAction):
            self._perform_on_page(action)
        else:
            self._perform_in_slack(action)
        await self._view.update()

    def _perform_in_slack(self, action: SlackAction) -> None:
        match action:
            case SendText():
                self._send(action.text.strip(), self._place(action.channel, action.thread_ts))
            case PostAlert():
                self._alert(action)
            case EditMessage():
                self._edit(self._view.entries[action.entry], action.text)
            case DeleteMessage():
                self._delete(self._view.entries[action.entry])
            case PickShortcut():
                self._look_up(self._view.entries[action.entry])
            case OpenHome():
                self._open_home()
            case PressButton():
                self._press(action)

    def _perform_on_page(self, action: PageAction) -> None:
        match action:
            case CloseModal():
                self._view.close_modal(action.view)
            case SwitchFault():
                self._switches.switch(action.service, action.fault)
            case BecomePerson():
                self._view.be(action.person)

    async def cancel(self) -> None:
        """Cancel the deliveries that are still under way."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def _place(self, channel: str, thread_ts: str | None) -> Place:
        """Return a place that the person sees; raises KeyError for an unknown channel."""
        if channel not in CHANNELS:
            raise KeyError(channel)
        return Place(channel, thread_ts, self._view.me.id)

    def _send(self, text: str, place: Place) -> None:
        if not text:
            return
        if text.startswith("/"):
            self._command(text, place)
            return
        entry = self._view.post(place.channel, PERSON, as_sent(text), person=place.person, thread_ts=place.thread_ts)
        self._event(message_posted(entry))
        if MENTION in text:
            self._event(message_posted(entry) | {"type": "app_mention"})

    def _command(self, text: str, place: Place) -> None:
        name, _, rest = text.partition(" ")
        if name != COMMAND:
            self._decline(f"{name} is no command here.", place)
        elif self._view.me.is_outsider:
            self._decline(f"{name} {_NOT_FOR_OUTSIDERS}", place)
        elif place.thread_ts:
            self._decline(f"{name} doesn't work in threads; type {MENTION} and the id.", place)
        else:
            url = self._view.route_responses(self._response_url(), place)
            sent = command(rest, response_url=url, user=place.person, channel=place.channel)
            self._deliver(self._sender.command(sent), place)

    def _decline(self, text: str, place: Place) -> None:
        """Show what Slack says to somebody, without the bot."""
        self._view.show_ephemeral({"text": text}, place, SLACKBOT)

    def _alert(self, alert: PostAlert) -> None:
        channel = self._place(alert.channel, None).channel
        field = {"title": "Event", "value": alert.id, "short": False}
        text = f":rotating_light: Telnyx webhook: port-out event {alert.id}"
        if alert.kind == "attachment":
            attachment = {"color": "#e01e5a", "title": "Telnyx webhook: port-out", "fields": [field]}
            entry = self._view.post(channel, TOOL, "", attachments=[attachment])
        elif alert.kind == "edited":
            entry = self._view.post(channel, TOOL, ":rotating_light: Telnyx webhook: reading…")
            self._start(self._edit_later(entry, text))
        else:
            entry = self._view.post(channel, TOOL, text)
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
        place = self._place(entry.channel, entry.thread_ts)
        if self._view.me.is_outsider:
            self._decline(f"Look up port-outs {_NOT_FOR_OUTSIDERS}", place)
            return
        url = self._view.route_responses(self._response_url(), place)
        message = message_posted(entry)
        shortcut = message_shortcut(SHORTCUT, message, response_url=url, user=place.person, channel=place.channel)
        self._deliver(self._sender.interaction(shortcut), place)

    def _open_home(self) -> None:
        if not self._view.me.is_outsider:
            self._event(app_home_opened(user=self._view.me.id, view=self._view.home), ext_shared=False)

    def _press(self, press: PressButton) -> None:
        me, entry = self._view.me, self._view.entries.get(press.entry)
        if entry is None:
            self._press_in_view(press)
            return
        place = self._place(entry.channel, entry.thread_ts)
        url = self._view.route_responses(self._response_url(), place, entry.ts)
        location = MessageLocation(entry.channel, entry.ts, entry.thread_ts, entry.is_private)
        pressed = button_press(press.button, response_url=url, user=me.id, team=me.team, location=location)
        self._deliver(self._sender.interaction(pressed), place)

    def _press_in_view(self, press: PressButton) -> None:
        """Press a button of the modal or of the Home tab; raises KeyError for a view that is not shown."""
        user, modal, home = self._view.me.id, self._view.modal, self._view.home
        if modal and modal["id"] == press.entry:
            pressed = modal_button_press(press.button, view_id=press.entry, view=modal, user=user)
        elif home and home["id"] == press.entry:
            pressed = home_button_press(press.button, view=home, user=user)
        else:
            raise KeyError(press.entry)
        self._deliver(self._sender.interaction(pressed), None)

    def _event(self, event: dict[str, Any], *, ext_shared: bool = True) -> None:
        self._start(self._deliver_event(event_callback(event, ext_shared=ext_shared)))

    async def _deliver_event(self, callback: dict[str, Any]) -> None:
        answer = await self._sender.event_callback(callback, 0, None)
        for number, pause in enumerate(_RETRY_PAUSES, start=1):
            if answer.retry_reason is None:
                break
            await self._show_status(answer, f"; it delivers the event again in {pause:g} s")
            await asyncio.sleep(pause)
            answer = await self._sender.event_callback(callback, number, answer.retry_reason)
        await self._show_status(answer)

    def _deliver(self, delivery: Coroutine[Any, Any, BotResponse], place: Place | None) -> None:
        self._start(self._show_response(delivery, place))

    async def _show_response(self, delivery: Coroutine[Any, Any, BotResponse], place: Place | None) -> None:
        """Show the response at a place; where there is none, only in the status line."""
        answer = await delivery
        if place is None:
            pass
        elif answer.status == 200 and answer.body:
            self._view.show_ephemeral(answer.json(), place)
        elif answer.status != 200:
            self._decline(f"The app did not respond ({answer.status or answer.retry_reason}).", place)
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
