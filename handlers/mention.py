"""`@Port-out <id, key or number>`: the cards in the thread of the mention, as slash commands do not work in threads.

The reply follows its message: Slack sends a mention again when it is edited, and the reply is changed. A deleted
mention takes its reply along, which `handlers.alerts` does: Slack says so by a message event.
"""

from contextlib import suppress
from typing import Any, Final

import structlog
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester, audit_refused
from portout.access.origin import mention_user
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import ButtonValue
from portout.cards.notices import Refusal, mention_help, not_posted, shared_channel
from portout.lookup.texts.identifiers import ExtractedIds, extract_ids_and_numbers
from portout.slack.event_delivery import Delivery, EventProcessor, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.messages.posts import Posts
from portout.slack.messages.threads import ThreadReplies
from portout.slack.payloads import Mention, decode_payload
from portout.slack.web_api import TOKEN_ERRORS, SlackError, SlackRejectedError
from portout.state.leases import Lease
from portout.state.ledger import MessageRef, Revision

EVENTS: Final = {"app_mention": "app_mentions:read"}
"""The event that it subscribes to, with the scope it requires."""

_log = structlog.get_logger()


def register(
    app: AsyncApp,
    answers: Answers,
    processor: EventProcessor,
    posts: Posts,
    threads: ThreadReplies,
) -> None:
    """Register the mention with the app."""
    replies = MentionReplies(answers, posts, threads)

    async def mention(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        parsed = decode_payload(event, Mention)
        channel, ts, user = parsed.channel, parsed.ts, mention_user(parsed, body)
        requester = Requester("mention", user, channel)
        is_silenced = user.is_app and channel not in answers.alert_channels
        if is_silenced or answers.access.is_outsider(user):
            audit_refused(requester, "not_allowed")
            return BoltResponse(status=200)
        place, event_ts = MessageRef(channel, ts, parsed.thread_ts or ts), parsed.event_ts or ts
        ids = extract_ids_and_numbers(*visible_texts(event))
        revision = Revision(place, event_ts, parsed.edited_ts, ids.names)
        asked = Asked(
            delivery=Delivery(f"mention:{channel}:{event_ts}", revision, retry_number(request.headers)),
            requester=requester,
            ids=ids,
            is_shared=bool(body.get("is_ext_shared_channel")) and channel not in answers.alert_channels,
            is_edited=parsed.edited is not None,
        )

        async def work(lease: Lease) -> bool:
            return await replies.handle(lease, asked)

        return await processor.process_once(asked.delivery, work)

    app.event("app_mention")(mention)


class Asked(Struct, frozen=True):
    """A message that mentions the bot. is_shared: in a channel shared with another company that is not listed."""

    delivery: Delivery
    requester: Requester
    ids: ExtractedIds
    is_shared: bool
    is_edited: bool


class MentionReplies(Struct, frozen=True):
    """Replies to mentions, and changes the replies with them. Callers hold the lease of the message."""

    answers: Answers
    posts: Posts
    threads: ThreadReplies

    async def handle(self, lease: Lease, asked: Asked) -> bool:
        """Post or change the reply as an event requires; return False if Slack has to deliver it again."""
        try:
            await self._answer(lease, asked)
        except SlackRejectedError as error:
            if error.reason in TOKEN_ERRORS:
                return False
            await self._explain_failure(asked, error)
        except SlackError as error:
            if asked.delivery.is_last:
                await self._explain_failure(asked, error)
            return False
        return True

    async def _answer(self, lease: Lease, asked: Asked) -> None:
        requester, about = asked.requester, asked.delivery.revision.message
        may_look_up, is_counted = self.answers.access.may_look_up, asked.delivery.retry == 0
        if refusal := self.answers.authorize(requester, may_look_up, is_counted=is_counted):
            if not requester.user.is_app:
                await self.posts.post_ephemeral(about, requester.user.id, refusal)
            return
        if asked.is_shared:
            await self._show(lease, asked, shared_channel(), ())
        elif not asked.ids.names:
            _log.info("mention.helped")
            await self._show(lease, asked, mention_help(), ())
        else:
            event_ts = asked.delivery.revision.event_ts
            button_value = ButtonValue(asked.ids.ids, mention_ts=about.ts, event_ts=event_ts, is_posted=True)
            answer = await self.answers.look_up(requester, asked.ids, Audience.CHANNEL, button_value)
            await self._show(lease, asked, answer.message, answer.ids)
            answer.audit()

    async def _show(self, lease: Lease, asked: Asked, message: Message, ids: tuple[str, ...]) -> None:
        may_exist = asked.is_edited or asked.delivery.retry > 0
        await self.threads.show(lease, asked.delivery.revision, message, ids, may_exist=may_exist)

    async def _explain_failure(self, asked: Asked, error: SlackError) -> None:
        """Post privately, to the user who mentioned the bot, why there is no reply; Slack may refuse that, too."""
        _log.error("mention.not_placed", reason=error.reason)
        user = asked.requester.user
        if not user.is_app:
            refusal = Refusal(error.reason, error.needed, in_thread=True, retry="mention me again")
            notice = not_posted(refusal, self.answers.contacts)
            with suppress(SlackError):
                await self.posts.post_ephemeral(asked.delivery.revision.message, user.id, notice)
