"""Calls to Telnyx over real connections: who answered, about what, and over which connection."""

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import (
    IntermediaryError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    TelnyxError,
    UpstreamError,
)
from sandbox import faults
from sandbox.faults import Fault
from sandbox.serve import serve
from sandbox.telnyx.orders import APPROVED, OBJECTED, WAITING
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import LIST, TelnyxSandbox
from sandbox.telnyx_errors import error_body

UNKNOWN_ID = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"


class Telnyx:
    """Telnyx's stand-in, and a client of it."""

    def __init__(self, sandbox: TelnyxSandbox, url: str, client: TelnyxClient) -> None:
        self.sandbox = sandbox
        self.url = url
        self.client = client
        self.pending = sandbox.samples.names["pending"]


@asynccontextmanager
async def running_telnyx(path: str = "/v2") -> AsyncIterator[Telnyx]:
    """Run Telnyx with a client of it. path: the end of the base URL that the client has."""
    sandbox = TelnyxSandbox(samples(datetime.now(UTC)))
    async with serve(sandbox.app()) as url, TelnyxClient.connect(sandbox.key, url + path) as client:
        yield Telnyx(sandbox, url, client)


@pytest.fixture
async def telnyx() -> AsyncIterator[Telnyx]:
    async with running_telnyx() as telnyx:
        yield telnyx


async def error_of(call: Awaitable[object]) -> TelnyxError:
    with pytest.raises(TelnyxError) as caught:
        await call
    return caught.value


HTML = b"<html>Blocked by your administrator</html>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_gateway_that_refuses_once_costs_nothing(telnyx: Telnyx, status: int) -> None:
    """Its page is no answer of Telnyx: the call is made again."""
    telnyx.sandbox.script.then(telnyx.pending, faults.raw(HTML, "text/html", status))

    assert (await telnyx.client.event(telnyx.pending)).id == telnyx.pending


@pytest.mark.parametrize(
    ("fault", "kind", "calls"),
    [
        (faults.raw(HTML, "text/html", 404), IntermediaryError, 3),
        (faults.raw(b'{"message": "Forbidden"}', status=403), IntermediaryError, 3),
        (faults.raw(b"", status=404), NotFoundError, 1),
        (faults.status(404), NotFoundError, 1),
        (faults.status(401), KeyRejectedError, 1),
        (faults.oversized(2**20), InvalidResponseError, 1),
    ],
)
async def test_what_is_tried_again(telnyx: Telnyx, fault: Fault, kind: type[TelnyxError], calls: int) -> None:
    """A refusal from something on the way, but neither Telnyx's own nor a body that is too large."""
    telnyx.sandbox.script.always(fault, key=telnyx.pending)

    error = await error_of(telnyx.client.event(telnyx.pending))

    assert (type(error), len(telnyx.sandbox.calls)) == (kind, calls)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(telnyx: Telnyx, status: int) -> None:
    """The key goes to the configured address only, also where another one would answer with the very event."""
    async with running_telnyx() as other:
        event_id, event = telnyx.pending, telnyx.sandbox.samples.events[telnyx.pending]
        other.sandbox.samples.events[event_id] = event
        location = {"Location": f"{other.url}/v2/portouts/events/{event_id}"}
        telnyx.sandbox.script.always(faults.status(status, location), key=event_id)
        error = await error_of(telnyx.client.event(event_id))

    assert error.status == status
    assert other.sandbox.calls == []


async def test_an_event_with_another_id_is_no_answer(telnyx: Telnyx) -> None:
    """A cache on the way mixed two answers up: the call is made again, and in the end nothing is known."""
    events = telnyx.sandbox.samples.events
    other = json.dumps({"data": events[telnyx.sandbox.samples.names["ported"]]}).encode()
    telnyx.sandbox.script.then(telnyx.pending, faults.raw(other))
    event = await telnyx.client.event(telnyx.pending)

    telnyx.sandbox.script.always(faults.raw(other), key=telnyx.pending)
    error = await error_of(telnyx.client.event(telnyx.pending))

    assert event.id == telnyx.pending
    assert type(error) is InvalidResponseError


async def test_an_order_with_another_id_is_no_answer(telnyx: Telnyx) -> None:
    """The state of another order is not shown as this one's."""
    telnyx.sandbox.script.always(
        faults.raw(json.dumps({"data": telnyx.sandbox.samples.orders[APPROVED]}).encode()), key=WAITING
    )

    assert type(await error_of(telnyx.client.order(WAITING))) is InvalidResponseError


