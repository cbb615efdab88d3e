"""The port-out events of Telnyx, decoded from `GET /portouts/events/{id}` and `GET /portouts/events`.

Source: the API pages "Show a port-out event" and "List all port-out events". Telnyx guarantees no field; one unexpected
field must not make the others unreadable. The schema requires no field, samples have nulls where it says string, and
Telnyx adds enum values without notice. So every field may be missing or null, `status` stays the text Telnyx sent, and
dates stay text until they are shown (`dates.parse_time`).

An event that fits its Struct is decoded in one pass. One that does not is decoded field by field: values that fit are
used, the others are left out, and an event of a type that this bot does not know becomes an `UnknownEvent`. Only a body
that is no event at all is an error.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.structs import replace

from portout.telnyx.decoding import (
    StatusStruct,
    UndecodableError,
    decode_fitting,
    decode_lenient,
    decode_rows,
    is_uuid,
    load,
    object_of,
    odd_numbers,
    uuid_digits,
)
from portout.telnyx.pin import PinAttempt, attempted_pin, decode_pin, pin_keys, strike_pins


class StatusPayload(StatusStruct, frozen=True, kw_only=True):
    """The payload of a change of an order's status.

    id: the order's. status: one of six, or something newer. phone_numbers: E.164. carrier_name, spid: the gaining
    carrier. rejection_reason: why it was rejected, by us or by Telnyx.
    """

    id: str | None = None
    phone_numbers: list[str] | None = None
    carrier_name: str | None = None
    spid: str | None = None
    subscriber_name: str | None = None
    rejection_reason: str | None = None
    attempted_pin: PinAttempt = PinAttempt()


class CommentPayload(Struct, frozen=True, kw_only=True):
    """The payload of a comment on an order.

    id: the comment's. user_id: who wrote it; null for Telnyx's staff, unset if Telnyx names nobody.
    """

    id: str | None = None
    portout_id: str | None = None
    user_id: str | UnsetType | None = UNSET
    comment: str | None = None


class FocDatePayload(Struct, frozen=True, kw_only=True):
    """The payload of a new FOC date (firm order commitment), from which the gaining carrier may take the numbers.

    id: the order's.
    """

    id: str | None = None
    foc_date: str | None = None


class UnknownPayload(StatusStruct, frozen=True, kw_only=True):
    """The fields of known payloads that an event of an unknown type may carry, too.

    id: of the order, or of anything else. portout_id: the order's.
    """

    id: str | None = None
    portout_id: str | None = None
    phone_numbers: list[str] | None = None
    carrier_name: str | None = None
    spid: str | None = None
    subscriber_name: str | None = None
    rejection_reason: str | None = None
    attempted_pin: PinAttempt = PinAttempt()
    comment: str | None = None
    foc_date: str | None = None


class _Event(Struct, frozen=True, kw_only=True):
    """The fields of every event. id: the event's. portout_id: its order's. created_at: when it happened."""

    id: str | None = None
    portout_id: str | None = None
    created_at: str | None = None


class StatusChanged(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.status_changed"):
    """A change of an order's status."""

    payload: StatusPayload = StatusPayload()

    @property
    def order_id(self) -> str | None:
        """Return the id of the order that this event is about."""
        return self.portout_id or self.payload.id


