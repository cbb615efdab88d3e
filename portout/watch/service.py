"""The watch: cycles at fixed times and when woken, exclusive over all processes, and reminders by their own clock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from portout.cards.error_card import describe
from portout.slack.web_api import SlackError
from portout.state.leases import Lease, LeaseLostError, Leases
from portout.telemetry.logging import bind_request_id
from portout.telemetry.metrics import WATCH_AGE, WATCH_CYCLES
from portout.telnyx.errors import TelnyxError
from portout.watch.claims import Claims
from portout.watch.cycle import Cycle
from portout.watch.outages import Outages
from portout.watch.reminding import Reminding

STANDBY_SECONDS: Final = 2.0
"""How often a process tries to become the one that runs the timed cycles."""

REMINDER_SECONDS: Final = 20.0
"""How often reminders are checked."""

WOKEN_PAUSE_SECONDS: Final = 1.0
"""The pause after a cycle that was asked for, so that many requests for one do not make many."""

_INTERNAL: Final = "the bot has an internal error"

_log = structlog.get_logger()


class Watch:
    """Runs the watch from `start` to `stop`. claims: what people do with its messages."""

    def __init__(
        self,
        cycle: Cycle,
        reminding: Reminding,
        claims: Claims,
        outages: Outages,
        leases: Leases,
        cycle_seconds: float,
    ) -> None:
        """Run timed cycles `cycle_seconds` apart."""
        self.claims: Final = claims
        self._cycle = cycle
        self._reminding = reminding
        self._outages = outages
        self._leases = leases
        self._cycle_seconds = cycle_seconds
        self._woken, self._stopping = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_failing(self) -> bool:
        """Return whether the last cycle failed, or none has succeeded for long."""
        return self._outages.is_failing

    def wake(self) -> None:
        """Start a cycle at once, or right after the one that runs; those who call this meanwhile share it."""
        self._woken.set()

    def start(self) -> None:
        """Start the loops."""
        WATCH_AGE.set_function(lambda: self._outages.age)
        loops = self._run_timed, self._run_woken, self._run_reminders
        self._tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self, seconds: float) -> None:
        """End the loops: those that sleep at once, a cycle within `seconds`, leaving its rest to the next process."""
        self._stopping.set()
        self._woken.set()
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=seconds)
            for task in running:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_cycle(self) -> bool:
        """Run a cycle, after the one that runs, here or elsewhere; return whether it succeeded."""
        bind_request_id()
        async with self._leases.exclusive("watch:cycle", self._is_stopping) as lease:
            if lease is None:
                self.wake()
                return False
            is_good = await self._succeeds(lease)
            WATCH_CYCLES.labels("succeeded" if is_good else "failed").inc()
            return is_good

    async def remind(self) -> None:
        """Post the reminders that are due."""
        await self._reminding.remind()

    async def _is_stopping(self) -> bool:
        return self._stopping.is_set()

    async def _succeeds(self, lease: Lease) -> bool:
        try:
            await self._cycle.run(lease, self._stopping.is_set)
            if not self._stopping.is_set():
                await self._outages.succeeded()
        except TelnyxError as error:
            reason, explanation = error.outcome, describe(error).brief
        except SlackError as error:
            reason, explanation = error.reason, "Slack is failing"
        except LeaseLostError:
            reason, explanation = "lease lost", _INTERNAL
        except Exception:  # noqa: BLE001  a bug must not end the loop, nor look as if nothing happened
            _log.exception("internal_error")
            reason, explanation = "internal error", _INTERNAL
        else:
            return True
        _log.warning("watch.cycle_failed", reason=reason)
        await self._outages.failed(lease, explanation)
        return False

    async def _run_timed(self) -> None:
        while not self._stopping.is_set():
            async with self._leases.exclusive("watch:timer", max_wait=0) as lease:
                if lease is not None:
                    with suppress(LeaseLostError):
                        await self._lead(lease)
            await self._outages.read()
            await self._sleep(STANDBY_SECONDS)

    async def _lead(self, lease: Lease) -> None:
        """Run the timed cycles until the stop; raise `LeaseLostError` when another process does."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            next_at = loop.time() + self._cycle_seconds
            await lease.confirm()
            await self._guarded(self.run_cycle)
            await self._guarded(self.remind)
            await self._sleep(next_at - loop.time())

    async def _run_woken(self) -> None:
        while not self._stopping.is_set():
            await self._woken.wait()
            if not self._stopping.is_set():
                self._woken.clear()
                await self._guarded(self.run_cycle)
                await self._sleep(WOKEN_PAUSE_SECONDS)

    async def _run_reminders(self) -> None:
        while not self._stopping.is_set():
            await self._guarded(self.remind)
            await self._sleep(REMINDER_SECONDS)

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do a part of the work; a bug in it must not end the loop."""
        try:
            await work()
        except Exception:  # noqa: BLE001  whatever it is
            _log.exception("internal_error")

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stopping.wait()
