"""What Slack says of a message in a listed channel: posted, edited or deleted, by whom, and what it names."""

import re
from typing import Any

from msgspec import Struct
from slack_bolt.request.async_request import AsyncBoltRequest

from portout.access.audit import Requester
from portout.access.policy import SlackUser, author
from portout.lookup.identifiers import ExtractedIds, extract_ids
from portout.slack.client import Identity
from portout.slack.event_delivery import LAST_RETRY, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.payloads import MessageEvent, Posted, read
from portout.state.ledger import MessageRef

_SPEAKS_OF_PORT_OUTS = re.compile(r"port[ _-]?out|telnyx", re.IGNORECASE)


class Alert(Struct, frozen=True):
    """A message in a listed channel, or what became of it.

    event_ts: when it happened. delivery: this event's name; an edit or a deletion of a message is another than its
    posting. author: None for apps. speaks_of_port_outs: in words, beside its ids. may_be_answered: an earlier delivery,
    or process, may have replied already. is_last: Slack does not deliver it again.
    """

    message: MessageRef
    event_ts: str
    delivery: str
    author: SlackUser | None
    requester: Requester
    asked: ExtractedIds
    speaks_of_port_outs: bool
    is_deleted: bool
    may_be_answered: bool
    is_last: bool


def parse_alert(
    event: dict[str, Any], request: AsyncBoltRequest, channels: frozenset[str], identity: Identity
) -> Alert | None:
    """Return what an event says of a message; None for what is no alert, or stands in another channel."""
    happened, retry = read(event, MessageEvent), retry_number(request.headers)
    raw, is_deleted = _message_of(event, happened)
    posted = read(raw, Posted)
    channel, ts = happened.channel, posted.ts or happened.deleted_ts
    if channel not in channels or not ts or _is_for_others(posted, identity):
        return None
    texts_of_alert, user = tuple(visible_texts(raw)), author(posted)
    return Alert(
        message=MessageRef(channel, ts, posted.thread_ts or ts),
        event_ts=happened.event_ts or ts,
        delivery=f"message:{channel}:{happened.event_ts or ts}",
        author=user,
        requester=Requester("alert", user or SlackUser(posted.bot_id or ""), channel),
        asked=extract_ids(*texts_of_alert),
        speaks_of_port_outs=any(map(_SPEAKS_OF_PORT_OUTS.search, texts_of_alert)),
        is_deleted=is_deleted,
        may_be_answered=happened.subtype == "message_changed" or retry > 0,
        is_last=retry >= LAST_RETRY,
    )


def _message_of(event: dict[str, Any], happened: MessageEvent) -> tuple[dict[str, Any], bool]:
    """Return the message that an event is about, and whether it was deleted."""
    match happened.subtype:
        case "message_changed" if (happened.message or {}).get("subtype") == "tombstone":
            # What is left of a deleted message that has replies, and the bot's is one.
            return {**(happened.message or {}), **(happened.previous_message or {})}, True
        case "message_changed":
            return happened.message or {}, False
        case "message_deleted":
            return happened.previous_message or {}, True
        case _:
            return event, False


def _is_for_others(posted: Posted, identity: Identity) -> bool:
    """Return whether a message is the bot's own, or mentions the bot and so is answered as a mention."""
    is_own = (posted.bot_id is not None and posted.bot_id == identity.bot_id) or posted.user == identity.bot_user_id
    text = posted.text or ""
    return is_own or f"<@{identity.bot_user_id}>" in text or f"<@{identity.bot_user_id}|" in text
