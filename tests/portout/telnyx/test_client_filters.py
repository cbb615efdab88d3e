"""Lists with a filter: what goes over the wire, and what is taken of an answer that may ignore the filter."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import RateLimitedError, TelnyxError, UpstreamError
from portout.telnyx.http.api import ListLimits
from portout.telnyx.orders import OrderField
from sandbox import faults
from sandbox.serve import serve
from sandbox.telnyx.orders import APPROVED, OBJECTED, WAITING, WITHDRAWN, WRONG_PIN
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import LIST, ORDERS, TelnyxSandbox
from tests.amount import FULL, examples

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIELDS: tuple[OrderField, ...] = get_args(OrderField)
SOUGHT: list[tuple[OrderField, str, str]] = [
    ("status", "canceled", WITHDRAWN),
    ("support_key", "PO_e25764", OBJECTED),
    ("phone_number", "+14155550113", APPROVED),
    ("pon", "ORC-20533", WRONG_PIN),
]


class Telnyx:
    """Telnyx's stand-in, and a client of it."""

    def __init__(self, sandbox: TelnyxSandbox, client: TelnyxClient) -> None:
        self.sandbox = sandbox
        self.client = client
        self.orders = sandbox.samples.orders
        self.events = sandbox.samples.events


@pytest.fixture
async def telnyx() -> AsyncIterator[Telnyx]:
    sandbox = TelnyxSandbox(samples(NOW))
    async with serve(sandbox.app()) as url, TelnyxClient.connect(sandbox.key, f"{url}/v2") as client:
        yield Telnyx(sandbox, client)


@asynccontextmanager
async def recorded_queries() -> AsyncIterator[tuple[TelnyxClient, list[str]]]:
    """Run a server whose lists are empty; yield a client of it, and the queries as they arrive."""
    queries: list[str] = []

    async def record(request: web.Request) -> web.Response:
        queries.append(request.raw_path.partition("?")[2])
        return web.json_response({"data": [], "meta": {"total_pages": 0, "total_results": 0}})

    app = web.Application()
    app.router.add_get("/v2/{path:.+}", record)
    async with serve(app) as url, TelnyxClient.connect("key", f"{url}/v2") as client:
        yield client, queries


def parameters(query: str) -> dict[str, str]:
    """Decode a query as a server may that reads no + as a space, and as one that does: both read the same."""
    pairs = [part.split("=") for part in query.split("&")]
    plain = {unquote(name): unquote(value) for name, value in pairs}
    assert plain == {unquote(name.replace("+", " ")): unquote(value.replace("+", " ")) for name, value in pairs}
    return plain


def add_events(telnyx: Telnyx, number: int) -> None:
    event = telnyx.events[telnyx.sandbox.samples.names["pending"]]
    telnyx.events.clear()
    telnyx.events.update(
        (f"e{index}", event | {"id": f"e{index}", "created_at": f"2026-03-01T00:00:00.{index:06}Z"})
        for index in range(number)
    )


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 2), datetime(2199, 12, 30), timezones=zones)  # noqa: DTZ001  zones are drawn


@examples(40)
@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"), moments, moments)
async def test_a_plus_in_a_number_or_a_date_arrives(number: str, start: datetime, end: datetime) -> None:
    """A + in a query is a space for most servers: numbers have theirs encoded, and dates have none."""
    async with recorded_queries() as (client, queries):
        await client.orders("phone_number", number)
        await client.events_between(start, end)

    by_number, by_time = map(parameters, queries)
    assert by_number == {"filter[phone_number]": number, "page[size]": "250"}
    assert datetime.fromisoformat(by_time["filter[created_at][gte]"]) == start
    assert datetime.fromisoformat(by_time["filter[created_at][lte]"]) == end
    assert "+" not in "".join(queries)


@pytest.mark.parametrize("value", ["A&page[size]=1", "A=B", "A%2B", "A#B", "A+B", "é", "A;B"])
async def test_any_value_arrives_as_it_is(value: str) -> None:
    """A PON is what the gaining carrier makes up."""
    async with recorded_queries() as (client, queries):
        await client.orders("pon", value)

    assert parameters(queries[0]) == {"filter[pon]": value, "page[size]": "250"}


