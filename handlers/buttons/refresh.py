"""*Refresh*, on every card: look it up again, past what is remembered, and put the answer in its place."""

import structlog
from slack_bolt.async_app import AsyncApp

from bot.cards.buttons import REFRESH, Subject
from bot.cards.form import Form
from bot.cards.notice import not_refreshed
from bot.identifiers import Identifiers
from bot.ledger import Place, Reply
from handlers.answers import look_up
from handlers.buttons.registration import Press, join
from handlers.calls import RefusedError, UnsureError
from handlers.responder import Answering, Word

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the button to the app."""

    async def refresh(press: Press, subject: Subject) -> Word | None:
        form = Form.PRIVATE if press.is_private else Form.CHANNEL
        message, ids = await look_up(answering, press.asker, Identifiers(subject.ids), form, subject, fresh=True)
        if press.is_private:
            return Word(message, replaces=True, thread_ts=press.thread_ts)
        channel = press.asker.channel
        place = Place(channel, press.message_ts, press.thread_ts or press.message_ts)
        try:
            if subject.alert_ts:
                about = Place(channel, subject.alert_ts, place.thread_ts)
                await answering.threads.change(about, Reply(place, ids), message, ids)
            else:
                await answering.threads.edit(place, message, {"ids": list(ids)})
        except (RefusedError, UnsureError):
            _log.error("refresh.failed")
            return Word(not_refreshed(), thread_ts=press.thread_ts)
        return None

    join(app, answering, REFRESH, Subject, answering.access.may_look_up, refresh)
