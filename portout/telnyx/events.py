"""The port-out events of Telnyx, decoded from `GET /portouts/events/{id}` and `GET /portouts/events`.

Source: the API pages "Show a port-out event" and "List all port-out events". Telnyx guarantees no field; one unexpected
field must not make the others unreadable. The schema requires no field, samples have nulls where it says string, and
Telnyx adds enum values without notice. So every field may be missing or null, `status` stays the text Telnyx sent, and
dates stay text until they are shown (`dates.parse_time`).

An event that fits its Struct is decoded in one pass. One that does not is decoded field by field: values that fit are
used, the others are left out, and an event of a type that this bot does not know becomes an `UnknownEvent`. Only a body
that is no event at all is an error.
"""

from typing import Any, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType

from portout.telnyx.decoding import data_of, decode_lenient
from portout.telnyx.pin import PinAttempt, decode_pin, strike_pins


class StatusPayload(Struct, frozen=True, kw_only=True):
    """The payload of a change of an order's status.

    id: the order's. status: one of six, or something newer. phone_numbers: E.164. carrier_name, spid: the gaining
    carrier. rejection_reason: why it was rejected, by us or by Telnyx.
    """

    id: str | None = None
    status: str | None = None
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

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        return f"{self.user_id} {self.comment}"


class FocDatePayload(Struct, frozen=True, kw_only=True):
    """The payload of a new FOC date (firm order commitment), from which the gaining carrier may take the numbers.

    id: the order's.
    """

    id: str | None = None
    foc_date: str | None = None

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        return f"{self.foc_date}"


class UnknownPayload(Struct, frozen=True, kw_only=True):
    """The fields of known payloads that an event of an unknown type may carry, too."""

    status: str | None = None
    phone_numbers: list[str] | None = None
    carrier_name: str | None = None
    spid: str | None = None
    subscriber_name: str | None = None
    rejection_reason: str | None = None
    attempted_pin: PinAttempt = PinAttempt()
    comment: str | None = None
    foc_date: str | None = None

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        text = (
            f"{self.status} {self.carrier_name} {self.spid} {self.subscriber_name} {self.rejection_reason}"
            f" {self.comment} {self.foc_date}"
        )
        for number in self.phone_numbers or ():
            if number[:1] != "+":
                text += f" {number}"
        return text


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
        """The id of the order that this event is about."""
        return self.portout_id or self.payload.id

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        payload = self.payload
        text = (
            f"{payload.status} {payload.carrier_name} {payload.spid} {payload.subscriber_name} "
            f"{payload.rejection_reason}"
        )
        for number in payload.phone_numbers or ():
            if number[:1] != "+":
                text += f" {number}"
        return text


class NewComment(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.new_comment"):
    """A new comment on an order."""

    payload: CommentPayload = CommentPayload()

    @property
    def order_id(self) -> str | None:
        """The id of the order that this event is about."""
        return self.portout_id or self.payload.portout_id

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        return self.payload.texts


class FocDateChanged(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.foc_date_changed"):
    """A change of an order's FOC date by the gaining carrier."""

    payload: FocDatePayload = FocDatePayload()

    @property
    def order_id(self) -> str | None:
        """The id of the order that this event is about."""
        return self.portout_id or self.payload.id

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        return self.payload.texts


class UnknownEvent(_Event, frozen=True, kw_only=True):
    """An event of a type that this bot does not know, or without a type."""

    event_type: str | None = None
    payload: UnknownPayload = UnknownPayload()

    @property
    def order_id(self) -> str | None:
        """The id of the order that this event is about."""
        return self.portout_id

    @property
    def texts(self) -> str:
        """What a card may show as it is, in one text."""
        return f"{self.event_type} {self.payload.texts}"


KnownEvent: TypeAlias = StatusChanged | NewComment | FocDateChanged
PortoutEvent: TypeAlias = KnownEvent | UnknownEvent


def decode_event(body: bytes) -> PortoutEvent:
    """Decode the body of a 200 from `GET /portouts/events/{id}`; raise `UndecodableError`."""
    try:
        event = _decoder.decode(body).data
        # Telnyx documents a PIN for one type only; another's is not decoded with the event.
        if event.__class__ is StatusChanged or b"attempted_pin" not in body:
            return strike_pins(event, event.texts, _attempted)
    except (ValueError, RecursionError):
        # The second pass is outside: this error quotes the body, and would be the context of one raised in here.
        pass
    finally:
        _attempted.clear()
    return _decode_all([data_of(body, dict)])[0]


def decode_events(body: bytes) -> list[PortoutEvent]:
    """Decode the body of a 200 from `GET /portouts/events`, in Telnyx's order; raise `UndecodableError`."""
    return _decode_all([data for data in data_of(body, list) if isinstance(data, dict)])


class _Answer(Struct, frozen=True):
    data: KnownEvent


_attempted: list[object] = []  # the PIN of the event that is being decoded, until it is struck from its texts


def _collect_pin(kind: type[Any], value: object) -> PinAttempt:
    if value is not None:
        _attempted.append(value)
    return decode_pin(kind, value)


_decoder = msgspec.json.Decoder(_Answer, dec_hook=_collect_pin)
_event_types: dict[Any, type[StatusChanged] | type[NewComment] | type[FocDateChanged]] = {
    cls.__struct_config__.tag: cls for cls in get_args(KnownEvent)
}


def _decode_all(answer: list[dict[str, Any]]) -> list[PortoutEvent]:
    """Return the events, each without the PINs that were attempted in any of them."""
    payloads = [data.get("payload") for data in answer]
    pins = [payload.get("attempted_pin") for payload in payloads if isinstance(payload, dict)]
    attempted = [pin for pin in pins if pin is not None]
    return [strike_pins(event, event.texts, attempted) for event in map(_decode_lenient, answer)]


def _decode_lenient(data: dict[str, Any]) -> PortoutEvent:
    event_type = data.get("event_type")
    if isinstance(event_type, str) and event_type in _event_types:
        return decode_lenient(_event_types[event_type], data)
    return decode_lenient(UnknownEvent, data)
