"""`/portout-event <event id>`: the cards of port-out events, for the one who asked."""

from functools import partial
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.blocks import Message
from bot.cards.buttons import Subject
from bot.cards.form import Form
from bot.cards.help import help_message
from bot.cards.notice import still_looking
from bot.identifiers import find_typed
from handlers.access import Person
from handlers.answers import Asker, look_up, refusal
from handlers.payloads import Command, read
from handlers.responder import Answering, reply, reply_in_time

COMMAND: Final = "/portout-event"

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the slash command to the app."""

    async def portout_event(command: dict[str, Any]) -> BoltResponse:
        said = read(command, Command)
        typed, asker = said.text or "", Asker("command", Person(said.user_id, said.team_id), said.channel_id)
        asked = find_typed(typed)
        if refused := refusal(answering, asker, answering.access.may_look_up):
            return reply(refused)
        if not asked.ids:
            _log.info("command.helped", almost=len(asked.almost))
            return reply(help_message(COMMAND, typed, asked))

        async def work() -> Message:
            message, _ = await look_up(answering, asker, asked, Form.PRIVATE, Subject(asked.ids))
            return message

        return await reply_in_time(answering, work, partial(still_looking, asked.ids), said.response_url or "")

    app.command(COMMAND)(portout_event)
