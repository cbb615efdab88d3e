"""The surfaces: where in Slack people and alerts meet the bot. Slack's payload in, a card out."""

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.buttons import PORTAL
from bot.cards.notice import broken
from bot.logs import current_reference
from handlers import mention
from handlers import message_shortcut as shortcut
from handlers import slash_command as command
from handlers.alerts import enricher as alerts
from handlers.buttons import details, history, post, refresh
from handlers.payloads import PayloadError
from handlers.responder import Answering, reply

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join all surfaces to the app."""
    for surface in (command, alerts, mention, shortcut, refresh, details, history, post):
        surface.register(app, answering)
    # Slack tells of a press on a button that leads elsewhere, too.
    app.action(PORTAL)(_not_for_us)
    # Slack counts an unanswered event as a failed delivery, sends it again, and in the end sends none.
    app.event(re.compile(".*"))(_not_for_us)
    app.error(_bug)


async def _not_for_us() -> BoltResponse:
    """Acknowledge what no surface wants."""
    return BoltResponse(status=200)


async def _bug(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Tell the operator where, the person that it isn't their fault, and Slack, of an event, to come back."""
    if isinstance(error, PayloadError) or _is_bolts_own(error):
        _log.warning("payload.refused")
        return BoltResponse(status=400, body="Payload not understood")
    _log.error("bug", exc_info=error)
    return reply(broken(current_reference())) if "command" in body else BoltResponse(status=500)


def _is_bolts_own(error: Exception) -> bool:
    """Whether Bolt stumbled over a payload, before any listener of ours saw it."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__name__")).startswith("slack_bolt.")
