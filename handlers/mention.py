"""`@Port-out <event id>`: the cards in the thread of the mention, as slash commands do not work in threads."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from portout.access.audit import Requester, audit_refused
from portout.access.policy import SlackUser, author
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import ButtonValue
from portout.cards.notices import mention_help, not_posted, shared_channel
from portout.lookup.identifiers import extract_ids
from portout.slack.event_delivery import EventProcessor, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.payloads import Mention, decode_payload
from portout.slack.threads import ThreadReplies
from portout.slack.web_api import SlackOutcomeUnknownError, SlackRejectedError
from portout.state.leases import Lease
from portout.state.ledger import MessageRef

EVENTS: Final = {"app_mention": "app_mentions:read"}
"""The event that it subscribes to, with the scope it requires."""

_log = structlog.get_logger()


def register(app: AsyncApp, answers: Answers, processor: EventProcessor, threads: ThreadReplies) -> None:
    """Register the mention with the app."""

    async def mention(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        parsed = decode_payload(event, Mention)
        channel, ts, user = parsed.channel, parsed.ts, author(parsed)
        requester = Requester("mention", user or SlackUser(parsed.bot_id or ""), channel)
        if answers.access.is_outsider(requester.user):
            audit_refused(requester, "not_allowed")
            return BoltResponse(status=200)
        about = MessageRef(channel, ts, parsed.thread_ts or ts)
        is_shared = bool(body.get("is_ext_shared_channel")) and channel not in answers.alert_channels
        may_exist = retry_number(request.headers) > 0

        async def work(lease: Lease) -> bool:
            try:
                if user and (refusal := answers.authorize(requester, answers.access.may_look_up)):
                    await threads.post_ephemeral(about, user.id, refusal)
                    return True
                message, ids = (shared_channel(), ()) if is_shared else await _look_up(answers, requester, event)
                await threads.reply(lease, about, message, ids, may_exist=may_exist)
            except SlackRejectedError as error:
                await _explain_failure(user, threads, about, error.reason)
            except SlackOutcomeUnknownError:
                return False
            return True

        return await processor.process_once(f"mention:{channel}:{ts}", f"{channel}:{ts}", work)

    app.event("app_mention")(mention)


async def _look_up(answers: Answers, requester: Requester, event: Mapping[str, Any]) -> tuple[Message, tuple[str, ...]]:
    asked = extract_ids(*visible_texts(event))
    if not asked.ids:
        _log.info("mention.helped")
        return mention_help(), ()
    return await answers.look_up(requester, asked, Audience.CHANNEL, ButtonValue(asked.ids, is_posted=True))


async def _explain_failure(user: SlackUser | None, threads: ThreadReplies, about: MessageRef, reason: str) -> None:
    """Post privately, to the user who mentioned the bot, why there is no reply; Slack may refuse that, too."""
    _log.error("mention.not_placed", reason=reason)
    if user:
        with suppress(SlackRejectedError, SlackOutcomeUnknownError):
            await threads.post_ephemeral(about, user.id, not_posted(reason))
