"""*I'm on it*, on the watch's messages of port-outs that wait: whose name stands there; the next press takes over."""

import structlog

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import audit_taken
from portout.answers import Answers
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import TAKE, TakeValue
from portout.cards.watching.notices import held_by_other, not_taken, not_watched, over, taken
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackError
from portout.state.leases import LeaseLostError
from portout.watch.claims import Claims, HeldByOther, NotKnown, Over, Taken, TakeResult

_log = structlog.get_logger()


def register(buttons: Buttons, answers: Answers, claims: Claims | None) -> None:
    """Register the button. claims: of the watch, None where nothing is watched."""

    async def take(click: ButtonClick, value: TakeValue) -> EphemeralReply:
        if claims is None or claims.channel != click.requester.channel:
            return EphemeralReply(not_watched())
        try:
            result = await claims.take(value.order_id, click.message_ts, click.requester.user.id, value.holder)
        except (SlackError, LeaseLostError) as error:
            _log.error("take.failed", reason=type(error).__name__)
            return EphemeralReply(not_taken("Slack did not let this message be changed"))
        if isinstance(result, Taken) and result.previous != click.requester.user.id:
            audit_taken(click.requester, value.order_id, result.previous)
        return EphemeralReply(_notice(result))

    buttons.register(TAKE, TakeValue, answers.access.may_look_up, take)


def _notice(result: TakeResult) -> Message:
    match result:
        case Taken():
            return taken()
        case HeldByOther(claim=claim):
            return held_by_other(claim.holder, claim.since)
        case Over():
            return over()
        case NotKnown(reason=reason):
            return not_taken(reason)
