"""*Details*, on what everybody sees: the same in full, for the one who presses it."""

from slack_bolt.async_app import AsyncApp

from bot.cards.buttons import DETAILS, Subject
from bot.cards.form import Form
from bot.identifiers import Identifiers
from handlers.answers import look_up
from handlers.buttons.registration import Press, join
from handlers.responder import Answering, Word


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the button to the app."""

    async def show(press: Press, subject: Subject) -> Word:
        message, _ = await look_up(answering, press.asker, Identifiers(subject.ids), Form.PRIVATE, subject)
        return Word(message, thread_ts=press.thread_ts)

    join(app, answering, DETAILS, Subject, answering.access.may_see_details, show)
