"""Do the work that needs no server: a line of the standard input, a name and a number, is work and how many times.

After each, prints an empty line. Usage: `python -m bench.instructions.workload`.
"""

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from portout.cards.audience import Audience
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.message import build_message
from portout.lookup.results import EventResult, LookupResult, LookupResults, OrderResult, OrderSnapshot
from portout.telnyx.events import PortoutEvent, decode_event, decode_events
from portout.telnyx.lists import ListReader
from portout.telnyx.orders import decode_order
from sandbox.telnyx.samples import samples

_EVENTS: Final = 250  # on a page of Telnyx's lists
_REFERENCE: Final = "k7m2qp"


def works() -> Mapping[str, Callable[[], object]]:
    """Return each work by its name. It is the same at any time."""
    now = datetime(2026, 11, 23, 15, tzinfo=UTC)
    account = samples(now)
    row = account.events[account.names["pending"]]
    event_body = msgspec.json.encode({"data": row})
    page = msgspec.json.encode(
        {
            "data": [row | {"id": str(UUID(int=number))} for number in range(_EVENTS)],
            "meta": {"total_results": _EVENTS},
        }
    )
    order = OrderSnapshot(decode_order(msgspec.json.encode({"data": account.orders[row["portout_id"]]})), now)
    events = tuple(_read_list(page))
    return {
        "decode-event": partial(decode_event, event_body),
        "draw-card": partial(_draw, EventResult(row["id"], decode_event(event_body), now, order)),
        "read-list": partial(_read_list, page),
        "draw-list": partial(_draw, OrderResult(row["portout_id"], order, events, now)),
    }


def _draw(result: LookupResult) -> bytes:
    """Return the whole answer to a look-up, encoded."""
    buttons = CardButtons(ButtonValue((result.id,)), DEFAULT_PORTAL_URL, is_listed=False)
    return msgspec.json.encode(build_message(LookupResults((result,)), _REFERENCE, Audience.PRIVATE, buttons))


def _read_list(page: bytes) -> Sequence[PortoutEvent]:
    reader = ListReader(decode_events, lambda _: True)
    reader.add(page)
    return reader.listing().rows


def main() -> None:
    """Do what the input says until it ends."""
    work = works()
    # A run of the collector falls into one count or another.
    gc.disable()
    for line in sys.stdin:
        name, times = line.split()
        for _ in range(int(times)):
            work[name]()
        print(flush=True)


if __name__ == "__main__":
    main()
