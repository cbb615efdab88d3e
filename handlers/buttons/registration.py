"""Clicks on buttons: what all buttons have in common, whatever they do."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester
from portout.access.origin import SlackUser, click_user
from portout.answers import Answers
from portout.cards.notices import outdated
from portout.slack.modals import Modals, Window
from portout.slack.payloads import Interaction, ShownView, decode_payload
from portout.slack.responder import EphemeralReply, Place, Responder
from portout.state.ledger import Ledger

DOUBLE_CLICK_SECONDS: Final = 2.0
"""How long a second click on the same button counts as a double click, and is ignored."""

_T = TypeVar("_T")


class ButtonClick(Struct, frozen=True):
    """A click on a button.

    value: what the button carries, as JSON. message_ts, thread_ts: of the message with the button; empty in a view.
    view: the modal or the Home tab with the button; None in a message. is_private: only this user sees the message or
    the view. at: the time, in Unix seconds by Slack's clock. trigger_id: opens a modal, within 3 s. response_url: empty
    in a view.
    """

    requester: Requester
    value: str
    message_ts: str
    thread_ts: str
    view: ShownView | None
    is_private: bool
    at: float
    trigger_id: str
    response_url: str

    @property
    def key(self) -> str:
        """Return the button's key; the same button in another message, or for another user, has another key."""
        requester, place = self.requester, self.view.id if self.view else self.message_ts
        return f"{requester.surface}:{requester.user.id}:{requester.channel}:{place}:{self.value}"

    @property
    def is_in_modal(self) -> bool:
        return self.view is not None and self.view.is_modal


class Buttons(Struct, frozen=True):
    """Registers buttons with the app."""

    app: AsyncApp
    answers: Answers
    responder: Responder
    ledger: Ledger
    modals: Modals

    def register(
        self,
        action: str,
        value_type: type[_T],
        is_allowed: Callable[[SlackUser], bool],
        work: Callable[[ButtonClick, _T], Coroutine[Any, Any, EphemeralReply | None]],
        *,
        double_click_seconds: float = DOUBLE_CLICK_SECONDS,
        is_answered: bool = False,
    ) -> None:
        """Register a button: run `work` on a click, with the decoded value, and send the reply that it returns.

        is_allowed: whether a user may click the button. double_click_seconds: how long another click is ignored.
        is_answered: whether every click is answered by a new message, for which a window opens at once where there is
        no channel to show it in.
        """

        async def on_click(body: dict[str, Any]) -> BoltResponse:
            click = _read_click(body)
            place = self._place_of_replies(click)

            async def reply() -> EphemeralReply | None:
                try:
                    value = msgspec.json.decode(click.value, type=value_type)
                except msgspec.DecodeError:
                    return EphemeralReply(outdated())
                if not await self.ledger.claim_click(click.key, click.at, double_click_seconds):
                    return None
                if refusal := self.answers.authorize(click.requester, is_allowed):
                    await self.ledger.release_click(click.key)  # the next click is no double click
                    return EphemeralReply(refusal)
                if is_answered and not await place.announce():
                    return None
                return await work(click, value)

            return await self.responder.ack_then_follow_up(reply, place)

        self.app.action(action)(on_click)

    def _place_of_replies(self, click: ButtonClick) -> Place:
        if click.view is not None:
            return Window(self.modals, click.trigger_id, click.view)
        return self.responder.at(click.response_url, click.thread_ts)


def _read_click(body: dict[str, Any]) -> ButtonClick:
    interaction = decode_payload(body, Interaction)
    action, container, channel = interaction.actions[0], interaction.container, interaction.channel
    view = interaction.view or (ShownView(container.view_id) if container.view_id else None)
    return ButtonClick(
        Requester(action.action_id, click_user(interaction), channel.id if channel else ""),
        action.value or "",
        container.message_ts or "",
        container.thread_ts or "",
        view,
        container.is_ephemeral or view is not None,
        float(action.action_ts),
        interaction.trigger_id or "",
        interaction.response_url or "",
    )
