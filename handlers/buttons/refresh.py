"""*Refresh*, on every card: look its ids up again, bypassing the cache, and replace the card by the result."""

import structlog

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import REFRESH, ButtonValue
from portout.cards.notices import not_refreshed
from portout.lookup.identifiers import ExtractedIds
from portout.slack.posts import Posts
from portout.slack.responder import EphemeralReply
from portout.slack.threads import ThreadReplies
from portout.slack.web_api import SlackOutcomeUnknownError, SlackRejectedError
from portout.state.ledger import MessageRef, PostedReply

_log = structlog.get_logger()


def register(buttons: Buttons, answers: Answers, posts: Posts, threads: ThreadReplies) -> None:
    """Register the button."""

    async def refresh(click: ButtonClick, value: ButtonValue) -> EphemeralReply | None:
        requester, asked = click.requester, ExtractedIds(value.ids)
        audience = answers.access.private_audience(requester.user) if click.is_private else Audience.CHANNEL
        answer = await answers.look_up(requester, asked, audience, value, bypass_cache=True)
        if click.is_private:
            return EphemeralReply(answer.message, replaces=True, on_sent=answer.audit)
        channel = click.requester.channel
        card = MessageRef(channel, click.message_ts, click.thread_ts or click.message_ts)
        try:
            if about_ts := value.alert_ts or value.mention_ts:
                about = MessageRef(channel, about_ts, card.thread_ts)
                await threads.change(about, PostedReply(card, answer.ids), answer.message, answer.ids)
            else:
                await posts.edit(card, answer.message, {"ids": list(answer.ids)})
        except (SlackRejectedError, SlackOutcomeUnknownError):
            _log.error("refresh.failed")
            return EphemeralReply(not_refreshed())
        answer.audit()
        return None

    buttons.register(REFRESH, ButtonValue, answers.access.may_look_up, refresh)
