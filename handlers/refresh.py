"""*Refresh*, under a reply in which something is missing: look it up again, and put the answer in its place."""

from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.answer import answer
from bot.cards.blocks import Button, PlainText
from bot.cards.form import Form
from bot.finding import Found
from bot.identifiers import Identifiers
from bot.ledger import Place, Reply
from bot.logs import current_reference
from handlers.replies import Answering
from handlers.threads import RefusedError, UnsureError

REFRESH: Final = "refresh"

_log = structlog.get_logger()


class _Asked(Struct, frozen=True):
    """What the button carries: the message it is about, and the ids."""

    about: Place
    ids: tuple[str, ...]


def button(about: Place, ids: tuple[str, ...]) -> Button:
    """Make the button."""
    return Button(REFRESH, PlainText("Refresh"), msgspec.json.encode(_Asked(about, ids)).decode())


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the button to the app."""

    async def pressed(body: dict[str, Any]) -> BoltResponse:
        asked = msgspec.json.decode(body["actions"][0]["value"], type=_Asked)
        await answering.jobs.spawn(_refresh(answering, asked, body["container"]["message_ts"]))
        return BoltResponse(status=200)

    app.action(REFRESH)(pressed)


async def _refresh(answering: Answering, asked: _Asked, reply_ts: str) -> None:
    findings = await answering.lookup.findings(asked.ids)
    found = tuple(finding.event_id for finding in findings if isinstance(finding, Found))
    again = (button(asked.about, asked.ids),) if len(found) < len(findings) else ()
    message = answer(findings, Identifiers(asked.ids), current_reference(), Form.CHANNEL, again, most_full=1)
    reply = Reply(Place(asked.about.channel, reply_ts, asked.about.thread_ts), found)
    try:
        await answering.threads.change(asked.about, reply, message, found)
    except (RefusedError, UnsureError):
        _log.error("refresh.failed")
    else:
        _log.info("refresh.done", found=len(found))
