"""*Refresh*, on every card: look it up again, past the cache, and put the answer in its place."""

import structlog

from bot.cards.buttons import REFRESH, Subject
from bot.cards.form import Form
from bot.cards.notice import not_refreshed
from bot.identifiers import Identifiers
from bot.ledger import Place, Reply
from bot.web_api import RefusedError, UnsureError
from handlers.answers import Answers
from handlers.buttons.registration import ButtonClick, Buttons
from handlers.responder import EphemeralReply
from handlers.threads import ThreadReplies

_log = structlog.get_logger()


def register(buttons: Buttons, answers: Answers, threads: ThreadReplies) -> None:
    """Register the button."""

    async def refresh(click: ButtonClick, subject: Subject) -> EphemeralReply | None:
        form = Form.PRIVATE if click.is_private else Form.CHANNEL
        message, ids = await answers.look_up(click.requester, Identifiers(subject.ids), form, subject, fresh=True)
        if click.is_private:
            return EphemeralReply(message, replaces=True, thread_ts=click.thread_ts)
        channel = click.requester.channel
        place = Place(channel, click.message_ts, click.thread_ts or click.message_ts)
        try:
            if subject.alert_ts:
                about = Place(channel, subject.alert_ts, place.thread_ts)
                await threads.change(about, Reply(place, ids), message, ids)
            else:
                await threads.edit(place, message, {"ids": list(ids)})
        except (RefusedError, UnsureError):
            _log.error("refresh.failed")
            return EphemeralReply(not_refreshed(), thread_ts=click.thread_ts)
        return None

    buttons.register(REFRESH, Subject, answers.access.may_look_up, refresh)
