"""*History*, on every card: the order's events and comments, in a modal."""

from handlers.buttons.modal import Modal, register_modal
from handlers.buttons.registration import Buttons
from portout.answers import Answers
from portout.cards.buttons import HISTORY, HISTORY_PAGES, HistoryPageValue
from portout.cards.modals.history import TITLE
from portout.lookup.results import History
from portout.slack.modals import Modals


def register(buttons: Buttons, answers: Answers, modals: Modals) -> None:
    """Register the button, and the modal's *Earlier* and *Later*."""

    async def fetch(page: HistoryPageValue) -> History:
        return await answers.lookup.history(page.order_id)

    register_modal(buttons, answers, modals, Modal(HISTORY, HISTORY_PAGES, TITLE, HistoryPageValue, fetch))
