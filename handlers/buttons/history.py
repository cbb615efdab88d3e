"""*History*, on every card: the order's events and comments, in a window of its own.

Slack opens a window only within 3 s of the press, and Telnyx may take longer: it is opened first, and filled after.
"""

from contextlib import suppress

import msgspec
from slack_bolt.async_app import AsyncApp

from bot.cards.buttons import HISTORY, HISTORY_PAGES, Page
from bot.cards.form import Form
from bot.cards.history import history_view, loading_history
from bot.cards.notice import not_opened
from bot.logs import current_reference
from handlers.access import Person
from handlers.answers import note_history
from handlers.buttons.registration import Press, join
from handlers.calls import RefusedError, SlowDownError, UnsureError, call_once, call_patiently
from handlers.responder import Answering, Word


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the button, and those that turn the pages, to the app."""

    def may(person: Person) -> bool:
        return answering.access.may_look_up(person) or answering.access.may_see_details(person)

    async def show(press: Press, page: Page) -> Word | None:
        view = msgspec.to_builtins(loading_history())
        try:
            opened = await call_once(answering.web.views_open, trigger_id=press.trigger_id, view=view)
        except (RefusedError, UnsureError, SlowDownError):
            return Word(not_opened(), thread_ts=press.thread_ts)
        await _fill(answering, opened["view"]["id"], press, page)
        return None

    async def turn(press: Press, page: Page) -> None:
        await _fill(answering, press.view_id, press, page)

    join(app, answering, HISTORY, Page, may, show)
    for where in HISTORY_PAGES:
        join(app, answering, where, Page, may, turn)


async def _fill(answering: Answering, view_id: str, press: Press, page: Page) -> None:
    """Put a page of the history into a window that is open, unless it has been closed meanwhile."""
    history = await answering.lookup.history(page.order_id)
    form = Form.PRIVATE if answering.access.may_see_details(press.asker.person) else Form.CHANNEL
    note_history(press.asker, history, form)
    view = msgspec.to_builtins(history_view(history, page.number, form, current_reference()))
    with suppress(RefusedError, UnsureError):
        await call_patiently(answering.web.views_update, view_id=view_id, view=view)
