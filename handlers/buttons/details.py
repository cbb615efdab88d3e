"""*Details*, on what everybody sees: the same in full, for the one who clicks it."""

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import DETAILS, ButtonValue
from portout.lookup.identifiers import ExtractedIds
from portout.slack.responder import EphemeralReply


def register(buttons: Buttons, answers: Answers) -> None:
    """Register the button."""

    async def show(click: ButtonClick, subject: ButtonValue) -> EphemeralReply:
        message, _ = await answers.look_up(click.requester, ExtractedIds(subject.ids), Audience.PRIVATE, subject)
        return EphemeralReply(message, thread_ts=click.thread_ts)

    buttons.register(DETAILS, ButtonValue, answers.access.may_see_details, show)
