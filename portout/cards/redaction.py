"""What a channel may see of a port-out, decided on the decoded values, before any card is drawn.

Every text field of every Struct decoded from Telnyx has a rule here, or it can't be shown in a channel at all: numbers
by their last four digits, subscribers by initials, free text in one short line with its numbers masked.
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

_MAX_READ = 2_000  # characters of a free text; what comes after them is not looked at
_MAX_INITIALS = 4
_MAX_SHORT_NUMBER = 4  # digits of which a mask would leave everything
# Seven digits or more, however they are grouped, that are no date.
_LONG_NUMBER = re.compile(r"(?<!\d)(?!\d{4}-\d\d-\d\d\b)\+?\(?\d(?:[ .()/-]{0,2}\d){6,}")

Rule: TypeAlias = Callable[[Any], Any]
"""Returns what a channel may see of a field's value."""

_T = TypeVar("_T", bound=Struct)


class MissingRuleError(LookupError):
    """A field has no rule: nobody has decided yet what a channel may see of it."""


def redact(result: LookupResult) -> LookupResult:
    """Return what a channel may see of a look-up's result."""
    match result:
        case EventResult():
            return structs.replace(result, event=redact_struct(result.event), snapshot=_snapshot(result.snapshot))
        case OrderResult():
            known = result.events
            shown = known if isinstance(known, TelnyxError) else tuple(map(redact_struct, known))
            return structs.replace(result, snapshot=_snapshot(result.snapshot), events=shown)
        case LookupFailure():
            return result
        case _:
            assert_never(result)


def redact_history(history: History) -> History:
    """Return what a channel may see of an order's history."""
    return structs.replace(history, entries=tuple(map(redact_struct, history.entries)))


def redact_struct(value: _T) -> _T:
    """Return a decoded Struct with every field as its rule says; raises `MissingRuleError` for one without."""
    return structs.replace(value, **{name: rule(getattr(value, name)) for name, rule in _plan(type(value))})


@cache
def _plan(struct: type[Struct]) -> tuple[tuple[str, Rule], ...]:
    """Return the fields of a Struct that a channel sees otherwise than they are."""
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
    """Return the value: an id, a status, a date, or what names no customer."""
    return value


def last_four(numbers: list[str] | None) -> list[str] | None:
    """Return each phone number by its last four digits."""
    return [_mask(number) for number in numbers] if numbers is not None else None


def initials(name: str | None) -> str | None:
    """Return a person's or a company's name by its initials."""
    words = one_line(name, 120).split()[:_MAX_INITIALS]
    return " ".join(f"{word[0]}." for word in words if word[0].isalnum()) or None


def free_text(text: str | None) -> str | None:
    """Return what people wrote, in one short line with its phone numbers masked."""
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
    events.UnknownPayload: {**_STATUS, "comment": free_text, "foc_date": as_it_is},
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
        "foc_date": as_it_is,
        "requested_foc_date": as_it_is,
        "created_at": as_it_is,
        "inserted_at": as_it_is,
    },
    orders.Comment: {"id": as_it_is, "user_id": as_it_is, "body": free_text, "created_at": as_it_is},
}
"""What a channel may see of each field."""
