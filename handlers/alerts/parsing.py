"""Parse events about messages in the listed channels: posted, edited or deleted, by whom, and with which ids."""

import re
from typing import Any

from msgspec import Struct
from slack_bolt.request.async_request import AsyncBoltRequest

from portout.access.audit import Requester
from portout.access.origin import alert_user
from portout.lookup.identifiers import ExtractedIds, extract_ids
from portout.slack.client import Identity
from portout.slack.event_delivery import LAST_RETRY, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.payloads import MessageEvent, PostedMessage, decode_payload
from portout.state.ledger import MessageRef

_SPEAKS_OF_PORT_OUTS = re.compile(r"port[ _-]?out|telnyx", re.IGNORECASE)


class Alert(Struct, frozen=True):
    """An event about a message in a listed channel: it was posted, edited or deleted.

    event_ts: the time of the event, as Slack's `ts`. event_key: the same at every delivery of the event; an edit
    or a deletion has another than the posting. asked: the ids in the message. speaks_of_port_outs: its words do, not
    only its ids. is_mention: it mentions the bot. may_be_answered: an earlier delivery or another process may have
    replied already. is_last: Slack does not deliver the event again.
    """

    message: MessageRef
    event_ts: str
    event_key: str
    requester: Requester
    asked: ExtractedIds
    speaks_of_port_outs: bool
    is_deleted: bool
    is_mention: bool
    may_be_answered: bool
    is_last: bool


def parse_alert(
    event: dict[str, Any], request: AsyncBoltRequest, channels: frozenset[str], identity: Identity
) -> Alert | None:
    """Return the alert of a message event; None where it is no alert, or in a channel that is not listed.

    A message that mentions the bot is answered as a mention; of such ones, only the deletion is returned, from every
    channel.
    """
    parsed, retry = decode_payload(event, MessageEvent), retry_number(request.headers)
    message, is_deleted = _message_of(event, parsed)
    posted = decode_payload(message, PostedMessage)
    channel, ts = parsed.channel, posted.ts or parsed.deleted_ts
    is_mention = _is_mention(posted, identity)
    if not ts or _is_own(posted, identity):
        return None
    if not (is_deleted if is_mention else channel in channels):
        return None
    texts = tuple(visible_texts(message))
    return Alert(
        message=MessageRef(channel, ts, posted.thread_ts or ts),
        event_ts=parsed.event_ts or ts,
        event_key=f"message:{channel}:{parsed.event_ts or ts}",
        requester=Requester("alert", alert_user(posted, request.body), channel),
        asked=extract_ids(*texts),
        speaks_of_port_outs=any(map(_SPEAKS_OF_PORT_OUTS.search, texts)),
        is_deleted=is_deleted,
        is_mention=is_mention,
        may_be_answered=parsed.subtype == "message_changed" or retry > 0,
        is_last=retry >= LAST_RETRY,
    )


def _message_of(event: dict[str, Any], parsed: MessageEvent) -> tuple[dict[str, Any], bool]:
    """Return the message that an event is about, and whether it was deleted."""
    match parsed.subtype:
        case "message_changed" if (parsed.message or {}).get("subtype") == "tombstone":
            # Slack replaces a deleted message that has replies, such as the bot's, by a tombstone.
            return {**(parsed.message or {}), **(parsed.previous_message or {})}, True
        case "message_changed":
            return parsed.message or {}, False
        case "message_deleted":
            return parsed.previous_message or {}, True
        case _:
            return event, False


def _is_own(posted: PostedMessage, identity: Identity) -> bool:
    return (posted.bot_id is not None and posted.bot_id == identity.bot_id) or posted.user == identity.bot_user_id


def _is_mention(posted: PostedMessage, identity: Identity) -> bool:
    text = posted.text or ""
    return f"<@{identity.bot_user_id}>" in text or f"<@{identity.bot_user_id}|" in text
