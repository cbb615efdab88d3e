"""Results as a channel may see them, before a card is built from them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar, assert_never

from msgspec import Struct, structs

from portout.cards.redaction.masking import Names, code_text, mask_number, names_of
from portout.cards.redaction.rules import redact_struct
from portout.lookup.portout_facts import numbers_of
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
from portout.lookup.texts.references import Reference
from portout.telnyx import events
from portout.telnyx.errors import TelnyxError

_T = TypeVar("_T", bound=Struct)


def redact(results: Iterable[LookupResult]) -> tuple[LookupResult, ...]:
    """Return the results of a look-up as a channel may see them; the names in any of them are struck from all."""
    results = tuple(results)
    names = _names_of(results)
    return tuple(_redact_result(result, names) for result in results)


def _redact_result(result: LookupResult, names: Names) -> LookupResult:
    match result:
        case EventResult():
            event = redact_struct(result.event, names)
            others = _events(result.others, names, numbers_of(result))
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
    names = _names_of(looked_up.results)
    more = tuple(structs.replace(one, reference=_redact_reference(one.reference, names)) for one in looked_up.more)
    unknown = tuple(_redact_reference(one, names) for one in looked_up.unknown_references)
    return structs.replace(looked_up, more=more, unknown_references=unknown)


def redact_order_list(listed: OrderList, orders: Iterable[OrderResult]) -> tuple[OrderList, tuple[OrderResult, ...]]:
    """Return a list of orders, and those of one of its pages, as a channel may see them."""
    orders = tuple(orders)
    shown = tuple(result for result in redact(orders) if isinstance(result, OrderResult))
    return structs.replace(listed, reference=_redact_reference(listed.reference, _names_of(orders))), shown


def _redact_reference(reference: Reference, names: Names) -> Reference:
    if reference.field == "status":
        return reference
    masked = mask_number(reference.value) if reference.field == "phone_number" else code_text(reference.value, names)
    return structs.replace(reference, value=masked or "")


def redact_history(history: History) -> History:
    """Return an order's history as a channel may see it."""
    structs_shown = (*_decoded(history.order), *history.entries)
    names = names_of(name for struct in structs_shown for name in _names_in(struct))
    entries = tuple(redact_struct(_without_numbers(entry), names) for entry in history.entries)
    return structs.replace(history, order=_redact_order(history.order, names), entries=entries)


def _names_of(results: Iterable[LookupResult]) -> Names:
    """Return the names of the subscribers in results."""
    return names_of(name for result in results for struct in _decoded(result) for name in _names_in(struct))


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


def _redact_order(result: OrderResult, names: Names) -> OrderResult:
    events = _events(result.events, names, numbers_of(result))
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
