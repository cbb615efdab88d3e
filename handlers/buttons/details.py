"""*Details*: the card of one port-out, visible only to the user who clicks.

On cards in channels it is the same card in full, for those who may see that. In lists that one person sees, such as the
Home tab, it is the card as this person's own answers are.
"""

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.buttons import DETAILS, OWN_DETAILS, ButtonValue
from portout.lookup.texts.identifiers import ExtractedIds
from portout.slack.responder import EphemeralReply


def register(buttons: Buttons, answers: Answers) -> None:
    """Register the button."""

    async def show_details(click: ButtonClick, value: ButtonValue) -> EphemeralReply:
        audience = answers.access.private_audience(click.requester.user)
        answer = await answers.look_up(click.requester, ExtractedIds(value.ids), audience, value)
        return EphemeralReply(answer.message, on_sent=answer.audit)

    access = answers.access
    buttons.register(DETAILS, ButtonValue, access.may_see_details, show_details, is_answered=True)
    buttons.register(OWN_DETAILS, ButtonValue, access.may_look_up, show_details, is_answered=True)
