"""*Post to channel* and *Post in thread*, on cards that one user sees: the masked cards, visible to everybody."""

from typing import Final

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import POST, ButtonValue
from portout.cards.notices import Refusal, maybe_posted, not_posted, not_posted_now, posted
from portout.lookup.texts.identifiers import ExtractedIds
from portout.slack.messages.posts import Destination, Metadata, Posts
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import (
    MAX_CLICK_WAIT_SECONDS,
    SlackOutcomeUnknownError,
    SlackRateLimitedError,
    SlackRejectedError,
)
from portout.state.ledger import Ledger

_DOUBLE_CLICK_SECONDS: Final = 10.0  # after that, a second click is on purpose


def register(buttons: Buttons, answers: Answers, posts: Posts, ledger: Ledger) -> None:
    """Register the button."""

    async def post(click: ButtonClick, value: ButtonValue) -> EphemeralReply:
        posted_value = ButtonValue(value.ids, is_posted=True)
        answer = await answers.look_up(click.requester, ExtractedIds(value.ids), Audience.CHANNEL, posted_value)
        if answer.failure or not answer.ids:
            # A failure is no news for a channel.
            await ledger.release_click(click.key)
            return EphemeralReply(not_posted_now(answer.failure or "Telnyx does not know it any more"))
        try:
            await posts.post(
                Destination(click.requester.channel, value.thread_ts),
                answer.message,
                Metadata({"ids": list(answer.ids)}),
                max_wait=MAX_CLICK_WAIT_SECONDS,
            )
        except SlackOutcomeUnknownError:
            return EphemeralReply(maybe_posted())
        except (SlackRejectedError, SlackRateLimitedError) as error:
            # Nothing was posted, so the next click must not count as a double click.
            await ledger.release_click(click.key)
            refusal = Refusal(error.reason, error.needed, in_thread=bool(value.thread_ts))
            return EphemeralReply(not_posted(refusal, answers.contacts))
        answer.audit()
        return EphemeralReply(posted())

    buttons.register(POST, ButtonValue, answers.access.may_look_up, post, double_click_seconds=_DOUBLE_CLICK_SECONDS)
