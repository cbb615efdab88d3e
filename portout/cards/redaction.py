"""Redaction of the decoded values for a channel, before a card is built from them.

Every field of every Struct decoded from Telnyx has a rule here; a Struct with a field without a rule can't be shown in
a channel at all. Phone numbers are reduced to their last four digits, subscribers to initials, and free text to one
short line with its numbers masked.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar, assert_never

from msgspec import Struct, structs

from portout.cards.blockkit.text import one_line, truncate
from portout.lookup.results import EventResult, History, LookupFailure, LookupResult, OrderResult, OrderSnapshot
from portout.telnyx import events, orders
from portout.telnyx.errors import TelnyxError

MAX_FREE_TEXT: Final = 200
"""Characters of a comment or a reason that a channel sees."""

_MAX_READ = 2_000  # characters of a free text that are examined; the rest is dropped, so that the cost is bounded
_MAX_INITIALS = 4
_MAX_SHORT_NUMBER = 4  # digits of a number that is masked as a whole, because its last four would be all of it
# Seven digits or more, however they are grouped, unless they begin with a date such as 2026-11-24.
_LONG_NUMBER = re.compile(r"(?<!\d)(?!\d{4}-\d\d-\d\d\b)\+?\(?\d(?:[ .()/-]{0,2}\d){6,}")

Rule: TypeAlias = Callable[[Any], Any]
"""Returns what a channel may see of the value of a field."""

_T = TypeVar("_T", bound=Struct)


class MissingRuleError(LookupError):
    """A field has no rule, because nobody has decided yet what a channel may see of it."""


def redact(result: LookupResult) -> LookupResult:
    """Return a result of a look-up as a channel may see it."""
    match result:
        case EventResult():
            return structs.replace(result, event=redact_struct(result.event), snapshot=_snapshot(result.snapshot))
        case OrderResult():
            events = result.events
            if not isinstance(events, TelnyxError):
                events = tuple(map(redact_struct, events))
            return structs.replace(result, snapshot=_snapshot(result.snapshot), events=events)
        case LookupFailure():
            return result
        case _:
            assert_never(result)


def redact_history(history: History) -> History:
    """Return an order's history as a channel may see it."""
    return structs.replace(history, entries=tuple(map(redact_struct, history.entries)))


def redact_struct(value: _T) -> _T:
    """Return a decoded Struct after applying the rule of each field; raise `MissingRuleError` for one without."""
    return structs.replace(value, **{name: rule(getattr(value, name)) for name, rule in _changes(type(value))})


@cache
def _changes(struct: type[Struct]) -> tuple[tuple[str, Rule], ...]:
    """Return the names and rules of the fields that redaction changes."""
    rules = RULES.get(struct, {})
    names = [field.name for field in structs.fields(struct)]
    if missing := [name for name in names if name not in rules]:
        raise MissingRuleError(struct.__name__, *missing)
    return tuple((name, rules[name]) for name in names if rules[name] is not as_it_is)


def _snapshot(snapshot: OrderSnapshot | TelnyxError | None) -> OrderSnapshot | TelnyxError | None:
    if not isinstance(snapshot, OrderSnapshot):
        return snapshot
    return structs.replace(snapshot, order=redact_struct(snapshot.order))


def as_it_is(value: Any) -> Any:
    """Return the value unchanged: an id, a status, a date, or anything else that identifies no customer."""
    return value


def last_four(numbers: list[str] | None) -> list[str] | None:
    """Return the phone numbers reduced to their last four digits."""
    return [_mask(number) if number else number for number in numbers] if numbers is not None else None


def initials(name: str | None) -> str | None:
    """Return the initials of a person's or a company's name."""
    words = one_line(name, 120).split()[:_MAX_INITIALS]
    return " ".join(f"{word[0]}." for word in words if word[0].isalnum()) or None


def free_text(text: str | None) -> str | None:
    """Return text that people wrote, as one short line with its phone numbers masked."""
    masked = _LONG_NUMBER.sub(lambda match: _mask(match.group()), one_line(text, _MAX_READ))
    return truncate(masked, MAX_FREE_TEXT) or None


def _mask(number: str) -> str:
    digits = "".join(filter(str.isdigit, number))
    return f"•••• {digits[-4:]}" if len(digits) > _MAX_SHORT_NUMBER else "••••"


_EVENT: Final[Mapping[str, Rule]] = {
    "id": as_it_is,
    "portout_id": as_it_is,
    "created_at": as_it_is,
    "payload": redact_struct,
}
_STATUS: Final[Mapping[str, Rule]] = {
    "status": as_it_is,
    "phone_numbers": last_four,
    "carrier_name": as_it_is,
    "spid": as_it_is,
    "subscriber_name": initials,
    "rejection_reason": free_text,
    "attempted_pin": as_it_is,
}

RULES: Final[Mapping[type[Struct], Mapping[str, Rule]]] = {
    events.StatusChanged: _EVENT,
    events.NewComment: _EVENT,
    events.FocDateChanged: _EVENT,
    events.UnknownEvent: {**_EVENT, "event_type": as_it_is},
    events.StatusPayload: {**_STATUS, "id": as_it_is},
    events.CommentPayload: {"id": as_it_is, "portout_id": as_it_is, "user_id": as_it_is, "comment": free_text},
    events.FocDatePayload: {"id": as_it_is, "foc_date": as_it_is},
    events.UnknownPayload: {
        **_STATUS,
        "id": as_it_is,
        "portout_id": as_it_is,
        "comment": free_text,
        "foc_date": as_it_is,
    },
    orders.Order: {
        "id": as_it_is,
        "status": as_it_is,
        "support_key": as_it_is,
        "pon": as_it_is,
        "phone_numbers": last_four,
        "carrier_name": as_it_is,
        "spid": as_it_is,
        "end_user_name": initials,
        "reason": free_text,
        "rejection_code": as_it_is,
        "foc_date": as_it_is,
        "requested_foc_date": as_it_is,
        "created_at": as_it_is,
        "inserted_at": as_it_is,
    },
    orders.Comment: {
        "id": as_it_is,
        "portout_id": as_it_is,
        "user_id": as_it_is,
        "body": free_text,
        "created_at": as_it_is,
    },
}
"""The rule of each field, by Struct."""
