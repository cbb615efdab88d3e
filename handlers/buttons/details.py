"""*Details*, on cards in channels: the same card in full, visible only to the user who clicks."""

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import DETAILS, ButtonValue
from portout.lookup.identifiers import ExtractedIds
from portout.slack.responder import EphemeralReply


def register(buttons: Buttons, answers: Answers) -> None:
    """Register the button."""

    async def show_details(click: ButtonClick, value: ButtonValue) -> EphemeralReply:
        answer = await answers.look_up(click.requester, ExtractedIds(value.ids), Audience.PRIVATE, value)
        return EphemeralReply(answer.message, on_sent=answer.audit)

    buttons.register(DETAILS, ButtonValue, answers.access.may_see_details, show_details)
