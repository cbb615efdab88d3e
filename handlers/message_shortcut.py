"""Message shortcut "Look up port-outs": the cards of what a message names, visible only to the user.

A shortcut works in threads and in channels that the bot is not a member of. Its acknowledgement cannot show a message,
so the cards are sent to the `response_url`; *Post in thread* posts them in the thread of the message.
"""

from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester
from portout.access.origin import shortcut_user
from portout.answers import Answers
from portout.cards.buttons import ButtonValue
from portout.cards.notices import no_ids
from portout.lookup.texts.identifiers import extract_ids_and_numbers
from portout.slack.message_text import visible_texts
from portout.slack.payloads import PostedMessage, Shortcut, decode_payload
from portout.slack.responder import EphemeralReply, Responder

CALLBACK: Final = "look_up_port_outs"

_log = structlog.get_logger()


def register(app: AsyncApp, answers: Answers, responder: Responder) -> None:
    """Register the shortcut with the app."""

    async def look_up_port_outs(shortcut: dict[str, Any]) -> BoltResponse:
        parsed = decode_payload(shortcut, Shortcut)
        message = decode_payload(parsed.message, PostedMessage)
        in_thread = message.thread_ts or ""
        requester = Requester("shortcut", shortcut_user(parsed), parsed.channel.id)

        async def work() -> EphemeralReply:
            if refusal := answers.authorize(requester, answers.access.may_look_up):
                return EphemeralReply(refusal)
            asked = extract_ids_and_numbers(*visible_texts(parsed.message))
            if not asked.names:
                _log.info("shortcut.no_ids")
                return EphemeralReply(no_ids())
            post_in = in_thread or message.ts or parsed.message_ts
            audience = answers.access.private_audience(requester.user)
            answer = await answers.look_up(requester, asked, audience, ButtonValue(asked.ids, post_in))
            return EphemeralReply(answer.message, on_sent=answer.audit)

        return await responder.ack_then_follow_up(work, responder.at(parsed.response_url, in_thread))

    app.shortcut({"type": "message_action", "callback_id": CALLBACK})(look_up_port_outs)
