"""*Refresh*, on every card: look its ids up again, bypassing the cache, and replace the card by the result."""

import structlog
from msgspec import Struct

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import audit_shown, count_lookups
from portout.answers import Answer, Answers
from portout.cards.audience import Audience
from portout.cards.buttons import REFRESH, ButtonValue
from portout.cards.error_card import describe
from portout.cards.notices import not_refreshed, not_refreshed_now
from portout.cards.watching.notices import not_watched
from portout.lookup.results import LookupFailure
from portout.slack.messages.posts import Metadata, Posts
from portout.slack.messages.threads import ThreadReplies
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import (
    MAX_CLICK_WAIT_SECONDS,
    SlackError,
    SlackRateLimitedError,
)
from portout.state.leases import LeaseLostError, Leases
from portout.state.ledger import Ledger, MessageRef, OutdatedError, PostedReply
from portout.watch.claims import Claims

_log = structlog.get_logger()


def register(buttons: Buttons, answers: Answers, replies: "Replies", claims: Claims | None) -> None:
    """Register the button. claims: of the watch, None where nothing is watched."""

    async def refresh(click: ButtonClick, value: ButtonValue) -> EphemeralReply | None:
        requester, asked = click.requester, value.asked
        audience = answers.access.private_audience(requester.user) if click.is_private else Audience.CHANNEL
        answer = await answers.look_up(requester, asked, audience, value, bypass_cache=True)
        if answer.failure:
            return EphemeralReply(not_refreshed_now(answer.failure))
        if click.is_private:
            return EphemeralReply(answer.message, replaces=True, on_sent=answer.audit)
        try:
            await replies.change(click, value, answer)
        except SlackRateLimitedError:
            return EphemeralReply(not_refreshed_now("Slack takes no more changes for now"))
        except (SlackError, LeaseLostError) as error:
            _log.error("refresh.failed", reason=type(error).__name__)
            return EphemeralReply(not_refreshed())
        except OutdatedError:
            return None  # the reply shows other port-outs by now
        answer.audit()
        return None

    async def on_click(click: ButtonClick, value: ButtonValue) -> EphemeralReply | None:
        if value.is_watched and not click.is_private:
            return await _refresh_watched(claims, click, value.ids[0])
        return await refresh(click, value)

    buttons.register(REFRESH, ButtonValue, answers.access.may_look_up, on_click)


class Replies(Struct, frozen=True):
    """The bot's messages in channels, changed by *Refresh* as by an event: under the lease of their message."""

    posts: Posts
    threads: ThreadReplies
    ledger: Ledger
    leases: Leases

    async def change(self, click: ButtonClick, value: ButtonValue, answer: Answer) -> None:
        """Replace a message; raise `OutdatedError` if another event has changed what it is about."""
        channel = click.requester.channel
        card = MessageRef(channel, click.message_ts, click.thread_ts or click.message_ts)
        about = MessageRef(channel, value.alert_ts or value.mention_ts or click.message_ts, card.thread_ts)
        async with self.leases.exclusive(f"{channel}:{about.ts}") as lease:
            if lease is None:
                raise LeaseLostError
            if about.ts == card.ts:
                metadata = Metadata({"ids": list(answer.ids)})
                await self.posts.edit(card, answer.message, metadata, max_wait=MAX_CLICK_WAIT_SECONDS)
                return
            reply = await self.ledger.reply(about) or await self.threads.find(about)
            _raise_if_changed(reply, value)

            async def check() -> None:
                if not await lease.confirm():
                    _raise_if_changed(await self.threads.find(about), value)

            reply = PostedReply(card, answer.ids, value.event_ts)
            await self.threads.change(
                about, reply, answer.message, before_attempt=check, max_wait=MAX_CLICK_WAIT_SECONDS
            )


def _raise_if_changed(reply: PostedReply | None, value: ButtonValue) -> None:
    if reply is not None and reply.event_ts != value.event_ts:
        raise OutdatedError


async def _refresh_watched(claims: Claims | None, click: ButtonClick, order_id: str) -> EphemeralReply | None:
    """Change a message of the watch as the watch does: it records there what it did."""
    if claims is None or claims.channel != click.requester.channel:
        return EphemeralReply(not_watched())
    try:
        result = await claims.refresh(order_id, click.message_ts)
    except (SlackError, LeaseLostError) as error:
        _log.error("refresh.failed", reason=type(error).__name__)
        return EphemeralReply(not_refreshed())
    count_lookups(click.requester, (result,))
    if isinstance(result, LookupFailure):
        return EphemeralReply(not_refreshed_now(describe(result.error).brief))
    audit_shown(click.requester, (result,), Audience.CHANNEL)
    return None
