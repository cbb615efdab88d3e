"""*Post to channel* and *Post in thread*, on what one person sees: the same for everybody there, masked."""

from typing import Final

from bot.cards.buttons import POST, Subject
from bot.cards.form import Form
from bot.cards.notice import maybe_posted, not_posted, posted
from bot.identifiers import Identifiers
from bot.ledger import Ledger
from bot.web_api import RefusedError, UnsureError
from handlers.answers import Answers
from handlers.buttons.registration import ButtonClick, Buttons
from handlers.responder import EphemeralReply
from handlers.threads import ThreadReplies

_ON_PURPOSE_SECONDS: Final = 10.0  # after which a second click is meant


def register(buttons: Buttons, answers: Answers, threads: ThreadReplies, ledger: Ledger) -> None:
    """Register the button."""

    async def post(click: ButtonClick, subject: Subject) -> EphemeralReply:
        about = Subject(subject.ids, is_posted=True)
        message, ids = await answers.look_up(click.requester, Identifiers(subject.ids), Form.CHANNEL, about)
        try:
            await threads.post(click.requester.channel, subject.thread_ts, message, {"ids": list(ids)})
        except RefusedError as refusal:
            # Not posted, so another click is no double click.
            await ledger.unclick(click.key)
            return EphemeralReply(not_posted(refusal.reason), thread_ts=click.thread_ts)
        except UnsureError:
            return EphemeralReply(maybe_posted(), thread_ts=click.thread_ts)
        return EphemeralReply(posted(), thread_ts=click.thread_ts)

    buttons.register(POST, Subject, answers.access.may_look_up, post, double_click_seconds=_ON_PURPOSE_SECONDS)