@pytest.mark.parametrize("ignores_filters", [False, True])
@pytest.mark.parametrize(("field", "value", "order_id"), SOUGHT)
async def test_an_order_is_found_by_what_people_know(
    telnyx: Telnyx,
    field: OrderField,
    value: str,
    order_id: str,
    ignores_filters: bool,  # noqa: FBT001
) -> None:
    """Also where Telnyx sends all orders: the others are dropped."""
    telnyx.sandbox.ignores_filters = ignores_filters
    for order in telnyx.orders.values():
        order["pon"] = order["pon"] or "none"
        if order["status"] == "canceled" and order["id"] != WITHDRAWN:
            order["status"] = "ported"

    found = await telnyx.client.orders(field, value)

    assert ([order.id for order in found.rows], found.is_whole) == ([order_id], True)


@pytest.mark.parametrize(
    ("field", "value", "spelled", "is_found"),
    [
        ("support_key", "po_4BB39F", {"support_key": " PO_4bb39f"}, True),
        ("support_key", "PO_4bb39f", {"support_key": "PO_4bb39"}, False),
        ("pon", "ORC-20417", {"pon": "ORC-20417\n"}, True),
        ("pon", "ORC-20417", {"pon": "orc-20417"}, False),
        ("status", "pending", {"status": "Pending "}, True),
        ("status", "rejected", {"status": "rejected-pending"}, False),
        ("phone_number", "+13125550142", {"phone_numbers": ["+13125550199", "1 (312) 555-0142"]}, True),
        ("phone_number", "+13125550142", {"phone_numbers": {"value": "+13125550142"}}, True),
        ("phone_number", "+13125550142", {"phone_numbers": ["+131255501421", "3125550142"]}, False),
    ],
)
async def test_a_value_in_another_spelling(
    telnyx: Telnyx,
    field: OrderField,
    value: str,
    spelled: dict[str, Any],
    is_found: bool,  # noqa: FBT001
) -> None:
    """Keys have no case; PONs do. A number has only digits. A list without filter shows what is taken of it."""
    telnyx.sandbox.ignores_filters = True
    telnyx.orders[WAITING] |= spelled

    found = await telnyx.client.orders(field, value)

    assert (WAITING in {order.id for order in found.rows}) == is_found


@pytest.mark.parametrize("field", FIELDS)
async def test_an_order_that_does_not_tell(telnyx: Telnyx, field: OrderField) -> None:
    """It is believed to be what was asked for, unless others show that the filter had no effect."""
    telnyx.sandbox.ignores_filters = True
    bare = dict.fromkeys(("status", "support_key", "pon", "phone_numbers"))
    telnyx.orders[WAITING] |= bare
    value = {name: value for name, value, _ in SOUGHT[1:]}
    unfiltered = await telnyx.client.orders(field, value.get(field, "ported"))
    for order_id in list(telnyx.orders):
        if order_id != WAITING:
            del telnyx.orders[order_id]
    filtered = await telnyx.client.orders(field, value.get(field, "ported"))

    assert WAITING not in {order.id for order in unfiltered.rows}
    assert not unfiltered.is_whole
    assert ([order.id for order in filtered.rows], filtered.is_whole) == ([WAITING], True)


async def test_the_pin_is_struck_from_orders_of_a_list(telnyx: Telnyx) -> None:
    """As from an order that is fetched by its id."""
    telnyx.orders[OBJECTED]["reason"] = "wrong PIN 4417"

    (order,) = (await telnyx.client.orders("support_key", "PO_e25764")).rows

    assert "4417" not in str(order.reason)


@pytest.mark.parametrize("ignores_filters", [False, True])
async def test_the_events_of_a_range_of_time(telnyx: Telnyx, ignores_filters: bool) -> None:  # noqa: FBT001
    """Both ends belong to it; others are dropped where Telnyx sends them."""
    telnyx.sandbox.ignores_filters = ignores_filters
    telnyx.events.pop(telnyx.sandbox.samples.names["no payload yet"])  # it has no date
    start, end = NOW - timedelta(hours=3), NOW - timedelta(hours=2)

    found = await telnyx.client.events_between(start, end)

    names = telnyx.sandbox.samples.names
    assert {event.id for event in found.rows} == {names["pending"], names["ported"]}
    assert found.is_whole


