"""Buttons that open a modal with pages, and the page buttons in it.

Slack opens a modal only within 3 s of the click, and Telnyx may take longer: the modal is opened first, then filled.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import audit_shown
from portout.access.origin import SlackUser
from portout.answers import Answers
from portout.cards.blockkit.blocks import PlainText
from portout.cards.modals.pages import loading
from portout.cards.modals.view import build_view
from portout.cards.notices import not_opened
from portout.lookup.results import History, LookupResult
from portout.slack.modals import Modals
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackError
from portout.telemetry.logging import current_request_id


class PageValue(Protocol):
    """The value of a button for a page. number: the page, from 1."""

    @property
    def number(self) -> int: ...


_T = TypeVar("_T", bound=PageValue)


class Modal(Struct, Generic[_T], frozen=True):
    """A modal with pages.

    action: of the button that opens it. page_actions: of its *Earlier* and *Later*. value_type: what all of these
    carry. fetch: fetches what its pages show.
    """

    action: str
    page_actions: tuple[str, ...]
    title: PlainText
    value_type: type[_T]
    fetch: Callable[[_T], Coroutine[Any, Any, History | LookupResult]]


def register_modal(buttons: Buttons, answers: Answers, modals: Modals, modal: Modal[_T]) -> None:
    """Register the buttons of a modal, for everybody who may look up or see details."""

    def is_allowed(user: SlackUser) -> bool:
        return answers.access.may_look_up(user) or answers.access.may_see_details(user)

    async def open_modal(click: ButtonClick, page: _T) -> EphemeralReply | None:
        try:
            view_id = await modals.open(click.trigger_id, loading(modal.title), in_modal=click.is_in_modal)
        except SlackError:
            return EphemeralReply(not_opened())
        await fill(view_id, click, page)
        return None

    async def turn_page(click: ButtonClick, page: _T) -> None:
        if click.view is not None:
            await fill(click.view.id, click, page)

    async def fill(view_id: str, click: ButtonClick, page: _T) -> None:
        """Update an open modal with a page; a modal that was closed meanwhile is no error."""
        shown = await modal.fetch(page)
        audience = answers.access.private_audience(click.requester.user)
        with suppress(SlackError):
            await modals.update(
                view_id, build_view(shown, page.number, audience, current_request_id(), answers.contacts)
            )
            audit_shown(click.requester, shown if isinstance(shown, History) else (shown,), audience)

    buttons.register(modal.action, modal.value_type, is_allowed, open_modal)
    for action in modal.page_actions:
        buttons.register(action, modal.value_type, is_allowed, turn_page)
