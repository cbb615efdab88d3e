"""The modals that the bot opens, each for one person."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

TRIGGER_SECONDS: Final = 3.0
"""How long a trigger id is valid, for one use."""

MAX_VIEW_BLOCKS: Final = 100
_MAX_STACK: Final = 3


def trigger_id(*, age: float = 0, modal: str = "") -> str:
    """Return the trigger id of an interaction. age: seconds since it. modal: the id of the one in which it was."""
    return f"{(time.time() - age) * 1000:.0f}.2.{uuid4().hex}.{modal}"


class Modals:
    """The modals that have been opened.

    views: the latest view of each, by its id. below: the id of the modal on which another was put, by its id.
    """

    def __init__(self) -> None:
        """Start without modals."""
        self.views: Final[dict[str, dict[str, Any]]] = {}
        self.below: Final[dict[str, str]] = {}
        self._used: set[str] = set()

    def answer(self, method: str, arguments: dict[str, Any]) -> web.Response:
        """Answer a call of the Web API; a refusal is a 200 that says so."""
        view = view_in(arguments)
        if len(view["blocks"]) > MAX_VIEW_BLOCKS:
            return refusal("invalid_arguments")
        if method == "views.update":
            view_id = arguments["view_id"]
            return self._show(view_id, view) if view_id in self.views else refusal("not_found")
        trigger, view_id = arguments["trigger_id"], f"V{uuid4().hex[:10].upper()}"
        below = trigger.rpartition(".")[2]
        if error := self._trigger_error(trigger) or (self._push_error(below) if method == "views.push" else ""):
            return refusal(error)
        if method == "views.push":
            self.below[view_id] = below
        self._used.add(trigger)
        return self._show(view_id, view)

    def _trigger_error(self, trigger: str) -> str:
        if trigger in self._used:
            return "exchanged_trigger_id"
        is_old = time.time() - float(trigger.partition(".")[0]) / 1000 > TRIGGER_SECONDS
        return "expired_trigger_id" if is_old else ""

    def _push_error(self, below: str) -> str:
        if below not in self.views:
            return "not_found"
        return "push_limit_reached" if self._height(below) == _MAX_STACK else ""

    def _height(self, view_id: str) -> int:
        return 1 + self._height(self.below[view_id]) if view_id in self.below else 1

    def _show(self, view_id: str, view: dict[str, Any]) -> web.Response:
        self.views[view_id] = view
        return web.json_response({"ok": True, "view": {**view, "id": view_id}})


def view_in(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the view in the arguments of a call, decoded where it came in a form."""
    view = arguments["view"]
    decoded: dict[str, Any] = json.loads(view) if isinstance(view, str) else view
    return decoded


def refusal(error: str) -> web.Response:
    """Return the answer that refuses a call."""
    return web.json_response({"ok": False, "error": error})
