"""The stand-in's lists find what Telnyx's find, and nothing for a value that is spelled in another way."""

from typing import Any

import aiohttp
import pytest
from yarl import URL

from sandbox.telnyx.orders import APPROVED, OBJECTED, WAITING, WRONG_PIN
from tests.sandbox.conftest import Telnyx

NUMBER = "+13125550142"


async def found(http: aiohttp.ClientSession, telnyx: Telnyx, path: str, query: str) -> list[dict[str, Any]]:
    """Return the rows that a query finds, which is sent as it is written."""
    headers = {"Authorization": f"Bearer {telnyx.sandbox.key}"}
    url = f"{telnyx.url}{path}?{query.replace('[', '%5B').replace(']', '%5D')}"
    async with http.get(URL(url, encoded=True), headers=headers) as response:
        assert response.status == 200
        rows: list[dict[str, Any]] = (await response.json())["data"]
        return rows


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ("filter[support_key]=PO_e25764", {OBJECTED}),
        ("filter[support_key]=PO_e25765", set()),
        ("filter[pon]=ORC-20533", {WRONG_PIN}),
        ("filter[pon]=ORC-2053", set()),
        ("filter[phone_number]=%2B13125550143", {WAITING}),
        ("filter[phone_number]=%2B14155550114&filter[status]=authorized", {APPROVED}),
        ("filter[phone_number]=%2B14155550114&filter[status]=ported", set()),
        ("filter[phone_number]=+13125550143", set()),
        ("filter[phone_number]=13125550143", set()),
        ("filter[phone_number]=%2B1312555014", set()),
        ("filter[inserted_at][gte]=2026-03-02T08:59:59Z", {WAITING, WRONG_PIN}),
        ("filter[inserted_at][gte]=2026-03-02T09:00:00Z&filter[inserted_at][lte]=2026-03-02T09:00:00.000Z", {WAITING}),
        ("filter[inserted_at][gte]=2026-03-02T10:00:01%2B01:00", {WRONG_PIN}),
    ],
)
async def test_orders_are_found_by_what_they_are(
    http: aiohttp.ClientSession, telnyx: Telnyx, query: str, orders: set[str]
) -> None:
    """All filters together, exactly: a number is E.164, with its + encoded."""
    assert {order["id"] for order in await found(http, telnyx, "/portouts", query)} == orders


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("filter[status]=pending", {"pending"}),
        ("filter[status]=rejected", {"rejected"}),
        ("filter[status_in][]=pending&filter[status_in][]=ported", {"pending", "ported"}),
    ],
)
async def test_orders_are_found_by_their_status(
    http: aiohttp.ClientSession, telnyx: Telnyx, query: str, statuses: set[str]
) -> None:
    """All of them, and no other whose status only begins in the same way."""
    orders = telnyx.sandbox.samples.orders.values()
    wanted = {order["id"] for order in orders if order["status"] in statuses}

    assert {order["id"] for order in await found(http, telnyx, "/portouts", query)} == wanted


@pytest.mark.parametrize(
    ("start", "end", "names"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", {"pending"}),
        ("2026-03-02T10:00:00%2B01:00", "2026-03-02T10:00:00Z", {"pending", "ported"}),
        ("2026-03-02T09:00:00.000001Z", "2026-03-02T09:59:59.999999Z", set()),
    ],
)
async def test_events_are_found_by_when_they_were_created(
    http: aiohttp.ClientSession, telnyx: Telnyx, start: str, end: str, names: set[str]
) -> None:
    """Both ends of the range belong to it; an event without a date is in none."""
    query = f"filter[created_at][gte]={start}&filter[created_at][lte]={end}"
    ids = {event["id"] for event in await found(http, telnyx, "/portouts/events", query)}

    assert ids == {telnyx.sandbox.samples.names[name] for name in names}


@pytest.mark.parametrize(
    ("digits", "is_found"),
    [("13125550142", True), ("3125550142", True), ("312555", True), ("%2B13125550142", False), ("312-555", False)],
)
async def test_a_phone_number_is_found_by_any_digits_of_it(
    http: aiohttp.ClientSession,
    telnyx: Telnyx,
    digits: str,
    is_found: bool,  # noqa: FBT001
) -> None:
    """Anything but digits finds nothing."""
    rows = await found(http, telnyx, "/phone_numbers", f"filter[phone_number]={digits}")

    assert (NUMBER in {row["phone_number"] for row in rows}) == is_found
    assert is_found or not rows


async def test_part_of_a_phone_number_finds_others_too(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """What the caller wants is the row whose number is equal."""
    rows = await found(http, telnyx, "/phone_numbers", "filter[phone_number]=1312555014")

    assert {row["phone_number"] for row in rows} == {NUMBER, "+13125550143"}


async def test_phone_numbers_have_notes_and_a_pin_or_none(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """The PIN comes in clear."""
    telnyx.sandbox.account.open_order(*(f"+1202555{number:04}" for number in range(100, 130)))
    rows = await found(http, telnyx, "/phone_numbers", "filter[phone_number]=1202555&page[size]=250")

    assert len(rows) == 30
    for field in ("external_pin", "customer_reference", "tags", "connection_name"):
        assert {bool(row[field]) for row in rows} == {True, False}
    assert all(len(row["external_pin"] or "0000") == 4 for row in rows)
