"""What the watch's messages record: metadata in Slack, which a process reads that does not remember.

Metadata is flat, as Slack requires (docs.slack.dev/messaging/message-metadata): texts, numbers and truth values.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct, structs

from portout.lookup.texts.identifiers import normalize_uuid

MAX_TOLD: Final = 50
"""The events that a message names as told; earlier ones are covered by `told_up_to`."""


class OrderRecord(Struct, frozen=True, kw_only=True):
    """The record of an order's message. All times are in Unix seconds.

    order: its id. since: when the watch began: what happened before is history. told: the events that the message or
    its thread has told, and when each happened. told_up_to: all that happened by then is told, too. reminded: after how
    many hours the newest reminder was given, 0 for none. holder, held_since: who is on it. opened: when the port-out
    was requested, 0 if not known. waits: it waits for an answer. has_called: a post said so, which calls; a change
    calls nobody. pin_attempted: in any of the events. is_partial: the order could not be asked for, and the message
    shows its event only.
    """

    order: str
    since: float
    told: Mapping[str, float] = {}
    told_up_to: float = 0.0
    reminded: int = 0
    holder: str = ""
    held_since: float = 0.0
    opened: float = 0.0
    waits: bool = False
    has_called: bool = False
    pin_attempted: bool = False
    is_partial: bool = False

    def is_told(self, event_id: str, at: float) -> bool:
        """Return whether an event was told. at: when it happened."""
        return event_id in self.told or at <= self.told_up_to

    def with_told(self, event_id: str, at: float) -> "OrderRecord":
        """Return the record once an event is told: the newest ones by their ids, earlier ones by their time."""
        newest = sorted({**self.told, event_id: at}.items(), key=lambda item: item[1])
        earlier, newest = newest[:-MAX_TOLD], newest[-MAX_TOLD:]
        told_up_to = max([self.told_up_to, *(time for _, time in earlier)])
        return structs.replace(self, told=dict(newest), told_up_to=told_up_to)


class EventRecord(Struct, frozen=True, kw_only=True):
    """The record of a line that tells an event. at: when it happened."""

    order: str
    event: str
    at: float


class ReminderRecord(Struct, frozen=True, kw_only=True):
    """The record of a reminder. hours: after how many hours it was due."""

    order: str
    hours: int


class HandoverRecord(Struct, frozen=True, kw_only=True):
    """The record of a line that says that somebody else is on it now. since: when they took it."""

    order: str
    holder: str
    since: float


class OutageRecord(Struct, frozen=True, kw_only=True):
    """The record of the message that nothing is watched. since: when the last cycle succeeded."""

    since: float
    is_over: bool = False


class WatchRecord(Struct, frozen=True, kw_only=True):
    """The record of the message that port-outs announce themselves from now on."""

    since: float


Record: TypeAlias = OrderRecord | EventRecord | ReminderRecord | HandoverRecord | OutageRecord | WatchRecord

KINDS: Final[Mapping[str, type[Struct]]] = {
    "portout_order": OrderRecord,
    "portout_event": EventRecord,
    "portout_reminder": ReminderRecord,
    "portout_handover": HandoverRecord,
    "portout_outage": OutageRecord,
    "portout_watch": WatchRecord,
}
"""The records by the event type of their metadata."""

_KIND_OF: Final = {record: kind for kind, record in KINDS.items()}


def kind_of(record: Record) -> str:
    """Return the event type of a record's metadata."""
    return _KIND_OF[type(record)]


def encode(record: Record) -> dict[str, Any]:
    """Return a record as the payload of a message's metadata."""
    payload = structs.asdict(record)
    if isinstance(record, OrderRecord):
        payload["told"] = " ".join(f"{event_id}@{at:.6f}" for event_id, at in record.told.items())
    return payload


def decode(kind: str, payload: Mapping[str, Any]) -> Record | None:
    """Return the record in a message's metadata; None for metadata of another kind, or that cannot be read."""
    if kind not in KINDS:
        return None
    try:
        values = {**payload, "told": _told(payload["told"])} if kind == "portout_order" else payload
        record: Any = msgspec.convert(values, KINDS[kind], strict=False)
    except (ValueError, LookupError, AttributeError):
        return None
    order_id = getattr(record, "order", None)
    # It becomes part of the paths of requests to Telnyx.
    return record if order_id is None or normalize_uuid(order_id) == order_id else None


def _told(text: str) -> dict[str, float]:
    pairs = (pair.rpartition("@") for pair in text.split())
    return {event_id: float(at) for event_id, _, at in pairs}
