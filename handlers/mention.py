"""`@Port-out <event id>`: the cards in the thread of the mention, as slash commands do not work in threads.

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
from portout.cards.notices import mention_help, not_posted, shared_channel
from portout.lookup.identifiers import ExtractedIds, extract_ids
from portout.slack.event_delivery import EventProcessor, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.payloads import Mention, decode_payload
from portout.slack.posts import Posts
from portout.slack.threads import ThreadReplies
from portout.slack.web_api import SlackOutcomeUnknownError, SlackRejectedError
from portout.state.leases import Lease
from portout.state.ledger import Ledger, MessageRef

EVENTS: Final = {"app_mention": "app_mentions:read"}
"""The event that it subscribes to, with the scope it requires."""

_log = structlog.get_logger()


def register(
    app: AsyncApp,
    answers: Answers,
    processor: EventProcessor,
    posts: Posts,
    threads: ThreadReplies,
    ledger: Ledger,
) -> None:
    """Register the mention with the app."""
    replies = MentionReplies(answers, posts, threads, ledger)

    async def mention(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        parsed = decode_payload(event, Mention)
        channel, ts, user = parsed.channel, parsed.ts, mention_user(parsed, body)
        requester = Requester("mention", user, channel)
        is_silenced = user.is_app and channel not in answers.alert_channels
        if is_silenced or answers.access.is_outsider(user):
            audit_refused(requester, "not_allowed")
            return BoltResponse(status=200)
        is_edited = parsed.edited is not None
        asked = Asked(
            about=MessageRef(channel, ts, parsed.thread_ts or ts),
            event_ts=parsed.event_ts or ts,
            requester=requester,
            ids=extract_ids(*visible_texts(event)),
            is_shared=bool(body.get("is_ext_shared_channel")) and channel not in answers.alert_channels,
            is_edited=is_edited,
            may_be_answered=is_edited or retry_number(request.headers) > 0,
        )

        async def work(lease: Lease) -> bool:
            return await replies.handle(lease, asked)

        return await processor.process_once(f"mention:{channel}:{asked.event_ts}", f"{channel}:{ts}", work)

    app.event("app_mention")(mention)


class Asked(Struct, frozen=True):
    """A message that mentions the bot.

    event_ts: the time of the event, as Slack's `ts`; an edit has another than the post. is_shared: it stands in a
    channel that is shared with another company, and not listed. may_be_answered: an earlier delivery or another process
    may have replied already.
    """

    about: MessageRef
    event_ts: str
    requester: Requester
    ids: ExtractedIds
    is_shared: bool
    is_edited: bool
    may_be_answered: bool


class MentionReplies(Struct, frozen=True):
    """Replies to mentions, and changes the replies with them. Callers hold the lease of the message."""

    answers: Answers
    posts: Posts
    threads: ThreadReplies
    ledger: Ledger

    async def handle(self, lease: Lease, asked: Asked) -> bool:
        """Post or change the reply as an event requires; return False if Slack has to deliver it again."""
        channel, ts = asked.about.channel, asked.about.ts
        if await self.ledger.is_deleted(channel, ts) or await self.ledger.is_outdated(channel, ts, asked.event_ts):
            return True
        if not asked.is_edited and await self.ledger.reply(channel, ts):
            return True
        try:
            await self._answer(lease, asked)
        except SlackRejectedError as error:
            await self._explain_failure(asked, error.reason)
        except SlackOutcomeUnknownError:
            return False
        await self.ledger.save_latest_event(channel, ts, asked.event_ts)
        return True

    async def _answer(self, lease: Lease, asked: Asked) -> None:
        user = asked.requester.user
        if refusal := self.answers.authorize(asked.requester, self.answers.access.may_look_up):
            if not user.is_app:
                await self.posts.post_ephemeral(asked.about, user.id, refusal)
            return
        if asked.is_shared:
            await self._show(lease, asked, shared_channel(), ())
        elif not asked.ids.ids:
            _log.info("mention.helped")
            await self._show(lease, asked, mention_help(), ())
        else:
            button_value = ButtonValue(asked.ids.ids, mention_ts=asked.about.ts, is_posted=True)
            answer = await self.answers.look_up(asked.requester, asked.ids, Audience.CHANNEL, button_value)
            await self._show(lease, asked, answer.message, answer.ids)
            answer.audit()

    async def _show(self, lease: Lease, asked: Asked, message: Message, ids: tuple[str, ...]) -> None:
        await self.threads.show(lease, asked.about, message, ids, may_exist=asked.may_be_answered)

    async def _explain_failure(self, asked: Asked, reason: str) -> None:
        """Post privately, to the user who mentioned the bot, why there is no reply; Slack may refuse that, too."""
        _log.error("mention.not_placed", reason=reason)
        user = asked.requester.user
        if not user.is_app:
            with suppress(SlackRejectedError, SlackOutcomeUnknownError):
                await self.posts.post_ephemeral(asked.about, user.id, not_posted(reason))