@pytest.mark.parametrize(
    ("created_at", "is_found", "is_whole"),
    [
        ("2026-03-02T09:00:00Z", True, True),
        ("2026-03-02T04:00:00-05:00", True, True),
        ("2026-03-02T08:59:59.999999Z", False, True),
        ("2026-03-02T12:00:00.000001Z", False, True),
        ("2026-03-01", False, True),
        ("2026-03-02", False, False),
        ("soon", False, False),
        (None, False, False),
    ],
)
async def test_an_event_with_a_date_in_any_spelling(
    telnyx: Telnyx,
    created_at: str | None,
    is_found: bool,  # noqa: FBT001
    is_whole: bool,  # noqa: FBT001
) -> None:
    """Where the filter has no effect, one whose time is not known is dropped, and known to be missing."""
    telnyx.sandbox.ignores_filters = True
    add_events(telnyx, 2)
    telnyx.events["e0"]["created_at"] = created_at

    found = await telnyx.client.events_between(NOW - timedelta(hours=3), NOW)

    assert ([event.id for event in found.rows], found.is_whole) == (["e0"] if is_found else [], is_whole)


async def test_thousands_of_events_are_read(telnyx: Telnyx) -> None:
    """What came while nobody ran, on many pages."""
    pages = 25 if FULL else 9
    add_events(telnyx, (pages - 1) * 250 + 1)

    found = await telnyx.client.events_between(NOW - timedelta(days=2), NOW)

    assert {event.id for event in found.rows} == set(telnyx.events)
    assert found.is_whole
    assert len(telnyx.sandbox.calls) == pages


async def test_no_more_is_read_than_the_limits_say(telnyx: Telnyx) -> None:
    """Pages, bytes and seconds; it is known that there is more."""
    add_events(telnyx, 30)
    telnyx.sandbox.max_page_size = 10
    start = NOW - timedelta(days=2)

    two_pages = await telnyx.client.events_between(start, NOW, ListLimits(pages=2))
    bytes_of_one = await telnyx.client.events_between(start, NOW, ListLimits(n_bytes=10_000))
    telnyx.sandbox.script.then(LIST, faults.ok(), faults.slow(60))
    one_in_time = await telnyx.client.events_between(start, NOW, ListLimits(seconds=2))

    assert [len(found.rows) for found in (two_pages, bytes_of_one, one_in_time)] == [20, 10, 10]
    assert not any(found.is_whole for found in (two_pages, bytes_of_one, one_in_time))


async def test_an_event_that_can_not_be_read_is_missed(telnyx: Telnyx) -> None:
    """The others are there, and it is known that they are not all."""
    add_events(telnyx, 3)
    page = {"data": ["odd", telnyx.events["e1"]], "meta": {"total_results": 2}}
    telnyx.sandbox.script.then(LIST, faults.raw(json.dumps(page).encode()))

    found = await telnyx.client.events_between(NOW - timedelta(days=2), NOW)

    assert ([event.id for event in found.rows], found.is_whole) == (["e1"], False)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_refused_filter_is_no_empty_list(telnyx: Telnyx, status: int) -> None:
    """Telnyx says something about our query, not about its port-outs."""
    refusal = faults.raw(b'{"errors": [{"code": "10031"}]}', status=status)
    for key in (LIST, ORDERS):
        telnyx.sandbox.script.always(refusal, key=key)

    with pytest.raises(UpstreamError):
        await telnyx.client.orders("status", "pending")
    with pytest.raises(UpstreamError):
        await telnyx.client.events_between(NOW, NOW)


async def test_the_rate_limit_is_known_after_an_answer(telnyx: Telnyx) -> None:
    """Also after a refusal; an answer that names none leaves what is known."""
    before = telnyx.client.rate_limit
    await telnyx.client.order(WAITING)
    after = telnyx.client.rate_limit
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "40"}
    telnyx.sandbox.script.always(faults.status(429, headers), key=WAITING)
    with pytest.raises(RateLimitedError):
        await telnyx.client.order(WAITING)
    refused = telnyx.client.rate_limit
    telnyx.sandbox.script.always(faults.status(404), key=WAITING)
    with pytest.raises(TelnyxError):
        await telnyx.client.order(WAITING)

    assert before is None
    assert after is not None
    assert after.remaining == 299
    assert refused is not None
    assert (refused.remaining, refused.resets_at > after.resets_at + 30) == (0, True)
    assert telnyx.client.rate_limit == refused
