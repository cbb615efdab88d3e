"""Health checks: whether the bot can take requests now, and why it can't."""

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

_KEPT_SECONDS: Final = 10
_MAX_WAIT_SECONDS: Final = 2.0  # a prober waits no longer than that


class TokenHealth:
    """Whether the token still works, asked by health checks; never by a person's request."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._asking = asyncio.Lock()
        self._known: TTLCache[str, list[str]] = TTLCache(1, _KEPT_SECONDS)

    async def problems(self) -> list[str]:
        """Return what is wrong with the token, or with Slack; kept for 10 s."""
        async with self._asking:
            if (known := self._known.get("")) is None:
                known = self._known[""] = await self._ask()
        return known

    async def _ask(self) -> list[str]:
        try:
            async with asyncio.timeout(_MAX_WAIT_SECONDS):
                await identify(self._client)
        except SlackRejectedError:
            return ["Slack token refused"]
        except (SlackError, TimeoutError):
            return ["Slack does not answer"]
        return []


class HealthChecks(Struct, frozen=True):
    """Whether everything works that the bot needs. socket: None where requests come over HTTP."""

    dispatcher: RequestDispatcher
    ledger: Ledger
    token: TokenHealth
    socket: SocketMode | None

    async def problems(self) -> list[str]:
        """Return what is wrong; empty when nothing is. Answers within 2 s, for a prober waits no longer."""
        if self.dispatcher.draining:
            return ["draining"]
        found = await asyncio.gather(self._socket_problems(), self._ledger_problems(), self.token.problems())
        log = ["log not written"] if log_is_lost() else []
        return [*chain.from_iterable(found), *log]

    async def _socket_problems(self) -> list[str]:
        return [] if self.socket is None or await self.socket.is_connected() else ["socket disconnected"]

    async def _ledger_problems(self) -> list[str]:
        return [] if await self.ledger.is_shared() else ["ledger not shared"]
