"""Slash commands, answered before Bolt looks for a listener."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


class CommandMiddleware(AsyncMiddleware):
    """Answers one slash command; all other requests pass.

    For each listener that it tries, and for the one that it runs, Bolt collects all that a function may ask for.
    """

    def __init__(self, name: str, answer: Callable[[dict[str, Any]], Awaitable[BoltResponse]]) -> None:
        self._name = name
        self._answer = answer

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[Any]],  # noqa: A002  Bolt's
    ) -> BoltResponse:
        if req.body.get("command") == self._name:
            return await self._answer(req.body)
        await next()
        return resp