class NewComment(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.new_comment"):
    """A new comment on an order."""

    payload: CommentPayload = CommentPayload()

    @property
    def order_id(self) -> str | None:
        """Return the id of the order that this event is about."""
        return self.portout_id or self.payload.portout_id


class FocDateChanged(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.foc_date_changed"):
    """A change of an order's FOC date by the gaining carrier."""

    payload: FocDatePayload = FocDatePayload()

    @property
    def order_id(self) -> str | None:
        """Return the id of the order that this event is about."""
        return self.portout_id or self.payload.id


class UnknownEvent(_Event, frozen=True, kw_only=True):
    """An event of a type that this bot does not know, or without a type."""

    event_type: str | None = None
    payload: UnknownPayload = UnknownPayload()

    @property
    def order_id(self) -> str | None:
        """Return the id of the event's order; at a guess the payload's, which may be something else's."""
        return self.portout_id or self.payload.portout_id or (self.payload.id if self.guesses_order else None)

    @property
    def guesses_order(self) -> bool:
        """Return whether nothing but the id of the payload can be the order's."""
        return not (self.portout_id or self.payload.portout_id) and is_uuid(self.payload.id)

    def without_guess(self) -> "UnknownEvent":
        """Return the event without the id of its payload, which is no order's."""
        return replace(self, payload=replace(self.payload, id=None))


KnownEvent: TypeAlias = StatusChanged | NewComment | FocDateChanged
PortoutEvent: TypeAlias = KnownEvent | UnknownEvent


def decode_event(body: bytes) -> PortoutEvent:
    """Decode the body of a 200 from `GET /portouts/events/{id}`; raise `UndecodableError`."""
    answer = decode_fitting(_decoder, body)
    event = answer.data if answer else _decode_lenient(object_of(body, _MARKS))
    # Telnyx documents a PIN for one type of event; another may have one all the same.
    may_hold_pin = _has_attempt(event) or (type(event) is not StatusChanged and _PIN.search(body))
    keys = pin_keys(attempted_pin(body) or _pins_of(object_of(body, _MARKS))) if may_hold_pin else ()
    return strike_pins(event, _texts_of(event), keys)


def decode_events(rows: Iterable[Raw]) -> list[PortoutEvent]:
    """Decode rows from `GET /portouts/events`; leave out those that are no event.

    Each is without the PINs that were attempted in any of them that may be about the same order.
    """
    decoded = [
        (event, uuid_digits(order_named_by(event)) or "", row)
        for row, event in decode_rows(rows, _row_decoder, _decode_lenient)
    ]
    # By order: a page may have hundreds, and the PIN of one may stand by chance in the texts of another.
    keys: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for event, order_key, row in decoded:
        if _has_attempt(event) or _PIN.search(row):
            with suppress(UndecodableError):
                keys[order_key] |= pin_keys(attempted_pin(row) or _pins_of(load(bytes(row))))
    every_key = frozenset().union(*keys.values())
    of_any_order = keys.pop("", frozenset())
    keys_of = {order_key: of_order | of_any_order for order_key, of_order in keys.items()} | {"": every_key}
    return [
        strike_pins(event, _texts_of(event), keys_of.get(order_key, of_any_order)) for event, order_key, _ in decoded
    ]


def order_named_by(event: PortoutEvent) -> str | None:
    """Return the id of the order that an event names, without a guess."""
    return None if isinstance(event, UnknownEvent) and event.guesses_order else event.order_id


class _Answer(Struct, frozen=True):
    data: KnownEvent


_decoder = msgspec.json.Decoder(_Answer, dec_hook=decode_pin)
_row_decoder: msgspec.json.Decoder[PortoutEvent] = msgspec.json.Decoder(KnownEvent, dec_hook=decode_pin)
_PIN = re.compile(rb'"attempted_pin"\s*:\s*[^\sn]')  # any value but null
_MARKS: Final = {"event_type", "payload"}
_event_types: dict[Any, type[StatusChanged] | type[NewComment] | type[FocDateChanged]] = {
    cls.__struct_config__.tag: cls for cls in get_args(KnownEvent)
}


def _texts_of(event: PortoutEvent) -> str:
    """Return what a card may show of an event as it is, in one text."""
    payload = event.payload
    # Types are compared as such: `isinstance` takes twice as long for a Struct.
    if type(payload) is StatusPayload or type(payload) is UnknownPayload:
        text = (
            f"{payload.status} {payload.carrier_name} {payload.spid} {payload.subscriber_name}"
            f" {payload.rejection_reason} {odd_numbers(payload.phone_numbers)}"
        )
        if type(event) is UnknownEvent:
            text += f" {event.event_type} {event.payload.comment} {event.payload.foc_date}"
        return text
    if type(payload) is CommentPayload:
        return f"{payload.user_id} {payload.comment}"
    return f"{payload.foc_date}" if type(payload) is FocDatePayload else ""


def _has_attempt(event: PortoutEvent) -> bool:
    payload = event.payload
    return (type(payload) is StatusPayload or type(payload) is UnknownPayload) and payload.attempted_pin.made


def _pins_of(data: Any) -> list[object]:
    """Return the PIN of an event as Telnyx sent it, if there is one."""
    payload = data.get("payload") if isinstance(data, dict) else None
    pin = payload.get("attempted_pin") if isinstance(payload, dict) else None
    return [] if pin is None else [pin]


def _decode_lenient(data: dict[str, Any]) -> PortoutEvent:
    event_type = data.get("event_type")
    if isinstance(event_type, str) and event_type in _event_types:
        return decode_lenient(_event_types[event_type], data)
    try:
        return msgspec.convert(data, UnknownEvent, dec_hook=decode_pin)
    except ValueError:
        return decode_lenient(UnknownEvent, data)
