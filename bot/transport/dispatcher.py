"""Hands verified requests from HTTP and Socket Mode to Bolt, counts them, and waits for them when the bot stops."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from aiojobs import Scheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_log = structlog.get_logger()


class RequestDispatcher:
    """Hands requests to the app while the bot runs, and waits for them when it stops."""

    def __init__(self, app: AsyncApp, *jobs: Scheduler) -> None:
        """Dispatch to `app`; `jobs` are those that requests leave behind."""
        self._app = app
        self._jobs = jobs
        self._requests = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()
        self.draining = False

    @property
    def in_flight(self) -> int:
        """How many requests are being answered, and how many jobs go on after their answers."""
        return self._requests + sum(map(len, self._jobs))

    @contextmanager
    def track(self) -> Iterator[None]:
        """Count a request as in flight, so that a stop waits for its answer."""
        self._requests += 1
        self._all_answered.clear()
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._all_answered.set()

    async def dispatch(self, payload: Any, headers: Mapping[str, str]) -> BoltResponse:
        """Return the app's answer to a verified, decoded request; 503 once the bot stops, 400 if Bolt can't read it."""
        if self.draining:
            return BoltResponse(status=503)
        if not isinstance(payload, dict) or not isinstance(payload.get("event", {}), dict):
            return _not_understood()
        try:
            # The mode says that the body is verified and parsed already; it has no other effect. Bolt's own parser
            # takes any form that holds the word "payload" for an interaction and loses it.
            request = AsyncBoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
        except (ValueError, TypeError, AttributeError, LookupError):
            return _not_understood()
        try:
            return await self._app.async_dispatch(request)
        except Exception:  # noqa: BLE001  not a listener's, which has an error handler: Bolt's own, of an odd payload
            return _not_understood()

    async def drain(self, seconds: float) -> None:
        """Refuse new requests, and wait for those in flight and for the jobs they left."""
        self.draining = True
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._all_answered.wait()
        left = max(0.0, until - loop.time())
        await asyncio.gather(*(jobs.wait_and_close(left) for jobs in self._jobs))


def _not_understood() -> BoltResponse:
    _log.warning("dispatch.rejected", status=400)
    return BoltResponse(status=400, body="Body not understood")
