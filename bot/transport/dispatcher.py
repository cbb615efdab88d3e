"""Dispatch verified requests from HTTP and Socket Mode to Bolt, count them, and wait for them when the bot stops."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from aiojobs import Scheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from portout.slack.event_delivery import retry_number
from portout.telemetry.metrics import EVENTS_DROPPED, LAST_REQUEST, REDELIVERIES

_log = structlog.get_logger()


class RequestDispatcher:
    """Dispatches requests to the app while the bot runs, and waits for them when it stops.

    jobs: the background work that goes on after a request has been answered.
    """

    def __init__(self, app: AsyncApp, *jobs: Scheduler) -> None:
        self._app = app
        self._jobs = jobs
        self._requests = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()

    @property
    def in_flight(self) -> int:
        """Return the number of requests that are being answered, plus the jobs that go on after their answers."""
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
        """Return the app's answer to a verified, decoded request; 400 if Bolt cannot read it."""
        LAST_REQUEST.set_to_current_time()
        if not isinstance(payload, dict) or not isinstance(payload.get("event", {}), dict):
            return _bad_request()
        if payload.get("type") == "app_rate_limited":
            # It has no event, which Bolt expects. It is all that Slack tells of the events that it drops.
            _log.error("slack.events_dropped")
            EVENTS_DROPPED.inc()
            return BoltResponse(status=200)
        try:
            # This mode makes Bolt take the body as verified and parsed; it has no other effect. Bolt's own parser
            # treats any form that contains the word "payload" as an interaction, and loses its fields.
            request = AsyncBoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
        except (ValueError, TypeError, AttributeError, LookupError):
            return _bad_request()
        if retry_number(request.headers):
            REDELIVERIES.inc()
        try:
            return await self._app.async_dispatch(request)
        except Exception:  # noqa: BLE001  Bolt's own, on an odd payload: a listener's goes to the error handler
            return _bad_request()

    async def wait_until_answered(self, deadline: float) -> None:
        """Wait until no request is being answered, or until the deadline, a time of the event loop."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self._all_answered.wait()

    async def finish(self, deadline: float) -> None:
        """Wait until the deadline for the requests in flight, and then for their jobs: no new request may arrive."""
        await self.wait_until_answered(deadline)
        remaining = max(0.0, deadline - asyncio.get_running_loop().time())
        await asyncio.gather(*(jobs.wait_and_close(remaining) for jobs in self._jobs))


def _bad_request() -> BoltResponse:
    _log.warning("dispatch.rejected", status=400)
    return BoltResponse(status=400, body="Body not understood")
