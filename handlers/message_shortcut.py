"""Message shortcut "Look up port-outs": the cards of the ids in a message, for the one who asked.

A shortcut works in threads and where the bot is not a member. Its acknowledgement shows nothing, so the answer comes by
`response_url`; *Post in thread* puts it where the message stands.
"""

from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.buttons import Subject
from bot.cards.form import Form
from bot.cards.notice import no_ids
from bot.identifiers import find_identifiers
from bot.messages import texts
from handlers.access import Person
from handlers.answers import Asker, look_up, refusal
from handlers.payloads import Posted, Shortcut, read
from handlers.responder import Answering, Word, in_background

CALLBACK: Final = "look_up_port_outs"

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the shortcut to the app."""

    async def look_up_port_outs(shortcut: dict[str, Any]) -> BoltResponse:
        picked = read(shortcut, Shortcut)
        message = read(picked.message, Posted)
        asker = Asker("shortcut", Person(picked.user.id, picked.user.team_id), picked.channel.id)

        async def work() -> Word:
            if said := refusal(answering, asker, answering.access.may_look_up):
                return Word(said)
            asked = find_identifiers(*texts(picked.message))
            if not asked.ids:
                _log.info("shortcut.no_ids")
                return Word(no_ids())
            thread_ts = message.thread_ts or message.ts or picked.message_ts
            cards, _ = await look_up(answering, asker, asked, Form.PRIVATE, Subject(asked.ids, thread_ts))
            return Word(cards)

        return await in_background(answering, work, picked.response_url)

    app.shortcut({"type": "message_action", "callback_id": CALLBACK})(look_up_port_outs)
