"""The modals that the bot opens, each for one person."""

import json
import time
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

TRIGGER_SECONDS: Final = 3.0
"""How long a trigger id is valid, for one use."""


def trigger_id(*, age: float = 0) -> str:
    """Return the trigger id of an interaction. age: seconds since it."""
    return f"{(time.time() - age) * 1000:.0f}.2.{uuid4().hex}"


class Modals:
    """The modals that have been opened.

    views: the latest view of each, by its id.
    """

    def __init__(self) -> None:
        """Start without modals."""
        self.views: Final[dict[str, dict[str, Any]]] = {}
        self._used: set[str] = set()

    def answer(self, method: str, arguments: dict[str, Any]) -> web.Response:
        """Answer a call of the Web API; a refusal is a 200 that says so."""
        view = arguments["view"]
        view = json.loads(view) if isinstance(view, str) else view
        if method == "views.update":
            if arguments["view_id"] not in self.views:
                return _refusal("not_found")
            return self._show(arguments["view_id"], view)
        trigger = arguments["trigger_id"]
        if trigger in self._used:
            return _refusal("exchanged_trigger_id")
        if time.time() - float(trigger.partition(".")[0]) / 1000 > TRIGGER_SECONDS:
            return _refusal("expired_trigger_id")
        self._used.add(trigger)
        return self._show(f"V{uuid4().hex[:10].upper()}", view)

    def _show(self, view_id: str, view: dict[str, Any]) -> web.Response:
        self.views[view_id] = view
        return web.json_response({"ok": True, "view": {**view, "id": view_id}})


def _refusal(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error})
