"""Pressed buttons: what all of them have in common, whatever they do."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.notice import outdated
from handlers.access import Person
from handlers.answers import Asker, refusal
from handlers.payloads import Interaction, read
from handlers.responder import Answering, Word, in_background

DOUBLE_CLICK_SECONDS: Final = 2.0
"""Within which a second press of a button is taken for the same."""

_T = TypeVar("_T", bound=Struct)


class Press(Struct, frozen=True):
    """A button, pressed.

    channel, message_ts, thread_ts: where it stands; empty in a window. view_id: the window it stands in. is_private:
    only this person sees it. at: when, Unix seconds by Slack's clock.
    """

    asker: Asker
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
        who = self.asker
        return f"{who.surface}:{who.person.id}:{who.channel}:{self.message_ts}:{self.value}"


def join(  # noqa: PLR0913  each says something else of a button
    app: AsyncApp,
    answering: Answering,
    action: str,
    carried: type[_T],
    may: Callable[[Person], bool],
    work: Callable[[Press, _T], Coroutine[Any, Any, Word | None]],
    *,
    double_click_seconds: float = DOUBLE_CLICK_SECONDS,
) -> None:
    """Join a button to the app: `work` does what it is for, once a press, for those who may."""

    async def pressed(body: dict[str, Any]) -> BoltResponse:
        press = _press(body)

        async def answered() -> Word | None:
            try:
                subject = msgspec.json.decode(press.value, type=carried)
            except msgspec.DecodeError:
                return Word(outdated(), thread_ts=press.thread_ts)
            if not await answering.ledger.click(press.key, press.at, double_click_seconds):
                return None
            if said := refusal(answering, press.asker, may):
                return Word(said, thread_ts=press.thread_ts)
            return await work(press, subject)

        return await in_background(answering, answered, press.response_url)

    app.action(action)(pressed)


def _press(body: dict[str, Any]) -> Press:
    said = read(body, Interaction)
    action, container = said.actions[0], said.container
    person = Person(said.user.id, said.user.team_id)
    return Press(
        Asker(action.action_id, person, said.channel.id if said.channel else ""),
        action.value or "",
        container.message_ts or "",
        container.thread_ts or "",
        container.view_id or "",
        container.is_ephemeral,
        float(action.action_ts),
        said.trigger_id or "",
        said.response_url or "",
    )
