"""Health checks: whether the bot can take requests now, and if not, why."""

import asyncio
from itertools import chain
from typing import Final

from cachetools import TTLCache
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.transport.dispatcher import RequestDispatcher
from bot.transport.socket_mode import SocketMode
from portout.slack.client import identify
from portout.slack.web_api import SlackError, SlackRejectedError
from portout.state.ledger import Ledger
from portout.telemetry.logging import log_is_lost

_CACHE_SECONDS: Final = 10
_MAX_WAIT_SECONDS: Final = 2.0  # probes give up after that


class TokenHealth:
    """Checks whether Slack still accepts the bot token: for health checks only, never during a person's request."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._lock = asyncio.Lock()
        self._cache: TTLCache[str, list[str]] = TTLCache(1, _CACHE_SECONDS)

    async def problems(self) -> list[str]:
        """Return what is wrong with the token or with Slack; cached for 10 s, and simultaneous checks share a call."""
        async with self._lock:
            if (problems := self._cache.get("")) is None:
                problems = self._cache[""] = await self._check()
        return problems

    async def _check(self) -> list[str]:
        try:
            async with asyncio.timeout(_MAX_WAIT_SECONDS):
                await identify(self._client)
        except SlackRejectedError:
            return ["Slack token refused"]
        except (SlackError, TimeoutError):
            return ["Slack does not answer"]
        return []


class HealthChecks(Struct, frozen=True):
    """Checks everything that the bot depends on. socket: None where requests come over HTTP."""

    dispatcher: RequestDispatcher
    ledger: Ledger
    token: TokenHealth
    socket: SocketMode | None

    async def problems(self) -> list[str]:
        """Return what is wrong, empty when nothing is; within 2 s, as probes wait no longer."""
        if self.dispatcher.draining:
            return ["draining"]
        problems = await asyncio.gather(self._socket_problems(), self._ledger_problems(), self.token.problems())
        log = ["log not written"] if log_is_lost() else []
        return [*chain.from_iterable(problems), *log]

    async def _socket_problems(self) -> list[str]:
        return [] if self.socket is None or await self.socket.is_connected() else ["socket disconnected"]

    async def _ledger_problems(self) -> list[str]:
        return [] if await self.ledger.is_shared() else ["ledger not shared"]
