"""The port-out orders of Telnyx and the comments on them, decoded from `GET /portouts/{id}` and its `/comments`.

Source: the API pages "Get a portout request" and "List all comments for a portout request". As with events,
Telnyx guarantees no field; one unexpected field must not make the others unreadable.
"""

from collections.abc import Iterable
from functools import partial

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from portout.telnyx.decoding import StatusStruct, decode_fitting, decode_lenient, decode_rows, object_of
from portout.telnyx.pin import odd_numbers, strike_pins


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


def decode_comments(rows: Iterable[Raw]) -> list[Comment]:
    """Decode rows from `GET /portouts/{id}/comments`; leave out those that are no comment."""
    comments = decode_rows(rows, _comment_decoder, partial(decode_lenient, Comment))
    return [strike_pins(comment, comment.texts) for comment in comments]


class _Answer(Struct, frozen=True):
    data: Order


_decoder = msgspec.json.Decoder(_Answer)
_comment_decoder = msgspec.json.Decoder(Comment)
