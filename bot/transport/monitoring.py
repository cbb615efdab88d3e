"""The pages for whoever runs the bot: alive, ready, metrics."""

import asyncio
import hmac
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final, Protocol

from aiohttp import web
from cachetools import TTLCache
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Metric, generate_latest


class Health(Protocol):
    """The state of the bot."""

    @property
    def is_ready(self) -> bool:
        """Return whether this process accepts requests: not while it stops."""

    async def degraded(self) -> Sequence[str]:
        """Return what works less well than it should, and set the gauge."""


CACHE_SECONDS: Final = 1.0
"""How long a page of metrics is served again, in seconds: making it costs as much as some commands."""

_FORWARDED: Final = frozenset({"forwarded", "via", "x-real-ip"})


def monitoring_routes(health: Health, metrics_token: str) -> list[web.RouteDef]:
    """Return the routes. Metrics, and what is degraded, are for this machine and for who has the token."""
    pages: TTLCache[str, bytes] = TTLCache(1, CACHE_SECONDS)
    making = asyncio.Lock()

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(request: web.Request) -> web.Response:
        if not health.is_ready:
            return web.json_response({"ready": False}, status=503)
        details = {"degraded": list(await health.degraded())} if _is_operator(request, metrics_token) else {}
        return web.json_response({"ready": True, **details})

    async def metrics(request: web.Request) -> web.Response:
        if not _is_operator(request, metrics_token):
            # As any page that does not exist: nobody else need know that it does.
            raise web.HTTPNotFound
        async with making:
            if (page := pages.get("")) is None:
                await health.degraded()
                page = pages[""] = await page_of_metrics()
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]


async def page_of_metrics() -> bytes:
    """Return the page of all metrics. The event loop is busy with one of them at a time."""
    pieces = []
    for metric in REGISTRY.collect():
        pieces.append(generate_latest(_Collected((metric,))))
        await asyncio.sleep(0)
    return b"".join(pieces)


class _Collected(Struct, frozen=True):
    metrics: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def _is_operator(request: web.Request, token: str) -> bool:
    """Return whether a request comes from this machine, by no proxy, or carries the token."""
    if token:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if hmac.compare_digest(given, f"Bearer {token}".encode()):
            return True
    return _is_loopback(request.remote) and not any(_is_added_by_proxy(name.lower()) for name in request.headers)


def _is_added_by_proxy(header: str) -> bool:
    return header in _FORWARDED or header.startswith("x-forwarded")


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback
