"""Health checks: whether requests should be routed here, and what works less well than it should."""

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Final

from cachetools import TTLCache
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.shutdown import Shutdown
from bot.startup import is_clock_wrong
from portout.slack.client import identify
from portout.slack.web_api import SlackError, SlackRejectedError
from portout.state.store import Store
from portout.telemetry.logging import log_is_lost
from portout.telemetry.metrics import DEGRADED, DEGRADED_REASONS
from portout.watch.service import Watch

if TYPE_CHECKING:
    from bot.transport.socket_mode import SocketMode

_CACHE_SECONDS: Final = 10
_MAX_WAIT_SECONDS: Final = 2.0  # probes give up after that


class SlackHealth:
    """Checks whether Slack accepts the bot token: for health checks only, never during a person's request."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._lock = asyncio.Lock()
        self._cache: TTLCache[str, list[str]] = TTLCache(1, _CACHE_SECONDS)

    async def reasons(self) -> list[str]:
        """Return what is wrong with token, Slack or clock; cached for 10 s, and simultaneous checks share a call."""
        async with self._lock:
            if (reasons := self._cache.get("")) is None:
                reasons = self._cache[""] = await self._check()
        return reasons

    async def _check(self) -> list[str]:
        try:
            async with asyncio.timeout(_MAX_WAIT_SECONDS):
                identity = await identify(self._client)
        except SlackRejectedError:
            return ["token"]
        except (SlackError, TimeoutError):
            return ["slack"]
        return ["clock"] if is_clock_wrong(identity.clock_ahead) else []


class HealthChecks(Struct, frozen=True):
    """Checks everything that the bot depends on.

    socket: None where requests come over HTTP. watch: None where nothing is watched.
    """

    shutdown: Shutdown
    store: Store
    slack: SlackHealth
    socket: "SocketMode | None"
    watch: Watch | None

    @property
    def is_ready(self) -> bool:
        """Return whether this process accepts requests; what is degraded would be so in every process."""
        return not self.shutdown.has_begun

    async def degraded(self) -> list[str]:
        """Return what is degraded, empty when nothing is, and set the gauge; within 2 s, as probes wait no longer."""
        found = await asyncio.gather(self._socket_reasons(), self._ledger_reasons(), self.slack.reasons())
        own = {"log": log_is_lost(), "watch": self.watch is not None and self.watch.is_failing}
        reasons = sorted([*chain.from_iterable(found), *(reason for reason, is_so in own.items() if is_so)])
        for reason in DEGRADED_REASONS:
            DEGRADED.labels(reason).set(reason in reasons)
        return reasons

    async def _socket_reasons(self) -> list[str]:
        return [] if self.socket is None or await self.socket.is_connected() else ["socket"]

    async def _ledger_reasons(self) -> list[str]:
        return [] if await self.store.is_shared() else ["ledger"]
