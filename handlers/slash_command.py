"""`/portout-event <id, key, number or PON>`: the cards of port-outs, visible only to the user.

`/portout-event pending` lists the orders that wait for an answer.
"""

from functools import partial
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester
from portout.access.origin import command_user
from portout.answers import Answers
from portout.cards.buttons import ButtonValue, OrderListValue
from portout.cards.notices import help_message, still_looking
from portout.lookup.texts.identifiers import parse_typed_ids
from portout.slack.commands import CommandMiddleware
from portout.slack.payloads import Command, decode_payload
from portout.slack.responder import EphemeralReply, Responder, ack

COMMAND: Final = "/portout-event"
PENDING_WORD: Final = "pending"

_log = structlog.get_logger()


def register(app: AsyncApp, answers: Answers, responder: Responder) -> None:
    """Register the slash command with the app."""

    async def portout_event(command: dict[str, Any]) -> BoltResponse:
        parsed = decode_payload(command, Command)
        typed, response_url = parsed.text or "", parsed.response_url or ""
        requester = Requester("command", command_user(parsed), parsed.channel_id)
        asked = parse_typed_ids(typed)
        if refusal := answers.authorize(requester, answers.access.may_look_up):
            return ack(refusal)
        if typed.strip().casefold() == PENDING_WORD:

            async def list_pending() -> EphemeralReply:
                answer = await answers.list_orders(requester, OrderListValue())
                return EphemeralReply(answer.message, on_sent=answer.audit)

            return await responder.ack_or_follow_up(list_pending, partial(still_looking, (PENDING_WORD,)), response_url)
        if not asked.names:
            _log.info("command.helped", malformed=len(asked.malformed))
            return ack(help_message(COMMAND, typed, asked))

        async def work() -> EphemeralReply:
            audience = answers.access.private_audience(requester.user)
            answer = await answers.look_up(requester, asked, audience, ButtonValue(asked.ids))
            return EphemeralReply(answer.message, on_sent=answer.audit)

        return await responder.ack_or_follow_up(work, partial(still_looking, asked.names), response_url)

    app.use(CommandMiddleware(COMMAND, portout_event))
