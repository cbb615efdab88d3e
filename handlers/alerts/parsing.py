"""What Slack tells of a message in a listed channel: posted, edited or deleted, by whom, and what it names."""

from typing import Any

from msgspec import Struct

from bot.identifiers import Identifiers, find_identifiers
from bot.ledger import Place
from bot.messages import texts
from handlers.access import Person, author
from handlers.answers import Asker
from handlers.event_delivery import LAST_RETRY
from handlers.payloads import MessageEvent, Posted, read
from handlers.responder import Answering


class Alert(Struct, frozen=True):
    """A message in a listed channel, or what became of it.

    event_ts: when it happened. delivery: this event's name; an edit or a deletion of a message is another than its
    posting. author: None for apps. may_be_answered: an earlier delivery, or process, may have replied already.
    """

    place: Place
    event_ts: str
    delivery: str
    author: Person | None
    asker: Asker
    texts: tuple[str, ...]
    asked: Identifiers
    is_deleted: bool
    may_be_answered: bool
    is_last: bool


def read_alert(event: dict[str, Any], retry: int, answering: Answering) -> Alert | None:
    """Read what an event says of a message; None for what is not of an alert's kind, or stands elsewhere."""
    happened = read(event, MessageEvent)
    raw, is_deleted = _said(event, happened)
    said = read(raw, Posted)
    channel, ts = happened.channel, said.ts or happened.deleted_ts
    if channel not in answering.alert_channels or not ts or _is_not_ours(said, answering):
        return None
    spoken, person = tuple(texts(raw)), author(said)
    return Alert(
        place=Place(channel, ts, said.thread_ts or ts),
        event_ts=happened.event_ts or ts,
        delivery=f"message:{channel}:{happened.event_ts or ts}",
        author=person,
        asker=Asker("alert", person or Person(said.bot_id or ""), channel),
        texts=spoken,
        asked=find_identifiers(*spoken),
        is_deleted=is_deleted,
        may_be_answered=happened.subtype == "message_changed" or retry > 0,
        is_last=retry >= LAST_RETRY,
    )


def _said(event: dict[str, Any], happened: MessageEvent) -> tuple[dict[str, Any], bool]:
    """Give the message that an event is about, and whether it is gone."""
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


def _is_not_ours(said: Posted, answering: Answering) -> bool:
    """Whether a message is the bot's own, or mentions it and so is answered as a mention."""
    me = answering.access.identity
    is_own = (said.bot_id is not None and said.bot_id == me.bot_id) or said.user == me.bot_user_id
    text = said.text or ""
    return is_own or f"<@{me.bot_user_id}>" in text or f"<@{me.bot_user_id}|" in text
