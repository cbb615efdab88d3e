"""Redaction of the decoded values for a channel, before a card is built from them.

Every field of every Struct decoded from Telnyx has a rule here; a Struct with a field without a rule can't be shown in
a channel at all. Phone numbers are reduced to their last four digits and subscribers to initials, also within every
other text. An id, a date or a key stays only where it is one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar, assert_never

from msgspec import Struct, structs

from portout.cards.masking import NO_NAMES, Names, code_text, free_text, initials, mask_number, names_of
from portout.lookup.identifiers import normalize_uuid
from portout.lookup.portout_facts import facts_of
from portout.lookup.references import Reference
from portout.lookup.results import (
    EventResult,
    History,
    LookupFailure,
    LookupResult,
    LookupResults,
    OrderList,
    OrderResult,
    OrderSnapshot,
)
from portout.telnyx import events, orders
from portout.telnyx.dates import parse_time
from portout.telnyx.decoding import STATUSES
from portout.telnyx.errors import TelnyxError
from portout.telnyx.orders import is_support_key

Rule: TypeAlias = Callable[[Any, Names], Any]
"""Returns what a channel may see of the value of a field. names: those of the subscribers, as far as they are known."""

_T = TypeVar("_T", bound=Struct)


class MissingRuleError(LookupError):
    """A field has no rule, because nobody has decided yet what a channel may see of it."""


def redact(results: Iterable[LookupResult]) -> tuple[LookupResult, ...]:
    """Return the results of a look-up as a channel may see them; the names in any of them are struck from all."""
    results = tuple(results)
    names = names_of(name for result in results for struct in _decoded(result) for name in _names_in(struct))
    return tuple(_redact_result(result, names) for result in results)


def _redact_result(result: LookupResult, names: Names) -> LookupResult:
    match result:
        case EventResult():
            event = redact_struct(result.event, names)
            others = _events(result.others, names, facts_of(result).numbers)
            snapshot = _snapshot(result.snapshot, names)
            return structs.replace(result, event=event, snapshot=snapshot, others=others, own_numbers=())
        case OrderResult():
            return _redact_order(result, names)
        case LookupFailure():
            return structs.replace(result, reference=result.reference and _redact_reference(result.reference, names))
        case _:
            assert_never(result)


def redact_references(looked_up: LookupResults) -> LookupResults:
    """Return what was looked up with the references beside its results as a channel may see them."""
    more = tuple(structs.replace(one, reference=_redact_reference(one.reference)) for one in looked_up.more)
    return structs.replace(
        looked_up, more=more, unknown_references=tuple(map(_redact_reference, looked_up.unknown_references))
    )


def redact_order_list(listed: OrderList, orders: Iterable[OrderResult]) -> tuple[OrderList, tuple[OrderResult, ...]]:
    """Return a list of orders, and those of one of its pages, as a channel may see them."""
    shown = tuple(result for result in redact(orders) if isinstance(result, OrderResult))
    return structs.replace(listed, reference=_redact_reference(listed.reference)), shown


def _redact_reference(reference: Reference, names: Names = NO_NAMES) -> Reference:
    masked = mask_number(reference.value) if reference.field == "phone_number" else code_text(reference.value, names)
    return structs.replace(reference, value=masked or "")


def redact_history(history: History) -> History:
    """Return an order's history as a channel may see it."""
    structs_shown = (*_decoded(history.order), *history.entries)
    names = names_of(name for struct in structs_shown for name in _names_in(struct))
    entries = tuple(redact_struct(_without_numbers(entry), names) for entry in history.entries)
    return structs.replace(history, order=_redact_order(history.order, names), entries=entries)


def redact_struct(value: _T, names: Names = NO_NAMES) -> _T:
    """Return a decoded Struct after applying the rule of each field; raise `MissingRuleError` for one without."""
    changed = {}
    for name, rule in _changes(type(value)):
        if (old := getattr(value, name)) is not None:
            changed[name] = rule(old, names)
    return structs.replace(value, **changed)


def _decoded(result: LookupResult) -> Iterator[Struct]:
    """Yield the Structs of Telnyx's answers in a result."""
    match result:
        case EventResult():
            yield result.event
            yield result.order
            if not isinstance(result.others, TelnyxError):
                yield from result.others
        case OrderResult():
            yield result.order
            if not isinstance(result.events, TelnyxError):
                yield from result.events


def _names_in(struct: Struct) -> Iterator[str | None]:
    """Yield the names of subscribers in an event, an order or a comment."""
    part = getattr(struct, "payload", struct)
    yield getattr(part, "subscriber_name", None) or getattr(part, "end_user_name", None)


@cache
def _changes(struct: type[Struct]) -> tuple[tuple[str, Rule], ...]:
    """Return the names and rules of the fields that redaction changes."""
    rules = RULES.get(struct, {})
    names = [field.name for field in structs.fields(struct)]
    if missing := [name for name in names if name not in rules]:
        raise MissingRuleError(struct.__name__, *missing)
    return tuple((name, rules[name]) for name in names if rules[name] is not as_it_is)


def _redact_order(result: OrderResult, names: Names) -> OrderResult:
    events = _events(result.events, names, facts_of(result).numbers)
    return structs.replace(result, snapshot=_snapshot(result.snapshot, names), events=events, own_numbers=())


def _events(
    several: tuple[events.PortoutEvent, ...] | TelnyxError, names: Names, shown: Sequence[str] = ()
) -> tuple[events.PortoutEvent, ...] | TelnyxError:
    """Return an order's events. shown: the only phone numbers that a card shows; each event may have thousands."""
    if isinstance(several, TelnyxError):
        return several
    return tuple(redact_struct(_without_numbers(event, shown), names) for event in several)


def _without_numbers(entry: _T, shown: Sequence[str] = ()) -> _T:
    payload: Any = getattr(entry, "payload", None)
    if getattr(payload, "phone_numbers", shown) is shown:
        return entry
    return structs.replace(entry, payload=structs.replace(payload, phone_numbers=None))


def _snapshot(snapshot: OrderSnapshot | TelnyxError | None, names: Names) -> OrderSnapshot | TelnyxError | None:
    if not isinstance(snapshot, OrderSnapshot):
        return snapshot
    return structs.replace(snapshot, order=redact_struct(snapshot.order, names))


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
