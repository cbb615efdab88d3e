"""The stop of the bot, which loses no answer, within the 30 s that hosts leave between SIGTERM and SIGKILL."""

import asyncio
from typing import TYPE_CHECKING, Final

from bot.transport.dispatcher import RequestDispatcher
from bot.transport.listener import Listener
from portout.watch.service import Watch

if TYPE_CHECKING:
    from bot.transport.socket_mode import SocketMode

STOP_SECONDS: Final = 25.0
"""How long a stop may take, until what is not finished is given up."""

_ACK_SECONDS: Final = 3.0  # Slack waits no longer for an acknowledgement


class Shutdown:
    """Stops what brings requests, then waits for those that were accepted.

    socket: None where requests come over HTTP. watch: None where nothing is watched. drain_seconds: how long HTTP
    requests are still served, while whoever routes them learns from `/readyz` that they belong elsewhere. has_begun:
    the bot is stopping.
    """

    def __init__(
        self, dispatcher: RequestDispatcher, socket: "SocketMode | None", watch: Watch | None, drain_seconds: float
    ) -> None:
        self._dispatcher = dispatcher
        self._watch = watch
        self._socket = socket
        self._drain_seconds = drain_seconds
        self.has_begun = False

    async def run(self, listener: Listener) -> None:
        """Stop the bot; return when everything that was accepted is answered, or after 25 s."""
        deadline = asyncio.get_running_loop().time() + STOP_SECONDS
        self.has_begun = True
        # Beside it, as both may take that long.
        watch_stop = asyncio.create_task(self._watch.stop(STOP_SECONDS)) if self._watch else None
        await self._answer(listener, deadline)
        if watch_stop is not None:
            await watch_stop

    async def _answer(self, listener: Listener, deadline: float) -> None:
        listener.close_after_answers()
        if self._socket is None:
            await asyncio.sleep(self._drain_seconds)
            listener.stop()
        else:
            # An acknowledgement needs its connection, and Slack sends new requests as long as there is one. What comes
            # later goes to another process, and the answers of what goes on need no connection. Health is served on.
            await self._dispatcher.wait_until_answered(asyncio.get_running_loop().time() + _ACK_SECONDS)
            await self._socket.close()
        await self._dispatcher.finish(deadline)
