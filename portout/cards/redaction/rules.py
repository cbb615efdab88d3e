"""The rules of what a channel may see of each decoded field.

Every field of every Struct decoded from Telnyx has a rule here; a Struct with a field without a rule can't be shown in
a channel at all. Phone numbers are reduced to their last four digits and subscribers to initials, also within every
other text. An id, a date or a key stays only where it is one.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from msgspec import Struct, structs

from portout.cards.redaction.masking import NO_NAMES, Names, code_text, free_text, initials, mask_number
from portout.lookup.texts.identifiers import normalize_uuid
from portout.telnyx import events, orders
from portout.telnyx.dates import parse_time
from portout.telnyx.decoding import STATUSES
from portout.telnyx.orders import is_support_key

Rule: TypeAlias = Callable[[Any, Names], Any]
"""Returns what a channel may see of the value of a field. names: those of the subscribers, as far as they are known."""

_T = TypeVar("_T", bound=Struct)


class MissingRuleError(LookupError):
    """A field has no rule, because nobody has decided yet what a channel may see of it."""


def redact_struct(value: _T, names: Names = NO_NAMES) -> _T:
    """Return a decoded Struct after applying the rule of each field; raise `MissingRuleError` for one without."""
    changed = {}
    for name, rule in _changes(type(value)):
        if (old := getattr(value, name)) is not None:
            changed[name] = rule(old, names)
    return structs.replace(value, **changed)


@cache
def _changes(struct: type[Struct]) -> tuple[tuple[str, Rule], ...]:
    """Return the names and rules of the fields that redaction changes."""
    rules = RULES.get(struct, {})
    names = [field.name for field in structs.fields(struct)]
    if missing := [name for name in names if name not in rules]:
        raise MissingRuleError(struct.__name__, *missing)
    return tuple((name, rules[name]) for name in names if rules[name] is not as_it_is)


def as_it_is(value: Any, _names: Names) -> Any:
    """Return the value unchanged: it holds no text."""
    return value


def identifier(value: Any, names: Names) -> Any:
    """Return an id unchanged, and anything else in its place as a code."""
    return value if not isinstance(value, str) or normalize_uuid(value) == value.lower() else code_text(value, names)


def date(value: str | None, names: Names) -> str | None:
    """Return a date that can be read unchanged, and anything else in its place as a code."""
    return value if value is None or parse_time(value) else code_text(value, names)


def status(value: str | None, names: Names) -> str | None:
    """Return a status that Telnyx documents unchanged, and any other as a code."""
    return value if value in STATUSES else code_text(value, names)


def support_key(value: str | None, names: Names) -> str | None:
    """Return a support key unchanged, and anything else in its place as a code."""
    return value if value is None or is_support_key(value) else code_text(value, names)


def rejection_code(value: int | None, _names: Names) -> int | None:
    """Return a code of a rejection of at most six digits, and nothing for a longer number in its place."""
    return value if value is None or abs(value) < 10**6 else None


def last_four(numbers: list[str] | None, _names: Names) -> list[str] | None:
    """Return the phone numbers reduced to their last four digits."""
    return [mask_number(number) if number else number for number in numbers] if numbers is not None else None


def subscriber(name: str | None, _names: Names) -> str | None:
    """Return the initials of a subscriber."""
    return initials(name)


_EVENT: Final[Mapping[str, Rule]] = {
    "id": identifier,
    "portout_id": identifier,
    "created_at": date,
    "payload": redact_struct,
}
_STATUS: Final[Mapping[str, Rule]] = {
    "status": status,
    "phone_numbers": last_four,
    "carrier_name": code_text,
    "spid": code_text,
    "subscriber_name": subscriber,
    "rejection_reason": free_text,
    "reason_names_pin": as_it_is,
    "attempted_pin": as_it_is,
}

RULES: Final[Mapping[type[Struct], Mapping[str, Rule]]] = {
    events.StatusChanged: _EVENT,
    events.NewComment: _EVENT,
    events.FocDateChanged: _EVENT,
    events.UnknownEvent: {**_EVENT, "event_type": code_text},
    events.StatusPayload: {**_STATUS, "id": identifier},
    events.CommentPayload: {"id": identifier, "portout_id": identifier, "user_id": identifier, "comment": free_text},
    events.FocDatePayload: {"id": identifier, "foc_date": date},
    events.UnknownPayload: {
        **_STATUS,
        "id": identifier,
        "portout_id": identifier,
        "comment": free_text,
        "foc_date": date,
    },
    orders.Order: {
        "id": identifier,
        "status": status,
        "support_key": support_key,
        "pon": code_text,
        "phone_numbers": last_four,
        "carrier_name": code_text,
        "spid": code_text,
        "end_user_name": subscriber,
        "reason": free_text,
        "rejection_code": rejection_code,
        "reason_names_pin": as_it_is,
        "foc_date": date,
        "requested_foc_date": date,
        "created_at": date,
        "inserted_at": date,
    },
    orders.Comment: {
        "id": identifier,
        "portout_id": identifier,
        "user_id": identifier,
        "body": free_text,
        "created_at": date,
    },
}
"""The rule of each field, by Struct."""
