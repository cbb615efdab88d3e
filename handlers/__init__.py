"""The surfaces: slash command, message shortcut, mention, alerts and buttons. Each answers a payload with a card."""

import re
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from handlers import home, mention, message_shortcut, slash_command
from handlers.alerts import enricher
from handlers.buttons import details, history, numbers, orders, post, refresh, take
from handlers.buttons.registration import Buttons
from handlers.services import Services
from portout.access.audit import create_series
from portout.cards.buttons import (
    DETAILS,
    HISTORY,
    HISTORY_PAGES,
    NUMBERS,
    NUMBERS_PAGES,
    ORDERS,
    ORDERS_PAGES,
    OWN_DETAILS,
    PORTAL,
    POST,
    REFRESH,
    TAKE,
)
from portout.cards.contacts import Contacts
from portout.cards.lists.home_buttons import HOME_PAGES, HOME_REFRESH
from portout.cards.notices import broken
from portout.slack.payloads import PayloadError
from portout.slack.responder import ack
from portout.telemetry.logging import current_request_id

_log = structlog.get_logger()


LOOKING_UP: Final = (
    *("command", "shortcut", "mention", "alert", REFRESH, DETAILS, OWN_DETAILS, POST, ORDERS, *ORDERS_PAGES),
    *(home.HOME, HOME_REFRESH, *HOME_PAGES),
)
"""The surfaces that answer with cards, by their names in audit log and metrics: those of buttons are their action ids.

The windows are not counted as look-ups: they show more of what a card has shown.
"""

SURFACES: Final = (*LOOKING_UP, HISTORY, *HISTORY_PAGES, NUMBERS, *NUMBERS_PAGES, TAKE)
"""All surfaces that may refuse a request."""


def register(app: AsyncApp, services: Services) -> None:
    """Register all surfaces with the app."""
    create_series(SURFACES, LOOKING_UP)
    answers, responder, posts, threads = services.answers, services.responder, services.posts, services.threads
    ledger = services.ledger
    slash_command.register(app, answers, responder)
    message_shortcut.register(app, answers, responder)
    mention.register(app, answers, services.mentions, posts, threads)
    enricher.register(app, answers, services.alerts, services.alert_threads, ledger)
    buttons = Buttons(app, answers, responder, ledger, services.modals)
    claims = services.watch.claims if services.watch else None
    replies = refresh.Replies(posts, threads, ledger, services.leases)
    refresh.register(buttons, answers, replies, claims)
    take.register(buttons, answers, claims)
    details.register(buttons, answers)
    history.register(buttons, answers, services.modals)
    numbers.register(buttons, answers, services.modals)
    orders.register(buttons, answers)
    post.register(buttons, answers, posts, ledger)
    home.register(app, buttons, home.Home(answers, services.overviews, services.home_tabs), responder)
    # Slack sends a click on a link button, too.
    app.action(PORTAL)(_acknowledge)
    # Slack counts an unanswered event as a failed delivery, sends it again, and in the end sends no more events.
    app.event(re.compile(".*"))(_acknowledge)

    async def handle_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        return _answer_error(error, body, answers.contacts)

    app.error(handle_error)


async def _acknowledge() -> BoltResponse:
    """Return 200 for a payload that needs no answer."""
    return BoltResponse(status=200)


def _answer_error(error: Exception, body: dict[str, Any], contacts: Contacts) -> BoltResponse:
    """Log an error; return a text to the user of a command, and 500 for an event, so that Slack delivers it again.

    A payload that cannot be read is no bug: 400.
    """
    if isinstance(error, PayloadError) or _is_bolts_own(error):
        _log.warning("payload.refused")
        return BoltResponse(status=400, body="Payload not understood")
    _log.error("internal_error", exc_info=error)
    return ack(broken(current_request_id(), contacts)) if "command" in body else BoltResponse(status=500)


def _is_bolts_own(error: Exception) -> bool:
    """Return whether Bolt raised the error itself, on a payload that no listener has received yet."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and str(traceback.tb_frame.f_globals.get("__name__")).startswith("slack_bolt.")
