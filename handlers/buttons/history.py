"""*History*, on every card: the order's events and comments, in a modal.

Slack opens a modal only within 3 s of the click, and Telnyx may take longer: the modal is opened first, then filled.
"""

from contextlib import suppress

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import audit_shown
from portout.access.origin import SlackUser
from portout.answers import Answers
from portout.cards.buttons import HISTORY, HISTORY_PAGES, HistoryPageValue
from portout.cards.modals.history import history_view, loading_history
from portout.cards.notices import not_opened
from portout.slack.modals import Modals
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackOutcomeUnknownError, SlackRateLimitedError, SlackRejectedError
from portout.telemetry.logging import current_request_id


def register(buttons: Buttons, answers: Answers, modals: Modals) -> None:
    """Register the button, and the modal's *Earlier* and *Later*."""

    def is_allowed(user: SlackUser) -> bool:
        return answers.access.may_look_up(user) or answers.access.may_see_details(user)

    async def open_modal(click: ButtonClick, page: HistoryPageValue) -> EphemeralReply | None:
        try:
            view_id = await modals.open(click.trigger_id, loading_history())
        except (SlackRejectedError, SlackOutcomeUnknownError, SlackRateLimitedError):
            return EphemeralReply(not_opened())
        await fill(view_id, click, page)
        return None

    async def turn_page(click: ButtonClick, page: HistoryPageValue) -> None:
        await fill(click.view_id, click, page)

    async def fill(view_id: str, click: ButtonClick, page: HistoryPageValue) -> None:
        """Update an open modal with a page of the history; a modal that was closed meanwhile is no error."""
        history = await answers.lookup.history(page.order_id)
        audience = answers.access.private_audience(click.requester.user)
        with suppress(SlackRejectedError, SlackOutcomeUnknownError):
            await modals.update(view_id, history_view(history, page.number, audience, current_request_id()))
            audit_shown(click.requester, history, audience)

    buttons.register(HISTORY, HistoryPageValue, is_allowed, open_modal)
    for action in HISTORY_PAGES:
        buttons.register(action, HistoryPageValue, is_allowed, turn_page)
