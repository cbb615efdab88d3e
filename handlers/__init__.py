"""The surfaces: where in Slack people and alerts meet the bot. Slack's payload in, a card out."""

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from handlers import mention, message_shortcut, slash_command
from handlers.alerts import enricher
from handlers.buttons import details, history, post, refresh
from handlers.buttons.registration import Buttons
from handlers.services import Services
from portout.cards.buttons import PORTAL
from portout.cards.notices import broken
from portout.slack.payloads import PayloadError
from portout.slack.responder import ack
from portout.telemetry.logging import current_request_id

_log = structlog.get_logger()


def register(app: AsyncApp, services: Services) -> None:
    """Register all surfaces with the app."""
    answers, responder, threads = services.answers, services.responder, services.threads
    slash_command.register(app, answers, responder)
    message_shortcut.register(app, answers, responder)
    mention.register(app, answers, services.processor, threads)
    enricher.register(app, answers, services.processor, threads, services.ledger)
    buttons = Buttons(app, answers, responder, services.ledger)
    refresh.register(buttons, answers, threads)
    details.register(buttons, answers)
    history.register(buttons, answers, services.modals)
    post.register(buttons, answers, threads, services.ledger)
    # Slack tells of a click on a button that leads elsewhere, too.
    app.action(PORTAL)(_acknowledge)
    # Slack counts an unanswered event as a failed delivery, sends it again, and in the end sends none.
    app.event(re.compile(".*"))(_acknowledge)
    app.error(_handle_error)


async def _acknowledge() -> BoltResponse:
    """Return 200 for what no surface wants."""
    return BoltResponse(status=200)


async def _handle_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Log an internal error; return a text for the person, and for an event 500, so that Slack delivers it again."""
    if isinstance(error, PayloadError) or _is_bolts_own(error):
        _log.warning("payload.refused")
        return BoltResponse(status=400, body="Payload not understood")
    _log.error("internal_error", exc_info=error)
    return ack(broken(current_request_id())) if "command" in body else BoltResponse(status=500)


def _is_bolts_own(error: Exception) -> bool:
    """Return whether Bolt stumbled over a payload, before any listener of ours saw it."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__name__")).startswith("slack_bolt.")
