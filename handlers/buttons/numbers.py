"""*Numbers*, on a card that one person sees: all phone numbers of the port-out, in a modal."""

from handlers.buttons.modal import Modal, register_modal
from handlers.buttons.registration import Buttons
from portout.answers import Answers
from portout.cards.buttons import NUMBERS, NUMBERS_PAGES, NumbersPageValue
from portout.cards.modals.numbers import TITLE
from portout.lookup.results import LookupResult
from portout.lookup.texts.identifiers import ExtractedIds
from portout.slack.modals import Modals


def register(buttons: Buttons, answers: Answers, modals: Modals) -> None:
    """Register the button, and the modal's *Earlier* and *Later*."""

    async def fetch(page: NumbersPageValue) -> LookupResult:
        looked_up = await answers.lookup.look_up(ExtractedIds((page.id,)))
        return looked_up.results[0]

    register_modal(buttons, answers, modals, Modal(NUMBERS, NUMBERS_PAGES, TITLE, NumbersPageValue, fetch))
