"""*Post to channel* and *Post in thread*, on what one person sees: the same for everybody there, masked."""

from typing import Final

from slack_bolt.async_app import AsyncApp

from bot.cards.buttons import POST, Subject
from bot.cards.form import Form
from bot.cards.notice import maybe_posted, not_posted, posted
from bot.identifiers import Identifiers
from handlers.answers import look_up
from handlers.buttons.registration import Press, join
from handlers.calls import RefusedError, UnsureError
from handlers.responder import Answering, Word

_ON_PURPOSE_SECONDS: Final = 10.0  # after which a second press is meant


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the button to the app."""

    async def post(press: Press, subject: Subject) -> Word:
        about = Subject(subject.ids, is_posted=True)
        message, ids = await look_up(answering, press.asker, Identifiers(subject.ids), Form.CHANNEL, about)
        try:
            await answering.threads.post(press.asker.channel, subject.thread_ts, message, {"ids": list(ids)})
        except RefusedError as refusal:
            # Not posted, so that pressing it again is no double click.
            await answering.ledger.unclick(press.key)
            return Word(not_posted(refusal.reason), thread_ts=press.thread_ts)
        except UnsureError:
            return Word(maybe_posted(), thread_ts=press.thread_ts)
        return Word(posted(), thread_ts=press.thread_ts)

    may = answering.access.may_look_up
    join(app, answering, POST, Subject, may, post, double_click_seconds=_ON_PURPOSE_SECONDS)
