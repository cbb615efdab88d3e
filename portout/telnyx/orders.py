"""The port-out orders of Telnyx and the comments on them, decoded from its answers.

Source: the API pages "List portout requests", "Get a portout request" and "List all comments for a portout request". As
with events, Telnyx guarantees no field; one unexpected field must not make the others unreadable.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from portout.telnyx.decoding import StatusStruct, decode_fitting, decode_lenient, decode_rows, object_of, odd_numbers
from portout.telnyx.pin import strike_pins

OrderField: TypeAlias = Literal["status", "support_key", "phone_number", "pon"]
"""The filters of `GET /portouts` that find the order behind what a person or an alert names."""

_NO_DIGITS = re.compile("[^0-9]+")


_SUPPORT_KEY = re.compile(r"PO_[0-9A-Za-z]{6}")


class Order(StatusStruct, frozen=True, kw_only=True):
    """The current state of a port-out order.

    status: one of six, or something newer. support_key: the key that Telnyx's porting desk asks for. pon: the gaining
    carrier's purchase order number. carrier_name, spid: the gaining carrier. end_user_name: the subscriber. reason,
    rejection_code: why it was rejected; Telnyx sends no text with some codes. foc_date: from when the numbers may
    leave. requested_foc_date: when the gaining carrier wants them.
    """

    id: str | None = None
    support_key: str | None = None
    pon: str | None = None
    phone_numbers: list[str] | None = None
    carrier_name: str | None = None
    spid: str | None = None
    end_user_name: str | None = None
    reason: str | None = None
    rejection_code: int | None = None
    foc_date: str | None = None
    requested_foc_date: str | None = None
    created_at: str | None = None
    inserted_at: str | None = None

    @property
    def texts(self) -> str:
        """Return what a card may show as it is, in one text."""
        return (
            f"{self.status} {self.support_key} {self.pon} {self.carrier_name} {self.spid} {self.end_user_name}"
            f" {self.reason} {odd_numbers(self.phone_numbers)}"
        )


class Comment(Struct, frozen=True, kw_only=True):
    """A comment on an order. user_id: who wrote it; null for Telnyx's staff, unset if Telnyx names nobody."""

    id: str | None = None
    portout_id: str | None = None
    user_id: str | UnsetType | None = UNSET
    body: str | None = None
    created_at: str | None = None

    @property
    def texts(self) -> str:
        """Return what a card may show as it is, in one text."""
        return f"{self.user_id} {self.body}"


def decode_order(body: bytes) -> Order:
    """Decode the body of a 200 from `GET /portouts/{id}`; raise `UndecodableError`."""
    answer = decode_fitting(_decoder, body)
    order = answer.data if answer else decode_lenient(Order, object_of(body, {"support_key", "phone_numbers"}))
    return strike_pins(order, order.texts)


def decode_orders(rows: Iterable[Raw]) -> list[Order]:
    """Decode rows from `GET /portouts`; leave out those that are no order."""
    orders = decode_rows(rows, _order_decoder, partial(decode_lenient, Order))
    return [strike_pins(order, order.texts) for _, order in orders]


def is_support_key(text: str) -> bool:
    """Return whether a text is spelled as the keys that Telnyx's porting desk asks for: `PO_` and six characters."""
    return bool(_SUPPORT_KEY.fullmatch(text))


def has_value(order: Order, field: OrderField, value: str) -> bool | None:
    """Return whether a filter for this value finds an order; None if nothing in the order tells.

    The status is compared exactly, the support key in any case, phone numbers by their digits.
    """
    match field:
        case "phone_number":
            numbers = [_NO_DIGITS.sub("", number) for number in order.phone_numbers or [""]]
            return _NO_DIGITS.sub("", value) in numbers or (None if "" in numbers else False)
        case "support_key":
            return None if order.support_key is None else _fold(order.support_key) == _fold(value)
        case "pon":
            return None if order.pon is None else order.pon.strip() == value.strip()
        case "status":
            return None if order.status is None else order.status == value


def position_of(order: Order, field: OrderField, value: str) -> int:
    """Return where a phone number stands among the order's, from 0; 0 for the value of another field."""
    digits = _NO_DIGITS.sub("", value) if field == "phone_number" else None
    numbers = [_NO_DIGITS.sub("", number) for number in order.phone_numbers or ()]
    return numbers.index(digits) if digits in numbers else 0


def value_at(order: Order, field: OrderField, position: int) -> str | None:
    """Return the order's own value of a field, as its filter wants it; None where there is none.

    position: of the phone number among the order's, from 0.
    """
    if field != "phone_number":
        return str(value) if (value := getattr(order, field)) else None
    numbers = order.phone_numbers or []
    digits = _NO_DIGITS.sub("", numbers[position]) if 0 <= position < len(numbers) else ""
    return f"+{digits}" if digits else None


def decode_comments(rows: Iterable[Raw]) -> list[Comment]:
    """Decode rows from `GET /portouts/{id}/comments`; leave out those that are no comment."""
    comments = decode_rows(rows, _comment_decoder, partial(decode_lenient, Comment))
    return [strike_pins(comment, comment.texts) for _, comment in comments]


def _fold(support_key: str) -> str:
    return support_key.strip().casefold()


class _Answer(Struct, frozen=True):
    data: Order


_decoder = msgspec.json.Decoder(_Answer)
_order_decoder = msgspec.json.Decoder(Order)
_comment_decoder = msgspec.json.Decoder(Comment)
