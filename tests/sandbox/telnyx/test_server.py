"""The stand-in answers as Telnyx does."""

import asyncio
import itertools
from collections.abc import Iterable
from typing import Any

import aiohttp
import pytest

from sandbox import faults
from sandbox.telnyx.server import LIST, Call
from tests.sandbox.conftest import Telnyx

UNKNOWN = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"


async def get(http: aiohttp.ClientSession, telnyx: Telnyx, path: str, **query: str) -> tuple[int, Any]:
    """Ask with the account's key."""
    headers = {"Authorization": f"Bearer {telnyx.sandbox.key}"}
    async with http.get(f"{telnyx.url}{path}", headers=headers, params=query) as response:
        return response.status, await response.json()


def by_id(resources: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort what comes in no order."""
    return sorted(resources, key=lambda resource: str(resource["id"]))


async def code(http: aiohttp.ClientSession, telnyx: Telnyx, path: str, **query: str) -> tuple[int, str]:
    """Ask, and give the refusal."""
    status, body = await get(http, telnyx, path, **query)
    return status, body["errors"][0]["code"]


async def test_events_orders_and_comments_are_served_as_they_are(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """Each resource stands under `data`, and ids may be in upper case."""
    account = telnyx.sandbox.samples
    for event_id, event in account.events.items():
        assert await get(http, telnyx, f"/portouts/events/{event_id.upper()}") == (200, {"data": event})
    for order_id, order in account.orders.items():
        assert await get(http, telnyx, f"/portouts/{order_id}") == (200, {"data": order})
        status, body = await get(http, telnyx, f"/portouts/{order_id}/comments")
        assert (status, body["data"]) == (200, account.comments.get(order_id, []))


@pytest.mark.parametrize("path", ["/portouts/events/{}", "/portouts/{}", "/portouts/{}/comments"])
async def test_an_unknown_id_isnt_found_and_a_malformed_one_is_refused(
    http: aiohttp.ClientSession, telnyx: Telnyx, path: str
) -> None:
    """Telnyx tells an id it doesn't have from something that is no id."""
    assert await code(http, telnyx, path.format(UNKNOWN)) == (404, "10005")
    assert await code(http, telnyx, path.format("not-an-id")) == (422, "10006")


async def test_a_wrong_key_is_refused(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """Without the account's key nothing is answered, and the call is on record as refused."""
    for headers in ({}, {"Authorization": "Bearer KEY-other"}):
        async with http.get(f"{telnyx.url}/portouts/{UNKNOWN}", headers=headers) as response:
            assert response.status == 401
            assert (await response.json())["errors"][0]["code"] == "10009"

    assert [call.authorized for call in telnyx.sandbox.calls] == [False, False]


async def test_the_list_can_be_narrowed(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """By order or by type, with the numbers of PaginationMeta."""
    account = telnyx.sandbox.samples
    order_id = account.events[account.names["authorized"]]["portout_id"]
    about = [event for event in account.events.values() if event.get("portout_id") == order_id]

    status, narrowed = await get(http, telnyx, "/portouts/events", **{"filter[portout_id]": order_id})
    _, typed = await get(http, telnyx, "/portouts/events", **{"filter[event_type]": "portout.new_comment"})

    assert status == 200
    assert by_id(narrowed["data"]) == by_id(about)
    assert narrowed["meta"] == {"page_number": 1, "page_size": 20, "total_pages": 1, "total_results": 3}
    assert {event["event_type"] for event in typed["data"]} == {"portout.new_comment"}


@pytest.mark.parametrize("path", ["/portouts/events", "/portouts"])
async def test_a_list_has_pages_in_no_order_of_time(http: aiohttp.ClientSession, telnyx: Telnyx, path: str) -> None:
    """Its order is the same for each call, so that the pages together have every row once."""
    rows = []
    for number in itertools.count(1):
        _, body = await get(http, telnyx, path, **{"page[number]": str(number), "page[size]": "3"})
        if not body["data"]:
            break
        assert len(body["data"]) <= 3
        rows += body["data"]
    account = telnyx.sandbox.samples
    resources = account.orders if path == "/portouts" else account.events
    times = [row["created_at"] for row in rows if "created_at" in row]

    assert by_id(rows) == by_id(resources.values())
    assert rows != list(resources.values())
    assert times not in (sorted(times), sorted(times, reverse=True))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/portouts/events", {"filter[portout_id]": "x"}),
        ("/portouts/events", {"page[size]": "251"}),
        ("/portouts/events", {"page[number]": "0"}),
        ("/portouts/events", {"filter[created_at][gte]": "2026-03-02"}),
        ("/portouts/events", {"filter[created_at][lte]": "2026-13-02T12:00:00Z"}),
        ("/portouts/events", {"filter[created_at][lte]": "2026-03-02T12:00:00 00:00"}),
        ("/portouts", {"page[size]": "251"}),
        ("/portouts", {"filter[inserted_at][gte]": "soon"}),
        ("/portouts", {"filter[status]": "Pending"}),
        ("/portouts", {"filter[status_in][]": "gone"}),
        ("/phone_numbers", {"page[size]": "251"}),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(
    http: aiohttp.ClientSession, telnyx: Telnyx, path: str, query: dict[str, str]
) -> None:
    """A malformed id, date or status, or a page out of range, is no empty list."""
    assert (await code(http, telnyx, path, **query))[0] == 422


async def test_answers_carry_the_rate_limit(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """Its three headers come with every answer, not only with refusals."""
    async with http.get(f"{telnyx.url}/portouts/{UNKNOWN}") as response:
        limits = {name.lower() for name in response.headers if name.lower().startswith("x-ratelimit-")}

    assert limits == {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


async def test_calls_are_recorded_and_scripted_by_the_id_in_their_path(
    http: aiohttp.ClientSession, telnyx: Telnyx
) -> None:
    """One id goes wrong while the others and the list are well, and every call counts."""
    pending = telnyx.sandbox.samples.names["pending"]
    telnyx.sandbox.script.then(pending, faults.status(500))
    telnyx.sandbox.script.always(faults.status(503), key=LIST)

    statuses = [
        (await get(http, telnyx, path))[0]
        for path in (f"/portouts/events/{pending}", f"/portouts/events/{pending}", "/portouts/events")
    ]

    assert statuses == [500, 200, 503]
    first, *_ = calls = telnyx.sandbox.calls
    assert first == Call("GET", f"/v2/portouts/events/{pending}", {}, authorized=True, port=first.port)
    assert len(calls) == 3
    assert telnyx.sandbox.connections == 1


async def test_a_call_can_be_waited_for(http: aiohttp.ClientSession, telnyx: Telnyx) -> None:
    """It counts from its arrival, answered or not."""
    pending = telnyx.sandbox.samples.names["pending"]
    answered = asyncio.Event()
    telnyx.sandbox.script.always(faults.held(answered), key=pending)

    asking = asyncio.create_task(get(http, telnyx, f"/portouts/events/{pending}"))
    await telnyx.sandbox.called(pending)
    early = asking.done()
    answered.set()

    assert not early
    assert (await asking)[0] == 200


async def test_lists_can_have_smaller_pages_and_ignore_their_filter(
    http: aiohttp.ClientSession, telnyx: Telnyx
) -> None:
    """As Telnyx may: `meta` tells what was sent, not what was asked for."""
    telnyx.sandbox.max_page_size = 2
    telnyx.sandbox.ignores_filters = True

    _, events = await get(http, telnyx, "/portouts/events", **{"filter[portout_id]": UNKNOWN, "page[size]": "250"})
    _, orders = await get(http, telnyx, "/portouts", **{"filter[support_key]": "PO_000000"})

    account = telnyx.sandbox.samples
    for body, total in ((events, len(account.events)), (orders, len(account.orders))):
        assert (len(body["data"]), body["meta"]["page_size"], body["meta"]["total_results"]) == (2, 2, total)
