"""The port-out events of Telnyx, decoded from `GET /portouts/events/{id}`.

Source: the API page "Show a port-out event" (operation showPortoutEvent). Its schema promises nothing: no field is
required, samples hold nulls where it says string, and Telnyx adds enum values without notice. So every field may be
missing or null, `status` stays the text Telnyx sent, and dates stay text until they are shown (`times.parse_time`).

An event that fits its Struct is decoded in one pass. One that doesn't is read field by field: what fits is kept, the
rest is left out, and an event type this bot does not know becomes an `UnknownEvent`. Only a body that is no event at
all is an error.
"""

import json
from contextlib import suppress
from typing import Any, Final, TypeAlias, TypeVar, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType


class PinAttempt:
    """Whether somebody tried a PIN. The PIN is a credential: it is forgotten as soon as it is decoded."""

    __slots__ = ("made",)

    def __init__(self, value: object = None) -> None:
        """Remember that `value` is a PIN, not which."""
        # By identity: a PIN of zeros may arrive as the number 0, which equals False.
        self.made: Final = value is not None and value is not False and value != ""

    def __bool__(self) -> bool:
        """Tell whether a PIN was attempted."""
        return self.made

    def __eq__(self, other: object) -> bool:
        """Two attempts are alike when both were made or neither was."""
        return isinstance(other, PinAttempt) and self.made == other.made

    def __hash__(self) -> int:
        """Hash as equality compares."""
        return hash(self.made)

    def __repr__(self) -> str:
        """Show whether a PIN was attempted."""
        return f"PinAttempt(made={self.made})"


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
    """A comment on an order. user_id: who wrote it; null when it was Telnyx's staff, unset when Telnyx didn't say."""

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


class NotAnEventError(ValueError):
    """The body is no event at all."""


def decode_event(body: bytes) -> PortoutEvent:
    """Read the body of a 200 from `GET /portouts/events/{id}`; raises `NotAnEventError`."""
    try:
        return _decoder.decode(body).data
    except (ValueError, RecursionError):
        # Beyond this handler: its error quotes the body, and would be the context of the one raised there.
        pass
    return _salvage(body)


class _Answer(Struct, frozen=True):
    data: KnownEvent


def _decode_pin(_type: type[PinAttempt], value: object) -> PinAttempt:
    return PinAttempt(value)


_decoder = msgspec.json.Decoder(_Answer, dec_hook=_decode_pin)
_types: dict[Any, type[StatusChanged] | type[NewComment] | type[FocDateChanged]] = {
    cls.__struct_config__.tag: cls for cls in get_args(KnownEvent)
}
_T = TypeVar("_T", bound=Struct)


def _salvage(body: bytes) -> PortoutEvent:
    try:
        answer = json.loads(body.decode())
    except (ValueError, RecursionError):
        # The parser's own message quotes the body.
        raise NotAnEventError from None
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise NotAnEventError
    event_type = data.get("event_type")
    if isinstance(event_type, str) and event_type in _types:
        return _fill(_types[event_type], data)
    return _fill(UnknownEvent, data)


def _fill(struct: type[_T], values: dict[str, Any]) -> _T:
    """Make a Struct of the values that fit; a field whose value doesn't keeps its default."""
    fitting = {}
    for field in msgspec.structs.fields(struct):
        if field.encode_name in values:
            with suppress(ValueError):
                fitting[field.name] = _fit(values[field.encode_name], field.type)
    return struct(**fitting)


def _fit(value: Any, wanted: Any) -> Any:
    match value:
        case dict() if isinstance(wanted, type) and issubclass(wanted, Struct):
            return _fill(wanted, value)
        case int() | float() if wanted is not PinAttempt and not isinstance(value, bool):
            value = str(value)
        case list():
            value = [str(item) for item in value if isinstance(item, str | int) and not isinstance(item, bool)]
    return msgspec.convert(value, wanted, dec_hook=_decode_pin)