@pytest.mark.parametrize("shown_id", ["upper", "bare", None, 7, "evt_1"])
async def test_an_id_in_another_spelling_is_the_same(telnyx: Telnyx, shown_id: str | int | None) -> None:
    """Upper case, no dashes, no id at all, or one that is no UUID: nothing says that it is another event."""
    spelled = {"upper": telnyx.pending.upper(), "bare": telnyx.pending.replace("-", "")}.get(str(shown_id), shown_id)
    telnyx.sandbox.samples.events[telnyx.pending]["id"] = spelled

    event = await telnyx.client.event(telnyx.pending)

    assert event.order_id == WAITING


@pytest.mark.parametrize(
    ("path", "first_kind"), [("/v2", NotFoundError), ("", IntermediaryError), ("/x", IntermediaryError)]
)
async def test_a_404_counts_once_the_base_url_is_known(path: str, first_kind: type[TelnyxError]) -> None:
    """With a version in the path from the start; without one, which a proxy may add, after a success."""

    async def show(request: web.Request) -> web.Response:
        event_id = request.match_info["id"]
        is_known = event_id != UNKNOWN_ID
        return web.json_response(
            {"data": {"id": event_id}} if is_known else error_body(404), status=200 if is_known else 404
        )

    app = web.Application()
    app.router.add_get(f"{path}/portouts/events/{{id}}", show)
    async with serve(app) as url, TelnyxClient.connect("key", url + path) as client:
        first = await error_of(client.event(UNKNOWN_ID))
        await client.event(WAITING)
        second = await error_of(client.event(UNKNOWN_ID))

    assert type(first) is first_kind
    assert type(second) is NotFoundError


def add_comments(telnyx: Telnyx, number: int) -> None:
    telnyx.sandbox.samples.comments[WAITING] = [
        {"id": f"c{index}", "portout_id": WAITING, "user_id": None, "body": str(index)} for index in range(number)
    ]


def add_events(telnyx: Telnyx, number: int) -> None:
    event = telnyx.sandbox.samples.events[telnyx.pending]
    telnyx.sandbox.samples.events.update(
        (f"e{index}", event | {"id": f"e{index}", "created_at": f"2026-01-01T00:00:00.{index:06}Z"})
        for index in range(number - sum(one.get("portout_id") == WAITING for one in _events(telnyx)))
    )


def _events(telnyx: Telnyx) -> list[dict[str, object]]:
    return list(telnyx.sandbox.samples.events.values())


@pytest.mark.parametrize(("number", "page_size"), [(45, 20), (45, 250), (20, 20), (0, 20), (41, 7)])
async def test_comments_are_read_to_the_end(telnyx: Telnyx, number: int, page_size: int) -> None:
    """However small Telnyx's pages are."""
    add_comments(telnyx, number)
    telnyx.sandbox.max_page_size = page_size

    comments = await telnyx.client.comments_on(WAITING)

    assert comments.is_whole
    assert [comment.body for comment in comments.rows] == [str(index) for index in range(number)]


