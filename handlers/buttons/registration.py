"""Clicks on buttons: what all of them have in common, whatever they do."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester
from portout.access.policy import SlackUser
from portout.answers import Answers
from portout.cards.notices import outdated
from portout.slack.payloads import Interaction, read
from portout.slack.responder import EphemeralReply, Responder
from portout.state.ledger import Ledger

DOUBLE_CLICK_SECONDS: Final = 2.0
"""Within which a second click on a button counts as the same."""

_T = TypeVar("_T", bound=Struct)


class ButtonClick(Struct, frozen=True):
    """A click on a button.

    channel, message_ts, thread_ts: where it stands; empty in a modal. view_id: the modal it stands in. is_private:
    only this person sees it. at: when, Unix seconds by Slack's clock.
    """

    requester: Requester
    value: str
    message_ts: str
    thread_ts: str
    view_id: str
    is_private: bool
    at: float
    trigger_id: str
    response_url: str

    @property
    def key(self) -> str:
        """Tell this button from others, also from the same one elsewhere and for others."""
        who = self.requester
        return f"{who.surface}:{who.user.id}:{who.channel}:{self.message_ts}:{self.value}"


class Buttons(Struct, frozen=True):
    """Registers buttons with the app."""

    app: AsyncApp
    answers: Answers
    responder: Responder
    ledger: Ledger

    def register(
        self,
        action: str,
        carried: type[_T],
        may: Callable[[SlackUser], bool],
        work: Callable[[ButtonClick, _T], Coroutine[Any, Any, EphemeralReply | None]],
        *,
        double_click_seconds: float = DOUBLE_CLICK_SECONDS,
    ) -> None:
        """Register a button: `work` does what it is for, once a click, for those who may."""

        async def clicked(body: dict[str, Any]) -> BoltResponse:
            click = _read_click(body)

            async def answered() -> EphemeralReply | None:
                try:
                    subject = msgspec.json.decode(click.value, type=carried)
                except msgspec.DecodeError:
                    return EphemeralReply(outdated(), thread_ts=click.thread_ts)
                if not await self.ledger.claim_click(click.key, click.at, double_click_seconds):
                    return None
                if refusal := self.answers.authorize(click.requester, may):
                    return EphemeralReply(refusal, thread_ts=click.thread_ts)
                return await work(click, subject)

            return await self.responder.ack_then_follow_up(answered, click.response_url)

        self.app.action(action)(clicked)


def _read_click(body: dict[str, Any]) -> ButtonClick:
    said = read(body, Interaction)
    action, container = said.actions[0], said.container
    user = SlackUser(said.user.id, said.user.team_id)
    return ButtonClick(
        Requester(action.action_id, user, said.channel.id if said.channel else ""),
        action.value or "",
        container.message_ts or "",
        container.thread_ts or "",
        container.view_id or "",
        container.is_ephemeral,
        float(action.action_ts),
        said.trigger_id or "",
        said.response_url or "",
    )
