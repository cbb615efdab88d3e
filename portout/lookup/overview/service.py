"""The look-up of the overview: two lists of Telnyx's, shared by everybody who asks within 30 s."""

import asyncio
from datetime import UTC, date, datetime, time
from typing import Final

from msgspec import structs

from portout.lookup.order_search import OrderSearch
from portout.lookup.overview.results import LEAVING_SPAN, KeptList, Overview
from portout.lookup.results import LookupFailure, OrderResult
from portout.lookup.texts.references import PENDING, Reference
from portout.telnyx.dates import is_between, parse_time

_AUTHORIZED: Final = Reference("status", "authorized")


class Overviews:
    """Fetches the overview. What was read last is kept, for when Telnyx does not answer."""

    def __init__(self, search: OrderSearch) -> None:
        """Fetch with `search`, whose lists are cached for 30 s, and single-flight."""
        self._search = search
        self._kept: dict[Reference, KeptList] = {}

    async def fetch(self, *, bypass_cache: bool = False) -> Overview:
        """Fetch what waits and what leaves, for a person who waits. bypass_cache: fetch both anew."""
        waiting, leaving = await asyncio.gather(
            self._read(PENDING, bypass_cache=bypass_cache), self._read(_AUTHORIZED, bypass_cache=bypass_cache)
        )
        return Overview(waiting, leaving)

    async def _read(self, reference: Reference, *, bypass_cache: bool) -> KeptList:
        result = await self._search.list_orders(reference, bypass_cache=bypass_cache)
        kept = self._kept.get(reference, KeptList())
        if isinstance(result, LookupFailure):
            return structs.replace(kept, error=result.error)
        if kept.as_of is None or result.as_of > kept.as_of:
            orders = result.orders if reference == PENDING else _leaving(result.orders, result.as_of)
            kept = self._kept[reference] = KeptList(orders, result.has_all, result.as_of)
        return kept


def _leaving(orders: tuple[OrderResult, ...], now: datetime) -> list[OrderResult]:
    """Return the orders whose numbers leave about now, the earliest FOC date first: Telnyx has no filter for it."""
    start, end = now - LEAVING_SPAN, now + LEAVING_SPAN
    dated = [(_moment(foc), order) for order in orders if (foc := parse_time(order.order.foc_date))]
    # A day at an end of the span, of which only a part is in it, counts.
    near = [pair for pair in dated if is_between(pair[1].order.foc_date, start, end) is not False]
    return [order for _, order in sorted(near, key=lambda pair: pair[0])]


def _moment(foc: datetime | date) -> datetime:
    return foc if isinstance(foc, datetime) else datetime.combine(foc, time.min, UTC)
