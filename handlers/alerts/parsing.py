"""Parse events about messages in the listed channels: posted, edited or deleted, by whom, and with which ids."""

import re
from typing import Any

from msgspec import Struct
from slack_bolt.request.async_request import AsyncBoltRequest

from portout.access.audit import Requester
from portout.access.origin import alert_user
from portout.lookup.texts.identifiers import ExtractedIds, extract_ids
from portout.slack.client import Identity
from portout.slack.event_delivery import Delivery, retry_number
from portout.slack.message_text import visible_texts
from portout.slack.payloads import MessageEvent, PostedMessage, decode_payload
from portout.state.ledger import MessageRef, Revision

_SPEAKS_OF_PORT_OUTS = re.compile(r"port[ _-]?out|telnyx", re.IGNORECASE)


class Alert(Struct, frozen=True):
    """A delivery of an event about a message in a listed channel: it was posted, edited or deleted.

    asked: the ids and support keys in the message. had_other_ids: before the edit. speaks_of_port_outs: its words do,
    not only its ids. is_mention: it mentions the bot. may_be_answered: an earlier delivery or another process may have
    replied already.
    """

    delivery: Delivery
    requester: Requester
    asked: ExtractedIds
    had_other_ids: bool
    speaks_of_port_outs: bool
    is_mention: bool
    may_be_answered: bool

    @property
    def message(self) -> MessageRef:
        """Return the place of the message."""
        return self.delivery.revision.message

    @property
    def is_relevant(self) -> bool:
        """Return whether the event may require a reply to be posted, changed or deleted."""
        return bool(self.asked.names) or self.had_other_ids or self.delivery.revision.is_deletion


def parse_alert(
    event: dict[str, Any], request: AsyncBoltRequest, channels: frozenset[str], identity: Identity
) -> Alert | None:
    """Return the alert of a message event; None where it is no alert, or in a channel that is not listed.

    A message that mentions the bot is answered as a mention; of such ones, only the deletion is returned, from every
    channel.
    """
    parsed, retry = decode_payload(event, MessageEvent), retry_number(request.headers)
    message, is_deletion = _message_of(event, parsed)
    posted = decode_payload(message, PostedMessage)
    channel, ts = parsed.channel, posted.ts or parsed.deleted_ts
    is_mention = _is_mention(posted, identity)
    if not ts or _is_own(posted, identity):
        return None
    if not (is_deletion if is_mention else channel in channels):
        return None
    texts, event_ts = tuple(visible_texts(message)), parsed.event_ts or ts
    asked, is_edit = extract_ids(*texts), parsed.subtype == "message_changed"
    place = MessageRef(channel, ts, posted.thread_ts or ts)
    revision = Revision(place, event_ts, posted.edited_ts, asked.names, is_deletion=is_deletion)
    return Alert(
        delivery=Delivery(f"message:{channel}:{event_ts}", revision, retry),
        requester=Requester("alert", alert_user(posted, request.body), channel),
        asked=asked,
        had_other_ids=is_edit and set(_names_before(parsed)) != set(asked.names),
        speaks_of_port_outs=any(map(_SPEAKS_OF_PORT_OUTS.search, texts)),
        is_mention=is_mention,
        may_be_answered=is_edit or retry > 0,
    )


def _names_before(parsed: MessageEvent) -> tuple[str, ...]:
    """Return what a message named before its edit."""
    return extract_ids(*visible_texts(parsed.previous_message or {})).names


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
