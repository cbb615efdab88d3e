"""*History*, on every card: the order's events and comments, in a modal.

Slack opens a modal only within 3 s of the click, and Telnyx may take longer: it is opened first, and filled after.
"""

from contextlib import suppress

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import audit_shown
from portout.access.policy import SlackUser
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import HISTORY, HISTORY_PAGES, HistoryPageValue
from portout.cards.history_modal import history_view, loading_history
from portout.cards.notices import not_opened
from portout.slack.modals import Modals
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackOutcomeUnknownError, SlackRateLimitedError, SlackRejectedError
from portout.telemetry.logging import current_request_id


def register(buttons: Buttons, answers: Answers, modals: Modals) -> None:
    """Register the button, and those that turn the pages."""

    def may(user: SlackUser) -> bool:
        return answers.access.may_look_up(user) or answers.access.may_see_details(user)

    async def show(click: ButtonClick, page: HistoryPageValue) -> EphemeralReply | None:
        try:
            view_id = await modals.open(click.trigger_id, loading_history())
        except (SlackRejectedError, SlackOutcomeUnknownError, SlackRateLimitedError):
            return EphemeralReply(not_opened(), thread_ts=click.thread_ts)
        await fill(view_id, click, page)
        return None

    async def turn(click: ButtonClick, page: HistoryPageValue) -> None:
        await fill(click.view_id, click, page)

    async def fill(view_id: str, click: ButtonClick, page: HistoryPageValue) -> None:
        """Put a page of the history into an open modal, unless it has been closed meanwhile."""
        history = await answers.lookup.history(page.order_id)
        audience = Audience.PRIVATE if answers.access.may_see_details(click.requester.user) else Audience.CHANNEL
        audit_shown(click.requester, history, audience)
        with suppress(SlackRejectedError, SlackOutcomeUnknownError):
            await modals.update(view_id, history_view(history, page.number, audience, current_request_id()))

    buttons.register(HISTORY, HistoryPageValue, may, show)
    for where in HISTORY_PAGES:
        buttons.register(where, HistoryPageValue, may, turn)
