"""The stand-in for Telnyx: the port-out part of its API, version 2, for one account with samples."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct
from multidict import MultiMapping

from sandbox.faults import FaultScript
from sandbox.telnyx.account import Account
from sandbox.telnyx.filters import InvalidFilterError, events_in, is_uuid, orders_in, phone_numbers_in
from sandbox.telnyx.samples import Samples
from sandbox.telnyx_errors import error_body

LIST: Final = "events"
"""The script's key for the list of events, whose path has no id."""

ORDERS: Final = "portouts"
"""The script's key for the list of orders."""

PHONE_NUMBERS: Final = "phone_numbers"
"""The script's key for the list of the account's phone numbers."""

_ROOT = "/v2"
_PAGE_SIZES = range(1, 251)
# On every response, not only on refusals; the numbers are constant.
_LIMITS = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "299", "x-ratelimit-reset": "1"}

_Resources = Iterable[dict[str, Any]]
_Filter = Callable[[MultiMapping[str], _Resources], Sequence[dict[str, Any]]]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Call(Struct, frozen=True):
    """One request that arrived. authorized: it had the account's key. port: the client's, one per connection."""

    method: str
    path: str
    query: dict[str, str]
    authorized: bool
    port: int | None


class TelnyxSandbox:
    """One account at Telnyx.

    key: its API key. samples: what it holds, free to be changed. account: what happens in it. script: the faults, by
    the id in the path, or by the list's key. calls: every request so far, those that ran into a fault included, except
    those of the API's root, which only keep connections open. warm_ports: the clients' ports of these.
    max_page_size: of a list, whatever is asked for. ignores_filters: every list has everything.
    """

    def __init__(self, samples: Samples, *, key: str = "KEY-sandbox-0123456789") -> None:
        """Open an account with `samples`."""
        self.key: Final = key
        self.samples: Final = samples
        self.account: Final = Account(samples)
        self.script: Final = FaultScript()
        self.calls: Final[list[Call]] = []
        self.warm_ports: Final[set[int | None]] = set()
        self.max_page_size = max(_PAGE_SIZES)
        self.ignores_filters = False
        self._change = asyncio.Condition()

    async def called(self, path_end: str, times: int = 1) -> None:
        """Wait until `times` calls have arrived whose path ends with `path_end`; raises TimeoutError."""
        async with asyncio.timeout(60), self._change:
            await self._change.wait_for(lambda: sum(call.path.endswith(path_end) for call in self.calls) >= times)

    async def warmed(self, connections: int) -> None:
        """Wait until so many connections were kept open; raises TimeoutError."""
        async with asyncio.timeout(60), self._change:
            await self._change.wait_for(lambda: len(self.warm_ports) >= connections)

    @property
    def connections(self) -> int:
        """Return the number of TCP connections that the calls came over."""
        return len({call.port for call in self.calls})

    def app(self) -> web.Application:
        """Return the web application that serves this account."""
        app = web.Application(middlewares=[self._handle])
        app.router.add_get("/v2/phone_numbers", self._list_phone_numbers)
        app.router.add_get("/v2/portouts", self._list_orders)
        app.router.add_get("/v2/portouts/events", self._list_events)
        app.router.add_get("/v2/portouts/events/{id}", self._show_event)
        app.router.add_get("/v2/portouts/{id}", self._show_order)
        app.router.add_get("/v2/portouts/{id}/comments", self._list_comments)
        return app

    @web.middleware
    async def _handle(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Record a call, apply its fault if it has one, check the key, and only then answer."""
        _, port, *_ = request.get_extra_info("peername") or (None, None)
        if request.path == _ROOT:
            async with self._change:
                self.warm_ports.add(port)
                self._change.notify_all()
            return _not_found("")
        authorized = request.headers.get("Authorization") == f"Bearer {self.key}"
        self.calls.append(Call(request.method, request.path, dict(request.query), authorized, port))
        async with self._change:
            self._change.notify_all()
        scripted = await self.script.play(request, request.match_info.get("id", request.path.rpartition("/")[2]))
        if scripted is not None:
            return scripted
        response = await handler(request) if authorized else _refusal(401)
        response.headers.update(_LIMITS)
        return response

    async def _show_event(self, request: web.Request) -> web.Response:
        return _found(self.samples.events, request)

    async def _show_order(self, request: web.Request) -> web.Response:
        return _found(self.samples.orders, request)

    async def _list_comments(self, request: web.Request) -> web.Response:
        order_id = request.match_info["id"].lower()
        if order_id not in self.samples.orders:
            return _not_found(order_id)
        comments = self.samples.comments.get(order_id, [])
        return self._answer_page(comments, request)

    async def _list_events(self, request: web.Request) -> web.Response:
        return self._answer_filtered(events_in, self.samples.events.values(), request)

    async def _list_orders(self, request: web.Request) -> web.Response:
        return self._answer_filtered(orders_in, self.samples.orders.values(), request)

    async def _list_phone_numbers(self, request: web.Request) -> web.Response:
        return self._answer_filtered(phone_numbers_in, self.account.phone_numbers.values(), request)

    def _answer_filtered(self, narrow: _Filter, resources: _Resources, request: web.Request) -> web.Response:
        try:
            found = narrow(request.query, resources)
        except InvalidFilterError:
            return _refusal(422)
        return self._answer_page(sorted(resources if self.ignores_filters else found, key=_place), request)

    def _answer_page(self, resources: Sequence[dict[str, Any]], request: web.Request) -> web.Response:
        number, size = request.query.get("page[number]", "1"), request.query.get("page[size]", "20")
        if not (number.isdecimal() and size.isdecimal() and int(number) and int(size) in _PAGE_SIZES):
            return _refusal(422)
        return _page(resources, number=int(number), size=min(int(size), self.max_page_size))


def _found(resources: dict[str, dict[str, Any]], request: web.Request) -> web.Response:
    resource_id = request.match_info["id"].lower()
    resource = resources.get(resource_id)
    return _not_found(resource_id) if resource is None else _answer({"data": resource})


def _place(resource: dict[str, Any]) -> int:
    """Return a resource's place in a list, in which none is promised: not the order of time, yet always the same."""
    return zlib.crc32(str(resource.get("id")).encode())


def _page(resources: Sequence[dict[str, Any]], *, number: int, size: int) -> web.Response:
    start = (number - 1) * size
    meta = {
        "page_number": number,
        "page_size": size,
        "total_pages": -(-len(resources) // size),
        "total_results": len(resources),
    }
    return _answer({"data": resources[start : start + size], "meta": meta})


def _not_found(resource_id: str) -> web.Response:
    return _refusal(404 if is_uuid(resource_id) else 422)


def _refusal(status: int) -> web.Response:
    return _answer(error_body(status), status=status)


def _answer(body: Any, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")
