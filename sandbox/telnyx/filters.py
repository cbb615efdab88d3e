"""The filters of Telnyx's lists. What a list is asked for and what it has are judged as literally as Telnyx may.

Source: the API pages "List portout requests", "List all port-out events" and "List phone numbers".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from multidict import MultiMapping

STATUSES: Final = frozenset({"pending", "authorized", "ported", "rejected", "rejected-pending", "canceled"})

_Resource = dict[str, Any]
_Condition = Callable[[_Resource], bool]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
# As in RFC 3339. A + that was not encoded arrives as a space, which is no part of a date.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class InvalidFilterError(Exception):
    """A filter with a value that Telnyx refuses."""


def is_uuid(text: str) -> bool:
    """Return whether a text is a UUID with its dashes."""
    return bool(_UUID.fullmatch(text))


def events_in(query: MultiMapping[str], events: Iterable[_Resource]) -> list[_Resource]:
    """Return the events that a query of `/portouts/events` finds; raise `InvalidFilterError`."""
    order_id = query.get("filter[portout_id]", "").lower()
    if order_id and not is_uuid(order_id):
        raise InvalidFilterError
    equal = {"portout_id": order_id, "event_type": query.get("filter[event_type]")}
    return _narrowed(events, [*_equal(equal), *_range(query, "created_at")])


def orders_in(query: MultiMapping[str], orders: Iterable[_Resource]) -> list[_Resource]:
    """Return the orders that a query of `/portouts` finds; raise `InvalidFilterError`.

    A phone number is E.164: one without its + finds nothing.
    """
    equal = {field: query.get(f"filter[{field}]") for field in ("status", "support_key", "pon")}
    statuses = set(query.getall("filter[status_in][]", ()))
    if not statuses | ({equal["status"]} - {None}) <= STATUSES:
        raise InvalidFilterError
    number = query.get("filter[phone_number]")
    conditions = [*_equal(equal), *_range(query, "inserted_at")]
    if number is not None:
        conditions.append(lambda order: number in (order["phone_numbers"] or ()))
    if statuses:
        conditions.append(lambda order: order["status"] in statuses)
    return _narrowed(orders, conditions)


def phone_numbers_in(query: MultiMapping[str], phone_numbers: Iterable[_Resource]) -> list[_Resource]:
    """Return the numbers that a query of `/phone_numbers` finds: by any part, of digits only; a + finds nothing."""
    digits = query.get("filter[phone_number]", "")
    return _narrowed(phone_numbers, [lambda row: digits in row["phone_number"].removeprefix("+")])


def _narrowed(resources: Iterable[_Resource], conditions: Iterable[_Condition]) -> list[_Resource]:
    conditions = list(conditions)
    return [resource for resource in resources if all(condition(resource) for condition in conditions)]


def _equal(wanted: Mapping[str, str | None]) -> Iterable[_Condition]:
    for field, value in wanted.items():
        if value:
            yield lambda resource, field=field, value=value: resource.get(field) == value  # type: ignore[misc]


def _range(query: MultiMapping[str], field: str) -> Iterable[_Condition]:
    start, end = (_moment(query.get(f"filter[{field}][{edge}]")) for edge in ("gte", "lte"))
    if start is not None:
        yield lambda resource: (moment := _moment_of(resource, field)) is not None and moment >= start
    if end is not None:
        yield lambda resource: (moment := _moment_of(resource, field)) is not None and moment <= end


def _moment_of(resource: _Resource, field: str) -> datetime | None:
    """Return when a resource was created; None if it has no date, or an odd one, so that it is in no range of time."""
    try:
        return _moment(str(resource.get(field)))
    except InvalidFilterError:
        return None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not _MOMENT.fullmatch(text):
        raise InvalidFilterError
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # such as a 13th month
        raise InvalidFilterError from None
