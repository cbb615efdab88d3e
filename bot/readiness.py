"""Whether the bot can take requests now, and if it can't, why: for whoever sends them, or is paged."""

import asyncio
from itertools import chain

from msgspec import Struct

from bot.gate import Gate
from bot.ledger import Ledger
from bot.logs import log_is_lost
from bot.slack import TokenWatch
from bot.socket_mode import SocketMode


class Readiness(Struct, frozen=True):
    """What it takes. socket: None where requests come over HTTP."""

    gate: Gate
    ledger: Ledger
    token: TokenWatch
    socket: SocketMode | None

    async def problems(self) -> list[str]:
        """Say what is wrong; empty when nothing is. Answers within 2 s, for a prober waits no longer."""
        if self.gate.draining:
            return ["draining"]
        found = await asyncio.gather(self._socket_problems(), self._ledger_problems(), self.token.problems())
        return [*chain.from_iterable(found), *["log not written"] * log_is_lost()]

    async def _socket_problems(self) -> list[str]:
        return [] if self.socket is None or await self.socket.is_connected() else ["socket disconnected"]

    async def _ledger_problems(self) -> list[str]:
        return [] if await self.ledger.is_shared() else ["ledger not shared"]
