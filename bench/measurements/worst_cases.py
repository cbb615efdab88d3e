"""What keeps the event loop busy without a turn for anybody else, in the worst cases: long lists, texts and numbers."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.report import Row, at_most
from portout.cards.audience import Audience
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.message import build_message
from portout.cards.modals.view import build_view
from portout.lookup.results import EventResult, History, LookupResult, LookupResults, OrderResult, OrderSnapshot
from portout.telnyx.decoding import decode_page
from portout.telnyx.events import decode_event, decode_events
from portout.telnyx.lists import ListReader
from portout.telnyx.orders import decode_comments, decode_order, decode_orders
from sandbox.telnyx.samples import samples

_ROWS: Final = 250  # on a page of Telnyx's lists
_TEXT: Final = 2**20  # characters
_FELT: Final = 20  # milliseconds that everybody else waits
_REFERENCE: Final = "k7m2qp"
_NOW: Final = datetime.now(UTC)
_SAMPLES: Final = samples(_NOW)
_EVENT: Final[dict[str, Any]] = _SAMPLES.events[_SAMPLES.names["pending"]]
_ORDER: Final[dict[str, Any]] = _SAMPLES.orders[_EVENT["portout_id"]]
_NUMBERS: Final = [f"+1312555{number:04}" for number in range(5_000)]


class WorstCase(Struct, frozen=True):
    """One step between two turns of the event loop. milliseconds: at most, on the machine of docs/speed.md."""

    kind: str
    name: str
    run: Callable[[], object]
    milliseconds: float


def worst_cases(rounds: int) -> list[Row]:
    """Return the row of the slowest step of each kind; of each step the fastest of some rounds."""
    slowest: dict[str, tuple[float, str]] = {}
    for case in cases():
        measured = min(_timed(case) for _ in range(rounds)), case.name
        slowest[case.kind] = max(measured, slowest.get(case.kind, measured))
    return [
        at_most(f"the event loop is busy at a time with {kind} (worst: {name})", milliseconds, _FELT, " ms")
        for kind, (milliseconds, name) in slowest.items()
    ]


def event_page() -> bytes:
    """Return a page of usual events, each of which names a PIN."""
    return _page(_EVENT)


def cases() -> Iterator[WorstCase]:
    """Yield every step."""
    yield from _lists()
    yield from _long_texts()
    yield from _many_numbers()


def _lists() -> Iterator[WorstCase]:
    kind = f"a page of {_ROWS} rows"
    payload = _EVENT["payload"]
    unknown = _EVENT | {"event_type": "portout.split"}
    odd = _EVENT | {"payload": payload | {"spid": 7421}}
    accented = _EVENT | {"payload": payload | {"subscriber_name": "Jörg Müller"}}
    rejection = {"status": "rejected", "rejection_reason": "The PIN 4417 was wrong.", "attempted_pin": "4417"}
    comment = {"portout_id": _ORDER["id"], "body": "Please tell us the date. " * 20}
    for name, decode, page, milliseconds in (
        ("usual events", decode_events, _page(_EVENT), 4),
        ("one odd event", decode_events, _page(_EVENT, payload=[]), 4),
        ("events of a type that nobody knows", decode_events, _page(unknown), 6),
        ("odd events", decode_events, _page(odd), 12),
        ("names beyond ASCII", decode_events, _page(accented), 6),
        ("PINs in texts", decode_events, _page(_EVENT | {"payload": payload | rejection}), 16),
        ("comments", decode_comments, _page(comment), 3),
        ("orders", decode_orders, _page(_ORDER), 3),
    ):
        yield WorstCase(kind, name, partial(_read, decode, page), milliseconds)


def _long_texts() -> Iterator[WorstCase]:
    kind = "texts of 1 MiB"
    repeated = {"words": "Please call us. ", "blanks": "\u200b ", "PINs": "pin 4417 ", "marks": "@*:_"}
    for name, part in repeated.items():
        text = part * (_TEXT // len(part))
        event = {"id": _id(1), "event_type": "portout.new_comment", "payload": {"comment": text}}
        body = msgspec.json.encode({"data": event})
        yield WorstCase(kind, f"{name}, decoded", partial(decode_event, body), 20)
        yield from _cards(kind, f"{name} in 10 comments", [_event_result(event)] * 10)
        rows = decode_page(msgspec.json.encode({"data": [{"body": text}] * 20})).data
        history = History(_order_result(()), tuple(decode_comments(rows)), {})
        for audience in (Audience.PRIVATE, Audience.PRIVATE_MASKED):
            run = partial(build_view, history, 1, audience, _REFERENCE)
            yield WorstCase(kind, f"{name} in a history of 20, {audience.value}", run, _FELT)


def _many_numbers() -> Iterator[WorstCase]:
    kind = "5,000 numbers, or 250 events"
    body = msgspec.json.encode({"data": _ORDER | {"phone_numbers": _NUMBERS}})
    yield WorstCase(kind, "decoded", partial(decode_order, body), 3)
    page = _page(_EVENT | {"payload": _EVENT["payload"] | {"phone_numbers": _NUMBERS}})
    events = decode_events(decode_page(page).data[:50])
    result = replace(_order_result(events), snapshot=OrderSnapshot(decode_order(body), _NOW))
    yield from _cards(kind, "with 50 events", [result])
    yield from _cards(kind, "250 events", [_order_result(decode_events(decode_page(event_page()).data))])


def _cards(kind: str, name: str, results: Sequence[LookupResult]) -> Iterator[WorstCase]:
    """Yield the building of one message of results for every audience."""
    looked_up = LookupResults(tuple(replace(result, id=_id(number)) for number, result in enumerate(results)))
    buttons = CardButtons(ButtonValue(()), DEFAULT_PORTAL_URL, is_listed=False)
    for audience in (Audience.PRIVATE, Audience.CHANNEL):
        run = partial(build_message, looked_up, _REFERENCE, audience, buttons)
        yield WorstCase(kind, f"{name}, {audience.value}", run, _FELT)


def _event_result(event: dict[str, Any]) -> EventResult:
    return EventResult(_id(0), decode_event(msgspec.json.encode({"data": event})), _NOW, _snapshot())


def _order_result(events: Sequence[Any]) -> OrderResult:
    return OrderResult(_ORDER["id"], _snapshot(), tuple(events), _NOW)


def _snapshot() -> OrderSnapshot:
    return OrderSnapshot(decode_order(msgspec.json.encode({"data": _ORDER})), _NOW)


def _page(row: dict[str, Any], **odd: Any) -> bytes:
    """Return a page of a row under many ids. odd: fields of the last one that do not fit."""
    rows = [row | {"id": _id(number)} for number in range(_ROWS)]
    return msgspec.json.encode({"data": [*rows[:-1], rows[-1] | odd], "meta": {"total_results": _ROWS}})


def _id(number: int) -> str:
    return str(UUID(int=number))


def _read(decode: Callable[..., list[Any]], page: bytes) -> None:
    reader: ListReader[Any] = ListReader(decode, lambda _: True)
    reader.add(page)
    if len(reader.listing().rows) != _ROWS:
        raise AssertionError("rows are missing")


def _timed(case: WorstCase) -> float:
    started = time.perf_counter()
    case.run()
    return (time.perf_counter() - started) * 1e3