@pytest.mark.parametrize(("number", "page_size"), [(600, 250), (250, 250), (251, 250), (60, 20)])
async def test_events_are_read_to_the_end(telnyx: Telnyx, number: int, page_size: int) -> None:
    """More than a page, and pages that are smaller than asked for."""
    add_events(telnyx, number)
    telnyx.sandbox.max_page_size = page_size

    events = await telnyx.client.events_of(WAITING)

    assert (len(events.rows), events.is_whole) == (number, True)
    assert len(telnyx.sandbox.calls) == -(-number // page_size)


async def test_a_list_without_end_is_read_in_part(telnyx: Telnyx) -> None:
    """At most twenty pages, and it is known that there are more."""
    add_comments(telnyx, 45)
    telnyx.sandbox.max_page_size = 2

    comments = await telnyx.client.comments_on(WAITING)

    assert (len(comments.rows), comments.is_whole) == (40, False)


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_page_that_fails_leaves_the_others(telnyx: Telnyx, status: int) -> None:
    """What was read is used, as a part."""
    add_comments(telnyx, 45)
    telnyx.sandbox.script.then(WAITING, faults.ok(), *[faults.status(status, body=b"")] * 3)

    comments = await telnyx.client.comments_on(WAITING)

    assert (len(comments.rows), comments.is_whole) == (20, False)


async def test_a_filter_without_effect_adds_nothing(telnyx: Telnyx) -> None:
    """Events of other orders are dropped, on every page."""
    telnyx.sandbox.samples.events.pop(telnyx.sandbox.samples.names["no payload yet"])  # it names no order
    telnyx.sandbox.ignores_filters = True
    telnyx.sandbox.max_page_size = 3

    events = await telnyx.client.events_of(APPROVED)

    assert events.is_whole
    assert {event.order_id for event in events.rows} == {APPROVED}
    assert len(events.rows) == 3


async def test_comments_of_another_order_are_dropped(telnyx: Telnyx) -> None:
    """Then one that names no order may be another's, too: it is dropped, and the list is not whole."""
    telnyx.sandbox.samples.comments[WAITING] = [
        {"id": "1", "portout_id": OBJECTED, "body": "foreign"},
        {"id": "2", "portout_id": WAITING.upper(), "body": "own"},
        {"id": "3", "portout_id": None, "body": "unsaid"},
    ]

    comments = await telnyx.client.comments_on(WAITING)

    assert ([comment.body for comment in comments.rows], comments.is_whole) == (["own"], False)


async def test_all_pages_together_have_the_time_of_one_call(telnyx: Telnyx) -> None:
    """What was read by then is shown, and it is known that there is more."""
    add_comments(telnyx, 45)
    telnyx.sandbox.max_page_size = 20
    telnyx.sandbox.script.then(WAITING, faults.slow(3), faults.slow(3))

    comments = await telnyx.client.comments_on(WAITING)

    assert (len(comments.rows), comments.is_whole) == (20, False)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_refused_query_is_no_empty_list(telnyx: Telnyx, status: int) -> None:
    """Telnyx says something about our query, not about the order."""
    telnyx.sandbox.script.always(faults.raw(b'{"errors": [{"code": "10031"}]}', status=status), key=LIST)

    error = await error_of(telnyx.client.events_of(WAITING))

    assert (type(error), error.status, error.code) == (UpstreamError, status, "10031")


async def test_the_history_of_a_bulk_port_out_is_read(telnyx: Telnyx) -> None:
    """Twenty events with 4,000 numbers each are more than a megabyte."""
    telnyx.sandbox.samples.events[telnyx.pending]["payload"]["phone_numbers"] = [
        f"+1312555{number:04}" for number in range(4_000)
    ]
    add_events(telnyx, 20)

    events = await telnyx.client.events_of(WAITING)

    assert (len(events.rows), events.is_whole) == (20, True)


async def test_a_list_that_is_too_large_is_read_in_part(telnyx: Telnyx) -> None:
    """At most 8 MiB, over all pages."""
    event = telnyx.sandbox.samples.events[telnyx.pending]
    event["payload"]["phone_numbers"] = [f"+1312555{number:04}" for number in range(4_000)]
    add_events(telnyx, 200)
    telnyx.sandbox.max_page_size = 40

    events = await telnyx.client.events_of(WAITING)

    assert (len(events.rows), events.is_whole) == (120, False)


CUT = b'{"data": {"id": "'


@pytest.mark.parametrize(
    "fault",
    [faults.truncated(), faults.raw(b""), faults.raw(CUT), faults.reset(), faults.raw(HTML, "text/html")],
    ids=["cut short", "empty", "half", "reset", "HTML"],
)
async def test_an_answer_that_was_lost_on_the_way_is_asked_for_again(telnyx: Telnyx, fault: Fault) -> None:
    """The second answer counts."""
    telnyx.sandbox.script.then(telnyx.pending, fault)

    assert (await telnyx.client.event(telnyx.pending)).id == telnyx.pending


@pytest.mark.parametrize("n_bytes", [9_000, 31_000])
async def test_long_headers_are_read(telnyx: Telnyx, n_bytes: int) -> None:
    """Some gateways add more than the 8 kB that are usual."""
    body = json.dumps({"data": telnyx.sandbox.samples.events[telnyx.pending]}).encode()

    telnyx.sandbox.script.then(telnyx.pending, faults.status(200, {"X-Trace": "x" * n_bytes}, body))
    await telnyx.client.event(telnyx.pending)

    assert len(telnyx.sandbox.calls) == 1


async def test_headers_that_are_too_long_are_tried_again(telnyx: Telnyx) -> None:
    """They may be shorter next time."""
    telnyx.sandbox.script.then(telnyx.pending, faults.status(200, {"X-Trace": "x" * 70_000}, b"{}"))

    assert (await telnyx.client.event(telnyx.pending)).id == telnyx.pending


async def test_why_telnyx_was_not_reached_is_known() -> None:
    """For the operator, in constant words."""
    async with TelnyxClient.connect("key", "http://127.0.0.1:1/v2") as client:
        refused = await error_of(client.event(UNKNOWN_ID))
    async with TelnyxClient.connect("key", "http://no-such-host.invalid/v2") as client:
        unnamed = await error_of(client.event(UNKNOWN_ID))
    async with running_telnyx() as telnyx:
        url = telnyx.url.replace("http:", "https:")
        async with TelnyxClient.connect("key", f"{url}/v2") as client:
            plain = await error_of(client.event(UNKNOWN_ID))

    assert refused.reason == "connection: ECONNREFUSED"
    assert unnamed.reason == "DNS: no address for this name"
    assert plain.reason is not None
    assert plain.reason.startswith("TLS: ")
