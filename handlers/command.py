"""`/portout-event <event id>`: the cards of port-out events, for the one who asked."""

from collections import Counter
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.answer import answer
from bot.cards.blocks import Message
from bot.cards.form import Form
from bot.cards.help import help_message
from bot.cards.notice import still_looking
from bot.identifiers import find_typed
from bot.logs import current_reference
from handlers.replies import Answering, reply, reply_in_time

COMMAND: Final = "/portout-event"

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the slash command to the app."""

    async def portout_event(command: dict[str, Any]) -> BoltResponse:
        typed = command.get("text") or ""
        asked = find_typed(typed)
        if not asked.ids:
            _log.info("command.helped", almost=len(asked.almost))
            return reply(help_message(COMMAND, typed, asked))

        async def look_up() -> Message:
            findings = await answering.lookup.findings(asked.ids)
            _log.info("command.answered", outcomes=dict(Counter(finding.outcome for finding in findings)))
            return answer(findings, asked, current_reference(), Form.PRIVATE)

        return await reply_in_time(answering, look_up, still_looking(asked.ids), command.get("response_url") or "")

    app.command(COMMAND)(portout_event)
