"""The port-out events of Telnyx, decoded from `GET /portouts/events/{id}` and `GET /portouts/events`.

Source: the API pages "Show a port-out event" and "List all port-out events". Their schema promises nothing: no field is
required, samples hold nulls where it says string, and Telnyx adds enum values without notice. So every field may be
missing or null, `status` stays the text Telnyx sent, and dates stay text until they are shown (`times.parse_time`).

An event that fits its Struct is decoded in one pass. One that doesn't is read field by field: what fits is kept, the
rest is left out, and an event type this bot does not know becomes an `UnknownEvent`. Only a body that is no event at
all is an error.
"""

from typing import Any, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType

from portout.telnyx.decoding import data_of, decode_lenient
from portout.telnyx.pin import PinAttempt, decode_pin


class StatusPayload(Struct, frozen=True, kw_only=True):
    """What changed with an order's status.

    id: the order. status: one of six, or something newer. phone_numbers: E.164. carrier_name, spid: the gaining
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
    """A comment on an order.

    id: the comment. user_id: who wrote it; null when it was Telnyx's staff, unset when Telnyx didn't say.
    """

    id: str | None = None
    portout_id: str | None = None
    user_id: str | UnsetType | None = UNSET
    comment: str | None = None


class FocDatePayload(Struct, frozen=True, kw_only=True):
    """A new FOC date (firm order commitment): from when the gaining carrier may take the numbers. id: the order."""

    id: str | None = None
    foc_date: str | None = None


class UnknownPayload(Struct, frozen=True, kw_only=True):
    """Whatever of the known payloads an event of an unknown type happens to carry."""

    status: str | None = None
    phone_numbers: list[str] | None = None
    carrier_name: str | None = None
    spid: str | None = None
    subscriber_name: str | None = None
    rejection_reason: str | None = None
    attempted_pin: PinAttempt = PinAttempt()
    comment: str | None = None
    foc_date: str | None = None


class _Event(Struct, frozen=True, kw_only=True):
    """What every event has. id: the event. portout_id: its order. created_at: when it happened."""

    id: str | None = None
    portout_id: str | None = None
    created_at: str | None = None


class StatusChanged(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.status_changed"):
    """An order moved to another status."""

    payload: StatusPayload = StatusPayload()

    @property
    def order_id(self) -> str | None:
        """The order this event is about."""
        return self.portout_id or self.payload.id


class NewComment(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.new_comment"):
    """Somebody commented on an order."""

    payload: CommentPayload = CommentPayload()

    @property
    def order_id(self) -> str | None:
        """The order this event is about."""
        return self.portout_id or self.payload.portout_id


class FocDateChanged(_Event, frozen=True, kw_only=True, tag_field="event_type", tag="portout.foc_date_changed"):
    """The gaining carrier moved an order's FOC date."""

    payload: FocDatePayload = FocDatePayload()

    @property
    def order_id(self) -> str | None:
        """The order this event is about."""
        return self.portout_id or self.payload.id


class UnknownEvent(_Event, frozen=True, kw_only=True):
    """An event of a type this bot does not know, or of none."""

    event_type: str | None = None
    payload: UnknownPayload = UnknownPayload()

    @property
    def order_id(self) -> str | None:
        """The order this event is about."""
        return self.portout_id


KnownEvent: TypeAlias = StatusChanged | NewComment | FocDateChanged
PortoutEvent: TypeAlias = KnownEvent | UnknownEvent


def decode_event(body: bytes) -> PortoutEvent:
    """Read the body of a 200 from `GET /portouts/events/{id}`; raises `UndecodableError`."""
    try:
        return _decoder.decode(body).data
    except (ValueError, RecursionError):
        # Beyond this handler: its error quotes the body, and would be the context of the one raised there.
        pass
    return _decode_lenient(data_of(body, dict))


def decode_events(body: bytes) -> list[PortoutEvent]:
    """Read the body of a 200 from `GET /portouts/events`, in Telnyx's order; raises `UndecodableError`."""
    return [_decode_lenient(data) for data in data_of(body, list) if isinstance(data, dict)]


class _Answer(Struct, frozen=True):
    data: KnownEvent


_decoder = msgspec.json.Decoder(_Answer, dec_hook=decode_pin)
_types: dict[Any, type[StatusChanged] | type[NewComment] | type[FocDateChanged]] = {
    cls.__struct_config__.tag: cls for cls in get_args(KnownEvent)
}


def _decode_lenient(data: dict[str, Any]) -> PortoutEvent:
    event_type = data.get("event_type")
    if isinstance(event_type, str) and event_type in _types:
        return decode_lenient(_types[event_type], data)
    return decode_lenient(UnknownEvent, data)
