"""*Details*, on what everybody sees: the same in full, for the one who clicks it."""

from bot.cards.buttons import DETAILS, Subject
from bot.cards.form import Form
from bot.identifiers import Identifiers
from handlers.answers import Answers
from handlers.buttons.registration import ButtonClick, Buttons
from handlers.responder import EphemeralReply


def register(buttons: Buttons, answers: Answers) -> None:
    """Register the button."""

    async def show(click: ButtonClick, subject: Subject) -> EphemeralReply:
        message, _ = await answers.look_up(click.requester, Identifiers(subject.ids), Form.PRIVATE, subject)
        return EphemeralReply(message, thread_ts=click.thread_ts)

    buttons.register(DETAILS, Subject, answers.access.may_see_details, show)
